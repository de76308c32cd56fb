import { fieldError } from "../core/fields.ts";
import { type Permit, readPermit } from "../core/permit.ts";
import type { Deadline } from "./deadline.ts";
import type { FindPermits, PermitQuery } from "./find-permits.ts";

/** What a source gave, after everything that is not the question's was taken out. */
export interface CollectedPermits {
  /** Permits of this company with one of these plates; of several revisions the newest. */
  readonly permits: readonly Permit[];
  /** How many were left out: another company's, another plate's, unreadable. */
  readonly dropped: number;
  /** Why the first unreadable one is unreadable. Absent: all could be read. */
  readonly unreadable?: unknown;
}

/** Asks the source. Whatever it returns, nothing of another company or another plate comes out of here. */
export async function collectPermits(
  findPermits: FindPermits,
  query: PermitQuery,
  deadline: Deadline,
): Promise<CollectedPermits> {
  const newest = new Map<string, Permit>();
  let dropped = 0;
  let unreadable: unknown;
  const take = (value: unknown): void => {
    try {
      if (isForeign(value, query.companyId)) dropped += 1;
      else keepNewest(newest, readPermit(value));
    } catch (error) {
      dropped += 1;
      unreadable ??= error;
    }
  };
  await forEachFound(await deadline.within(findPermits(query)), deadline, take);
  // After the revisions: a plate that the newest one no longer has must not come back from an older one.
  const permits = [...newest.values()].filter((permit) => hasPlate(permit, query.plateNumbers));
  dropped += newest.size - permits.length;
  return { permits, dropped, ...(unreadable === undefined ? {} : { unreadable }) };
}

function keepNewest(newest: Map<string, Permit>, permit: Permit): void {
  const present = newest.get(permit.id);
  if (present === undefined || present.revision < permit.revision) newest.set(permit.id, permit);
}

async function forEachFound(
  found: unknown,
  deadline: Deadline,
  take: (value: unknown) => void,
): Promise<void> {
  deadline.check();
  if (isIterable(found)) {
    for (const value of found) {
      deadline.check();
      take(value);
    }
    return;
  }
  if (!isAsyncIterable(found)) {
    throw fieldError(
      "findPermits",
      "must return an array, another iterable, or an async iterable of permits.",
    );
  }
  const iterator = found[Symbol.asyncIterator]();
  let done = false;
  try {
    while (!done) {
      deadline.check();
      const next = await deadline.within(iterator.next());
      done = next.done === true;
      if (!done) take(next.value);
    }
  } finally {
    // Not waited for: a source that hangs once may hang in its clean-up too.
    if (!done) void (async () => iterator.return?.())().catch(() => {});
  }
}

/** A permit that says it is another company's. One that does not say whose it is counts as unreadable instead. */
function isForeign(value: unknown, companyId: string): boolean {
  const owner = (value as Partial<Permit> | null | undefined)?.companyId;
  return typeof owner === "string" && owner !== companyId;
}

function hasPlate(permit: Permit, plateNumbers: readonly string[]): boolean {
  return permit.plates.some((plate) => plateNumbers.includes(plate.number));
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof (value as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] === "function";
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return (
    typeof (value as Partial<AsyncIterable<unknown>> | null | undefined)?.[Symbol.asyncIterator] ===
    "function"
  );
}
