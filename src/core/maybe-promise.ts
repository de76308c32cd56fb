/** A value, or a promise of it. */
export type MaybePromise<Value> = Value | Promise<Value>;

/** Whether a value must be waited for. */
export function isPromise<Value>(value: MaybePromise<Value>): value is Promise<Value> {
  return typeof (value as Partial<Promise<Value>> | null | undefined)?.then === "function";
}

/**
 * Goes on with a value once it is known: at once where it already is. A source that answers from memory then costs
 * neither a promise nor a timer.
 */
export function thenMaybe<Value, Next>(
  value: MaybePromise<Value>,
  next: (value: Value) => MaybePromise<Next>,
): MaybePromise<Next> {
  // A host's own thenable need not return a promise from `then`.
  return isPromise(value) ? Promise.resolve(value).then(next) : next(value);
}

/**
 * Ignores how a promise ends, if it is one: a host's function may return a promise where none belongs, and a rejection that
 * is not handled ends the process.
 */
export function ignorePromise(value: unknown): void {
  try {
    if (isPromise(value)) Promise.resolve(value).catch(() => {});
  } catch {
    // A getter of the host's threw: there is no promise.
  }
}

/**
 * Calls a listener of the host's. A broken one changes nothing for its caller and does not end the process: what it
 * throws, and a promise of its that rejects, are ignored.
 */
export function notify<Value>(listener: ((value: Value) => unknown) | undefined, value: Value): void {
  try {
    ignorePromise(listener?.(value));
  } catch {
    // A failure of the host's listener changes nothing here.
  }
}

/** {@link ignorePromise} for a value and for the values of its keys, two levels deep. */
export function ignorePromisesIn(value: unknown, levels = 2): void {
  ignorePromise(value);
  // Bytes hold none, and may be many.
  if (levels === 0 || typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  try {
    for (const part of Object.values(value)) ignorePromisesIn(part, levels - 1);
  } catch {
    // A getter of the host's threw.
  }
}
