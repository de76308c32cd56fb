import type { MaybePromise } from "./directory.ts";

/** Whether a value must be waited for. */
export function isPromise<Value>(value: MaybePromise<Value>): value is Promise<Value> {
  return typeof (value as Partial<Promise<Value>> | null | undefined)?.then === "function";
}

/**
 * Goes on with a value once it is known: at once where it already is. A source that answers from memory then costs
 * neither a promise nor a timer.
 */
export function whenKnown<Value, Next>(
  value: MaybePromise<Value>,
  next: (value: Value) => MaybePromise<Next>,
): MaybePromise<Next> {
  return isPromise(value) ? value.then(next) : next(value);
}
