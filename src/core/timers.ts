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

/** Waits. Rejects with the signal's reason when it is or becomes aborted. Leaves no timer and no listener behind. */
export function wait(milliseconds: number, signal: AbortSignal, timers: Timers): Promise<void> {
  return promiseWithAbort(signal, (resolve) => timers.after(milliseconds, resolve));
}

/** Settles as `promise` does, or rejects with the signal's reason once it is aborted. `promise` itself is not stopped. */
export function raceAbort<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  // After an abort a later rejection has no handler, and would end the process as an unhandled rejection.
  promise.catch(() => {});
  return promiseWithAbort<Value>(signal, (resolve, reject) => {
    promise.then(resolve, reject);
    return () => {};
  });
}

/** A promise that `start` settles, or the signal rejects. After an abort, the function that `start` returns is called. */
export function promiseWithAbort<Value = void>(
  signal: AbortSignal,
  start: (resolve: (value: Value) => void, reject: (reason: unknown) => void) => () => void,
): Promise<Value> {
  return new Promise<Value>((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      undo();
      reject(signal.reason);
    };
    const settle =
      <Result>(end: (result: Result) => void) =>
      (result: Result) => {
        signal.removeEventListener("abort", onAbort);
        end(result);
      };
    signal.addEventListener("abort", onAbort, { once: true });
    const undo = start(settle(resolve), settle(reject));
  });
}
