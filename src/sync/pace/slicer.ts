import { areLookupsAsked } from "./lookups-first.ts";

// Lookups are answered by the same thread: in one turn of the event loop, all work of sync together lasts no longer.
const SLICE_MS = 1;
// Reading the time takes as long as a little work.
const CHECKED_EVERY = 8;

/** Divides long work into slices, with a turn of the event loop between them. */
export interface Slicer {
  /** Whether sync has worked long enough in this turn, here or elsewhere. Ask it after every piece of work. */
  readonly isOver: boolean;
  /** A later turn, in which nobody else was let in before. Those who wait are let in one by one. */
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

/** Before a large piece of work: waits for a later turn when this one had enough of them. */
export function haveTurn(): Promise<void> | undefined {
  return isTurnOver(LONG_REST_MS) ? waitForTurn(LONG_REST_MS) : undefined;
}

/** Maps a list; a long one in slices. A short one is mapped at once. */
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
  // By index, here and in other long loops of asynchronous functions: there, an iterator makes an object for each item.
  for (let index = 0; index < items.length; index += 1) {
    results.push(map(items[index] as Item));
    if (slicer.isOver) await slicer.nextTurn();
  }
  return results;
}

// Between two slices while lookups are asked. One that comes in a slice waits for its end, so there are few of them; and a
// thread that always computes is one that the operating system lets wait.
const LONG_REST_MS = 30;

/** Rest between slices of what a host waits for. */
export const SHORT_REST_MS = 1;

// What one permit takes from the ledger to the vendor and back is no backfill, and rests little.
const TURNS_OF_A_FEW = 12;
const QUIET_MS = 100;

interface Waiting {
  readonly restMs: number;
  readonly begin: () => void;
}

/** When sync began to work in this turn; undefined: it has not. */
let beganAt: number | undefined;
let endedAt = 0;
/** Turns since sync last had nothing to do for a while. */
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
