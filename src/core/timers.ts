/** Elapsed time and timers. What waits or measures is handed one, so that tests decide how fast time goes. */
export interface Timers {
  /** Milliseconds since some instant, by a clock that cannot be set. */
  monotonic(): number;
  /** Calls back once, after at least `milliseconds`. Returns a function that cancels the call. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** The longest delay of a timer, in milliseconds. `setTimeout` fires at once when given a longer one. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** The machine's own, the default everywhere. A timer keeps the process alive until it fires or is cancelled. */
export const systemTimers: Timers = {
  monotonic: () => performance.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};
