/** Waits. Rejects with the signal's reason when it is aborted before or meanwhile; leaves no timer and no listener. */
export function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return promiseWithAbort(signal, (resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    return () => clearTimeout(timer);
  });
}

/** The promise's result, or the signal's reason as soon as it is aborted. The promise itself goes on. */
export function raceAbort<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  // When nobody waits any more, its failure is nobody's; without this it would end the process.
  promise.catch(() => {});
  return promiseWithAbort<Value>(signal, (resolve, reject) => {
    promise.then(resolve, reject);
    return () => {};
  });
}

/** A promise that `start` settles, or the signal. The function that `start` returns undoes it after an abort. */
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
