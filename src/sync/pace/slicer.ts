import { areLookupsAsked } from "./lookups-first.ts";

// The thread that delivers also answers lookups. All of sync's work in one turn of the event loop ends after this time.
const SLICE_MS = 1;
// Reading the time costs as much as a little work.
const CHECKED_EVERY = 8;

/** Divides long work into slices, with a turn of the event loop between them. */
export interface Slicer {
  /** Whether all of sync has used up the time of this turn. Read it after every piece of work. */
  readonly isOver: boolean;
  /** Waits for a later turn. Callers get their turns one by one, in the order in which they asked. */
  nextTurn(): Promise<void>;
}

export function createSlicer({ restMs = LONG_REST_MS } = {}): Slicer {
  let pieces = 0;
  return {
    get isOver() {
      pieces += 1;
      return pieces % CHECKED_EVERY === 0 && isTurnOver(restMs);
    },
    nextTurn: () => waitForTurn(restMs),
  };
}

/** Call it before a large piece of work. Waits for a later turn when this one's time is used up. */
export function haveTurn(): Promise<void> | undefined {
  return isTurnOver(LONG_REST_MS) ? waitForTurn(LONG_REST_MS) : undefined;
}

/** Maps a list: a long one in slices, a short one at once. */
export function mapInSlices<Item, Result>(
  items: readonly Item[],
  map: (item: Item) => Result,
): readonly Result[] | Promise<readonly Result[]> {
  if (items.length <= CHECKED_EVERY) return items.map(map);
  return mapLongList(items, map);
}

async function mapLongList<Item, Result>(
  items: readonly Item[],
  map: (item: Item) => Result,
): Promise<readonly Result[]> {
  const slicer = createSlicer();
  const results: Result[] = [];
  // By index, here and in other long loops of asynchronous functions: an iterator there allocates an object per item.
  for (let index = 0; index < items.length; index += 1) {
    results.push(map(items[index] as Item));
    if (slicer.isOver) await slicer.nextTurn();
  }
  return results;
}

// The rest between two slices during lookups. A lookup that arrives in a slice waits for its end, so there are few
// slices; and the operating system delays a thread that computes all the time.
const LONG_REST_MS = 30;

/** The rest between slices of work that a host waits for. */
export const SHORT_REST_MS = 1;

// The work of one permit, from the ledger to the vendor and back, takes fewer turns: it is no backfill and rests
// little.
const TURNS_OF_A_FEW = 12;
const QUIET_MS = 100;

interface Waiting {
  readonly restMs: number;
  readonly begin: () => void;
}

/** When sync began to work in this turn; undefined when it has not. */
let beganAt: number | undefined;
let endedAt = 0;
/** Turns since sync was last without work for a while. */
let turns = 0;
const waiting: Waiting[] = [];

function isTurnOver(restMs: number): boolean {
  const now = performance.now();
  if (beganAt === undefined) {
    beginTurn(now, restMs);
    return false;
  }
  return now - beganAt > SLICE_MS;
}

function waitForTurn(restMs: number): Promise<void> {
  if (beganAt === undefined) beginTurn(performance.now(), restMs);
  return new Promise((begin) => waiting.push({ restMs, begin }));
}

function beginTurn(now: number, restMs: number): void {
  beganAt = now;
  if (now - endedAt > QUIET_MS) turns = 0;
  turns += 1;
  if (!areLookupsAsked()) setImmediate(endTurn);
  else setTimeout(endTurn, turns > TURNS_OF_A_FEW ? restMs : SHORT_REST_MS);
}

function endTurn(): void {
  beganAt = undefined;
  endedAt = performance.now();
  const next = waiting.shift();
  if (next === undefined) return;
  beginTurn(endedAt, next.restMs);
  next.begin();
}
