import { fieldError } from "./fields.ts";
import { ignorePromise, isPromise } from "./maybe-promise.ts";

// Lists that a host gives. Whatever is wrong with one is an error that names it, never the host's own.

const MAX_ENTRIES = 1_000_000;

// Iterators that were used. The second use of one would be an empty list that looks like any other.
const used = new WeakSet<object>();

/**
 * Notes that an iterator is being used.
 *
 * @throws EnforcementError `invalid_input` when it was used before
 */
export function useOnce(iterator: object, field: string): void {
  if (used.has(iterator)) {
    throw fieldError(field, "is an iterator that was used before; give a new one at each call, or an array.");
  }
  used.add(iterator);
}

/**
 * The entries of an array or another iterable.
 *
 * @throws EnforcementError `invalid_input` naming `field`: no iterable, a `Map`, an iterator that was used before, that
 * fails on the way, or that does not end within a million entries
 */
export function entriesOf(value: unknown, field: string): Iterable<unknown> {
  return Array.isArray(value) ? value : iterate(requireIterable(value, field), field);
}

function* iterate(iterable: Iterable<unknown>, field: string): Generator<unknown, void, undefined> {
  const iterator = startIterator(iterable, field);
  let hasEnded = false;
  try {
    for (let count = 0; count <= MAX_ENTRIES; count += 1) {
      const next = takeNext(iterator, field);
      hasEnded = next === undefined;
      if (next === undefined) return;
      yield next.value;
    }
    throw fieldError(field, `has more than ${MAX_ENTRIES} entries.`);
  } finally {
    if (!hasEnded) attempt(() => iterator.return?.());
  }
}

function requireIterable(value: unknown, field: string): Iterable<unknown> {
  if (!hasMethod(value, Symbol.iterator)) {
    const hint = hasMethod(value, Symbol.asyncIterator)
      ? "; collect an async iterable first, as with Array.fromAsync()"
      : "";
    throw fieldError(field, `must be an array or another iterable${hint}.`);
  }
  if (attempt(() => Object.prototype.toString.call(value)) === "[object Map]") {
    throw fieldError(field, "is a Map, whose entries are pairs; give its values().");
  }
  return value as Iterable<unknown>;
}

function hasMethod(value: unknown, key: symbol): boolean {
  if (typeof value !== "object" || value === null) return false;
  return typeof attempt(() => (value as Record<symbol, unknown>)[key]) === "function";
}

function startIterator(iterable: Iterable<unknown>, field: string): Iterator<unknown> {
  const iterator = attempt(() => iterable[Symbol.iterator]());
  if (typeof iterator !== "object" || iterator === null)
    throw fieldError(field, "has no iterator that works.");
  useOnce(iterator, field);
  return iterator;
}

/** The next entry; `undefined` at the end. */
function takeNext(iterator: Iterator<unknown>, field: string): { readonly value: unknown } | undefined {
  try {
    const next = iterator.next();
    // Without this, a number in the place of a result would be an entry, again and again.
    if (typeof next !== "object") throw new TypeError("An iterator's result is an object.");
    if (!isPromise(next)) return next.done ? undefined : { value: next.value };
    ignorePromise(next);
  } catch {
    throw fieldError(field, "breaks off: its iterator failed.");
  }
  throw fieldError(field, "breaks off: its iterator gave a promise.");
}

/** What a getter or an iterator of the host's gives; `undefined` when it throws. */
export function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
