/** The deliveries that a process has claimed, of all providers together. */
export class HeldDeliveries {
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add(count: number): void {
    this.#total += count;
  }
}

/**
 * How many deliveries the providers of a process hold together before each gets no more than its least. What is held waits
 * in memory, some 5 kB each, and grows old: it is more than enough for every request that is open at a time.
 */
const MAX_HELD = 10_000;

// Enough that requests do not wait for a slow ledger, and few enough to be released quickly.
const MIN_WINDOW = 64;
const CROWDED_WINDOW = 8;
/** Half a request costs the vendor and this process as much as a whole one. */
const MAX_LEAST_REQUEST = 32;

/** What a provider gets at least, however many others hold deliveries: a few, or one request's worth up to a bound. */
export function leastOf(batchSize: number): number {
  return Math.max(CROWDED_WINDOW, Math.min(batchSize, MAX_LEAST_REQUEST));
}

/** What a claim depends on. */
export interface ClaimWindow {
  /** How many operations share a request. */
  readonly batchSize: number;
  /** Operations in all open requests of the provider, times how far claims go ahead of them. */
  readonly ahead: number;
  /** Whether providers take turns: what is claimed may then wait for longer than a claim may be old. */
  readonly isCrowded: boolean;
  /** Operations of the provider that are in no request yet. */
  readonly waiting: number;
  /** Deliveries of all providers. */
  readonly held: number;
}

/** How many deliveries a provider may claim now. Zero: as long as it has not sent some of those that wait. */
export function roomFor({ batchSize, ahead, isCrowded, waiting, held }: ClaimWindow): number {
  const own = isCrowded ? Math.max(CROWDED_WINDOW, batchSize) : Math.max(MIN_WINDOW, ahead);
  const spare = Math.max(0, MAX_HELD - held);
  const window = Math.max(leastOf(batchSize), Math.min(own, waiting + spare));
  // Many at a time, because every claim reads the ledger. Not all at once: the next are claimed while some are prepared.
  const free = window - waiting;
  return free < window / 4 ? 0 : free;
}
