import type { MaybePromise } from "../../core/directory/directory.ts";
import { fieldError } from "../../core/fields.ts";
import { entriesOf, useOnce } from "../../core/iterables.ts";
import { type FindPermits, givesCheckedPermits, type PermitQuery } from "../../core/lookup/find-permits.ts";
import { ignorePromise, thenMaybe } from "../../core/maybe-promise.ts";
import { type Permit, readPermit } from "../../core/permit/permit.ts";
import type { Deadline } from "../deadline.ts";

/** The permits of a source that belong to the query. */
export interface CollectedPermits {
  /** Permits of the company with one of the plates. Of several revisions of a permit only the newest. */
  readonly permits: readonly Permit[];
  /** How many permits were ignored: another company's, another plate's, or unreadable. */
  readonly dropped: number;
  /** The error of the first unreadable permit; `undefined` when all could be read. */
  readonly unreadable: unknown;
}

/** Calls the source, and keeps only permits of the query's company and plates. */
export function collectPermits(
  findPermits: FindPermits,
  query: PermitQuery,
  deadline: Deadline,
): MaybePromise<CollectedPermits> {
  const collection = new Collection(query, givesCheckedPermits(findPermits) ? withoutCheck : readPermit);
  return thenMaybe(deadline.within(findPermits(query)), (found) =>
    thenMaybe(takeAll(found, deadline, collection), () => collection.end()),
  );
}

function withoutCheck(permit: unknown): Permit {
  return permit as Permit;
}

class Collection {
  readonly #query: PermitQuery;
  readonly #read: (value: unknown) => Permit;
  readonly #newest = new Map<string, Permit>();
  #dropped = 0;
  #unreadable: unknown;

  constructor(query: PermitQuery, read: (value: unknown) => Permit) {
    this.#query = query;
    this.#read = read;
  }

  take(value: unknown): void {
    try {
      const { companyId } = this.#query;
      const permit = isForeign(value, companyId) ? undefined : this.#read(value);
      // Checked again after reading: a source may return objects with accessors, and the value that was read decides.
      if (permit?.companyId === companyId) this.#keepNewest(permit);
      else this.#dropped += 1;
    } catch (error) {
      // A source may return a list of promises: their rejections are handled here.
      ignorePromise(value);
      this.#dropped += 1;
      this.#unreadable ??= error;
    }
  }

  end(): CollectedPermits {
    const permits: Permit[] = [];
    // Plates are filtered after revisions: a plate that the newest revision has lost must not match an older one.
    for (const permit of this.#newest.values()) {
      if (hasPlate(permit, this.#query.plateNumbers)) permits.push(permit);
      else this.#dropped += 1;
    }
    return { permits, dropped: this.#dropped, unreadable: this.#unreadable };
  }

  #keepNewest(permit: Permit): void {
    const present = this.#newest.get(permit.id);
    if (present === undefined || present.revision < permit.revision) this.#newest.set(permit.id, permit);
  }
}

function takeAll(found: unknown, deadline: Deadline, collection: Collection): MaybePromise<void> {
  deadline.check();
  if (isIterable(found)) {
    for (const value of entriesOf(found, "findPermits")) {
      deadline.check();
      collection.take(value);
    }
    return;
  }
  if (isAsyncIterable(found)) return takeAsTheyCome(found, deadline, collection);
  throw fieldError("findPermits", "must return an array, another iterable, or an async iterable of permits.");
}

async function takeAsTheyCome(
  found: AsyncIterable<unknown>,
  deadline: Deadline,
  collection: Collection,
): Promise<void> {
  const iterator = found[Symbol.asyncIterator]();
  useOnce(iterator, "findPermits");
  let done = false;
  try {
    while (!done) {
      deadline.check();
      const next = await deadline.within(iterator.next());
      done = next.done === true;
      if (!done) collection.take(next.value);
    }
  } finally {
    // Not awaited: a source that hangs may hang in its clean-up too.
    if (!done) void (async () => iterator.return?.())().catch(() => {});
  }
}

/** Whether a permit names another company. A permit that names no company is unreadable instead. */
function isForeign(value: unknown, companyId: string): boolean {
  const owner = (value as Partial<Permit> | null | undefined)?.companyId;
  return typeof owner === "string" && owner !== companyId;
}

function hasPlate(permit: Permit, plateNumbers: readonly string[]): boolean {
  return permit.plates.some((plate) => plateNumbers.includes(plate.number));
}

function isIterable(value: unknown): value is Iterable<unknown> {
  // Text is iterable too, and empty text would pass for a source without permits.
  if (typeof value !== "object" || value === null) return false;
  return typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === "function";
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return (
    typeof (value as Partial<AsyncIterable<unknown>> | null | undefined)?.[Symbol.asyncIterator] ===
    "function"
  );
}
