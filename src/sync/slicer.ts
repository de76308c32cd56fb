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

export function createSlicer(): Slicer {
  let pieces = 0;
  return {
    get isOver() {
      pieces += 1;
      return pieces % CHECKED_EVERY === 0 && isTurnOver();
    },
    nextTurn: waitForTurn,
  };
}

/** Before a large piece of work: waits for a later turn when this one had enough of them. */
export function haveTurn(): Promise<void> | undefined {
  return isTurnOver() ? waitForTurn() : undefined;
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
  for (const item of items) {
    results.push(map(item));
    if (slicer.isOver) await slicer.nextTurn();
  }
  return results;
}

// Between two slices while lookups are asked: a thread that always computes is one that the operating system lets wait.
const REST_MS = 1;

/** When sync began to work in this turn; undefined: it has not. */
let beganAt: number | undefined;
const waiting: (() => void)[] = [];

function isTurnOver(): boolean {
  const now = performance.now();
  if (beganAt === undefined) {
    beginTurn(now);
    return false;
  }
  return now - beganAt > SLICE_MS;
}

function waitForTurn(): Promise<void> {
  if (beganAt === undefined) beginTurn(performance.now());
  return new Promise((resolve) => waiting.push(resolve));
}

function beginTurn(now: number): void {
  beganAt = now;
  if (areLookupsAsked()) setTimeout(endTurn, REST_MS);
  else setImmediate(endTurn);
}

function endTurn(): void {
  beganAt = undefined;
  const next = waiting.shift();
  if (next === undefined) return;
  beginTurn(performance.now());
  next();
}
