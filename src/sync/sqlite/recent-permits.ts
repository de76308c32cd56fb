type IdOrIds = string | Set<string>;

/**
 * Which permits may have a plate, of those that were given since the file's table of plates was last brought up to date.
 * What it names is to be looked up in the file: it may have changed since, and may never have been committed.
 */
export class RecentPermits {
  #recent = new Map<string, IdOrIds>();
  /** Those that are being added to the table. */
  #older: Map<string, IdOrIds> | undefined;
  #count = 0;

  /** Permits since the last {@link turn}. */
  get count(): number {
    return this.#count;
  }

  add({ id, companyId }: { id: string; companyId: string }, plateNumbers: Iterable<string>): void {
    this.#count += 1;
    for (const number of plateNumbers) addTo(this.#recent, keyOf(companyId, number), id);
  }

  /** Ids of a company's permits that may have a plate. */
  find(companyId: string, plateNumber: string): ReadonlySet<string> {
    const key = keyOf(companyId, plateNumber);
    const recent = this.#recent.get(key);
    const older = this.#older?.get(key);
    if (recent === undefined && older === undefined) return NONE;
    return new Set([...toIds(recent), ...toIds(older)]);
  }

  /** The table is being brought up to date; what is added from now on comes later. */
  turn(): void {
    this.#older = this.#recent;
    this.#recent = new Map();
    this.#count = 0;
  }

  /** The table is up to date to the last turn, or it is not, because it failed. */
  endTurn(isUpToDate: boolean): void {
    const older = this.#older;
    this.#older = undefined;
    if (isUpToDate || older === undefined) return;
    for (const [key, ids] of older) for (const id of toIds(ids)) addTo(this.#recent, key, id);
  }
}

const NONE: ReadonlySet<string> = new Set();

/** Two pairs with the same key would only be looked up in vain. */
function keyOf(companyId: string, plateNumber: string): string {
  return `${plateNumber} ${companyId}`;
}

function addTo(permits: Map<string, IdOrIds>, key: string, permitId: string): void {
  const present = permits.get(key);
  if (present === undefined) permits.set(key, permitId);
  else if (typeof present !== "string") present.add(permitId);
  else if (present !== permitId) permits.set(key, new Set([present, permitId]));
}

function toIds(ids: IdOrIds | undefined): Iterable<string> {
  if (ids === undefined) return NONE;
  return typeof ids === "string" ? [ids] : ids;
}
