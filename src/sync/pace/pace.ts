import { type EventLoop, systemEventLoop } from "./timers.ts";

// The thread that delivers also answers lookups. All of sync's work in one turn of the event loop ends after this time.
const SLICE_MS = 2;
// Reading the time costs as much as a little work.
const CHECKED_EVERY = 8;

// The rest between two slices during lookups: the thread then works a fifth of the time at most, which leaves a lookup its
// turn, and the operating system does not put the thread behind others.
const LEAST_REST_MS = 8;
const MAX_REST_MS = 60;
// A rest that ended late shows that the thread had other things to do, or had to wait for the processor. The next rests
// are longer by so much of the delay, as it was in the last rests.
const REST_PER_DELAY = 2;
const WEIGHT_OF_LAST = 0.2;

// The rest between slices of work that a host waits for.
const SHORT_REST_MS = 1;

// The work of one permit, from the ledger to the vendor and back, takes fewer turns: it is no backfill and rests
// little.
const TURNS_OF_A_FEW = 12;
const QUIET_MS = 100;

// After this time without a lookup, sync uses all the time there is.
const LOOKUP_REMEMBERED_MS = 1_000;

/**
 * The most deliveries in one question to the ledger during lookups: a thread copies what another one sends it in one go,
 * and no lookup is answered meanwhile.
 */
export const MAX_TOGETHER_BESIDE_LOOKUPS = 100;

/** Divides long work into slices, with a turn of the event loop between them. */
export interface Slicer {
  /** Whether the work of this pace has used up the time of this turn. Read it after every piece of work. */
  readonly isOver: boolean;
  /** Waits for a later turn. Callers get their turns one by one, in the order in which they asked. */
  nextTurn(): Promise<void>;
}

/** How long work rests during lookups: as the delays of the event loop ask for, or shortly, because the host waits. */
export type Rest = "long" | "short";

interface Waiting {
  readonly rest: Rest;
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
  /** When the work of this turn was last seen to go on. */
  #workedAt = 0;
  #endedAt = 0;
  /** How late rests have ended lately, in milliseconds. */
  #delayMs = 0;
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

  createSlicer({ rest = "long" }: { rest?: Rest } = {}): Slicer {
    const isTurnOver = () => this.#isTurnOver(rest);
    let pieces = 0;
    return {
      get isOver() {
        pieces += 1;
        return pieces % CHECKED_EVERY === 0 && isTurnOver();
      },
      nextTurn: () => this.#waitForTurn(rest),
    };
  }

  /** Call it before a large piece of work. Waits for a later turn when this one's time is used up. */
  haveTurn(): Promise<void> | undefined {
    return this.#isTurnOver("long") ? this.#waitForTurn("long") : undefined;
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

  #isTurnOver(rest: Rest): boolean {
    const now = this.#eventLoop.monotonic();
    this.#workedAt = now;
    if (this.#beganAt === undefined) {
      this.#beginTurn(now, rest);
      return false;
    }
    return now - this.#beganAt > SLICE_MS;
  }

  #waitForTurn(rest: Rest): Promise<void> {
    if (this.#beganAt === undefined) this.#beginTurn(this.#eventLoop.monotonic(), rest);
    return new Promise((begin) => this.#waiting.push({ rest, begin }));
  }

  #beginTurn(now: number, rest: Rest): void {
    this.#beganAt = now;
    this.#workedAt = now;
    if (now - this.#endedAt > QUIET_MS) this.#turns = 0;
    this.#turns += 1;
    if (!this.areLookupsAsked) {
      this.#delayMs = 0;
      this.#eventLoop.nextTurn(() => this.#endTurn());
    } else if (rest === "short" || this.#turns <= TURNS_OF_A_FEW) {
      this.#eventLoop.after(SHORT_REST_MS, () => this.#endTurn());
    } else {
      const restMs = Math.min(MAX_REST_MS, SLICE_MS + LEAST_REST_MS + REST_PER_DELAY * this.#delayMs);
      this.#eventLoop.after(restMs, () => {
        this.#noteDelay(now + restMs);
        this.#endTurn();
      });
    }
  }

  /** Notes how late a rest has ended, but for the work's own time. */
  #noteDelay(wantedAt: number): void {
    const delay = Math.max(0, this.#eventLoop.monotonic() - Math.max(wantedAt, this.#workedAt));
    this.#delayMs += WEIGHT_OF_LAST * (delay - this.#delayMs);
  }

  #endTurn(): void {
    this.#beganAt = undefined;
    this.#endedAt = this.#eventLoop.monotonic();
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#beginTurn(this.#endedAt, next.rest);
    next.begin();
  }
}
