import type { Writer } from "./writer.ts";

type IdOrIds = string | Set<string>;

/**
 * The permits recorded since the file's plate table was last updated, by plate. Each hit must be looked up in the file:
 * the permit may have changed since, or may never have been committed.
 */
export class RecentPermits {
  #recent = new Map<string, IdOrIds>();
  /** The permits that are being added to the table. */
  #older: Map<string, IdOrIds> | undefined;
  #count = 0;

  /** The number of permits since the last {@link turn}. */
  get count(): number {
    return this.#count;
  }

  add({ id, companyId }: { id: string; companyId: string }, plateNumbers: Iterable<string>): void {
    this.#count += 1;
    for (const number of plateNumbers) addTo(this.#recent, keyOf(companyId, number), id);
  }

  /** The ids of a company's permits that may have a plate. */
  find(companyId: string, plateNumber: string): ReadonlySet<string> {
    const key = keyOf(companyId, plateNumber);
    const recent = this.#recent.get(key);
    const older = this.#older?.get(key);
    if (recent === undefined && older === undefined) return NONE;
    return new Set([...toIds(recent), ...toIds(older)]);
  }

  /** Begins an update of the table. Permits added from now on belong to the next one. */
  turn(): void {
    this.#older = this.#recent;
    this.#recent = new Map();
    this.#count = 0;
  }

  /** Ends the update. After a failed one, its permits stay recent. */
  endTurn(isUpToDate: boolean): void {
    const older = this.#older;
    this.#older = undefined;
    if (isUpToDate || older === undefined) return;
    for (const [key, ids] of older) for (const id of toIds(ids)) addTo(this.#recent, key, id);
  }
}

const NONE: ReadonlySet<string> = new Set();

/** Two pairs may share a key: the lookup in the file then finds nothing for one of them. */
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

interface IndexingDependencies {
  readonly writer: Writer;
  readonly recent: RecentPermits;
  /** How many recent permits may wait before they are added to the indexes. */
  readonly mostRecent: number;
}

/** Adds recent permits to the file's indexes, on behalf of the thread that records them. */
export function createIndexing({ writer, recent, mostRecent }: IndexingDependencies) {
  let running: Promise<void> | undefined;
  let isAskedAgain = false;

  async function run(): Promise<void> {
    let isUpToDate: boolean;
    do {
      isAskedAgain = false;
      recent.turn();
      isUpToDate = await bringUpToDate(writer);
      recent.endTurn(isUpToDate);
    } while (isAskedAgain || (isUpToDate && recent.count >= mostRecent));
    running = undefined;
  }

  /**
   * Fulfilled when every permit recorded before the call is in the indexes. Never rejects: when it fails, the permits
   * are still found as recent ones.
   */
  function addToIndexes(): Promise<void> {
    if (running === undefined) running = run();
    else isAskedAgain = true;
    return running;
  }

  return {
    addToIndexes,
    /** Adds recent permits when many are waiting. */
    addIfMany(): void {
      if (running === undefined && recent.count >= mostRecent) running = run();
    },
  };
}

/** Updates the indexes in steps, between which other calls may write. Returns whether it succeeded. */
async function bringUpToDate(writer: Writer): Promise<boolean> {
  try {
    let { indexed, last } = await writer.ask("index", null);
    while (indexed < last) ({ indexed } = await writer.ask("index", null));
    return true;
  } catch {
    return false;
  }
}
