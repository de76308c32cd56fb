import type { Timers } from "../core/timers.ts";

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
