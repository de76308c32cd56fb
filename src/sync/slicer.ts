// Lookups are answered by the same thread: nobody waits longer for it than this.
const SLICE_MS = 4;
// Reading the time takes as long as a little work.
const CHECKED_EVERY = 16;

/** Divides long work into slices, with a turn of the event loop between them. */
export interface Slicer {
  /** Whether the slice has lasted long enough. Ask it after every piece of work. */
  readonly isOver: boolean;
  nextTurn(): Promise<void>;
}

export function createSlicer(): Slicer {
  let started = performance.now();
  let pieces = 0;
  return {
    get isOver() {
      pieces += 1;
      return pieces % CHECKED_EVERY === 0 && performance.now() - started > SLICE_MS;
    },
    async nextTurn() {
      await new Promise<void>((resolve) => setImmediate(resolve));
      started = performance.now();
    },
  };
}
