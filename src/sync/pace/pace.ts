import { type EventLoop, systemEventLoop } from "./timers.ts";

// The thread that delivers also answers lookups. All of sync's work in one turn of the event loop ends after this time.
const SLICE_MS = 1;
// Reading the time costs as much as a little work.
const CHECKED_EVERY = 8;

// The rest between two slices during lookups. A lookup that arrives in a slice waits for its end, so there are few
// slices; and the operating system delays a thread that computes all the time.
const LONG_REST_MS = 30;

/** The rest between slices of work that a host waits for. */
export const SHORT_REST_MS = 1;

// The work of one permit, from the ledger to the vendor and back, takes fewer turns: it is no backfill and rests
// little.
const TURNS_OF_A_FEW = 12;
const QUIET_MS = 100;

// After this time without a lookup, sync uses all the time there is.
const LOOKUP_REMEMBERED_MS = 1_000;

/**
 * The most operations in progress at one provider, and in one request, during lookups: the garbage collector copies
 * them, and no lookup is answered while it runs. Encoding more for the wire would take longer than a slice of work may.
 */
export const MAX_OPERATIONS_BESIDE_LOOKUPS = 50;

/** Divides long work into slices, with a turn of the event loop between them. */
export interface Slicer {
  /** Whether the work of this pace has used up the time of this turn. Read it after every piece of work. */
  readonly isOver: boolean;
  /** Waits for a later turn. Callers get their turns one by one, in the order in which they asked. */
  nextTurn(): Promise<void>;
}

interface Waiting {
  readonly restMs: number;
  readonly begin: () => void;
}

/**
 * Shares the turns of the event loop between durable sync, its ledger and lookups. One sync and its ledger have one
 * pace.
 */
export class Pace {
  #lastLookupAt = Number.NEGATIVE_INFINITY;
  /** When work began in this turn; undefined when none has. */
  #beganAt: number | undefined;
  #endedAt = 0;
  /** Turns since there was last no work for a while. */
  #turns = 0;
  readonly #waiting: Waiting[] = [];
  readonly #eventLoop: EventLoop;

  constructor(eventLoop: EventLoop = systemEventLoop) {
    this.#eventLoop = eventLoop;
  }

  /** Notes that a lookup was made. */
  noteLookup(): void {
    this.#lastLookupAt = this.#eventLoop.monotonic();
  }

  /** Whether a lookup was made within the last second. */
  get areLookupsAsked(): boolean {
    return this.#eventLoop.monotonic() - this.#lastLookupAt < LOOKUP_REMEMBERED_MS;
  }

  createSlicer({ restMs = LONG_REST_MS } = {}): Slicer {
    const isTurnOver = () => this.#isTurnOver(restMs);
    let pieces = 0;
    return {
      get isOver() {
        pieces += 1;
        return pieces % CHECKED_EVERY === 0 && isTurnOver();
      },
      nextTurn: () => this.#waitForTurn(restMs),
    };
  }

  /** Call it before a large piece of work. Waits for a later turn when this one's time is used up. */
  haveTurn(): Promise<void> | undefined {
    return this.#isTurnOver(LONG_REST_MS) ? this.#waitForTurn(LONG_REST_MS) : undefined;
  }

  /** Maps a list: a long one in slices, a short one at once. */
  mapInSlices<Item, Result>(
    items: readonly Item[],
    map: (item: Item) => Result,
  ): readonly Result[] | Promise<readonly Result[]> {
    return items.length <= CHECKED_EVERY ? items.map(map) : this.#mapLongList(items, map);
  }

  async #mapLongList<Item, Result>(
    items: readonly Item[],
    map: (item: Item) => Result,
  ): Promise<readonly Result[]> {
    const slicer = this.createSlicer();
    const results: Result[] = [];
    // By index, here and in other long loops of asynchronous functions: an iterator there allocates an object per item.
    for (let index = 0; index < items.length; index += 1) {
      results.push(map(items[index] as Item));
      if (slicer.isOver) await slicer.nextTurn();
    }
    return results;
  }

  #isTurnOver(restMs: number): boolean {
    const now = this.#eventLoop.monotonic();
    if (this.#beganAt === undefined) {
      this.#beginTurn(now, restMs);
      return false;
    }
    return now - this.#beganAt > SLICE_MS;
  }

  #waitForTurn(restMs: number): Promise<void> {
    if (this.#beganAt === undefined) this.#beginTurn(this.#eventLoop.monotonic(), restMs);
    return new Promise((begin) => this.#waiting.push({ restMs, begin }));
  }

  #beginTurn(now: number, restMs: number): void {
    this.#beganAt = now;
    if (now - this.#endedAt > QUIET_MS) this.#turns = 0;
    this.#turns += 1;
    const endTurn = () => this.#endTurn();
    if (!this.areLookupsAsked) this.#eventLoop.nextTurn(endTurn);
    else this.#eventLoop.after(this.#turns > TURNS_OF_A_FEW ? restMs : SHORT_REST_MS, endTurn);
  }

  #endTurn(): void {
    this.#beganAt = undefined;
    this.#endedAt = this.#eventLoop.monotonic();
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#beginTurn(this.#endedAt, next.restMs);
    next.begin();
  }
}
