import type { Company } from "../../core/directory/directory.ts";
import type { MalformedLocation } from "../../core/directory/read-answers.ts";
import { fieldError } from "../../core/fields.ts";
import { entriesOf, useOnce } from "../../core/iterables.ts";
import type { LookupAnswer, LookupReason } from "../../core/lookup/dialect.ts";
import { type FindPermits, givesCheckedPermits, type PermitQuery } from "../../core/lookup/find-permits.ts";
import { ignorePromise, type MaybePromise, thenMaybe } from "../../core/maybe-promise.ts";
import { type Permit, readPermit } from "../../core/permit/permit.ts";
import type { Deadline } from "../deadline.ts";
import type { LookupWork } from "../options.ts";
import type { Inquiry } from "./inquiry.ts";
import { type MatchQuestion, matchPermits, mayMatchMalformed } from "./match.ts";
import { type Scope, searchedIds, type UnknownPlace } from "./scope.ts";

/** Calls the source for permits with the inquiry's plates and locations, and stores the result in the inquiry. */
export function askSource(
  company: Company,
  { settings, inquiry, deadline }: LookupWork,
): MaybePromise<CollectedPermits> {
  inquiry.stage = "permits";
  const { findPermits } = settings;
  const query = new SourceQuery(company.id, inquiry, deadline);
  return thenMaybe(collectPermits(findPermits, query, deadline), (found) => {
    inquiry.permits = found.permits;
    inquiry.dropped = found.dropped;
    if (found.unreadable !== undefined) inquiry.failure = { at: "permits", thrown: found.unreadable };
    return found;
  });
}

/** The answer for an unknown place: undetermined. */
export function answerUnknownPlace(inquiry: Inquiry, unknown: UnknownPlace): LookupAnswer {
  if (unknown.malformed !== undefined) return answerMalformed(inquiry, unknown.malformed);
  inquiry.unknownPlace = unknown;
  return withoutMatches(inquiry, "undetermined", "unknown_place");
}

/** The answer when a location that cannot be read may change it: undetermined. */
export function answerMalformed(inquiry: Inquiry, { error }: MalformedLocation): LookupAnswer {
  inquiry.failure = { at: "directory", thrown: error };
  return withoutMatches(inquiry, "undetermined", "source_failed");
}

/** The answer that follows from the scope alone. `undefined` when the source is needed: the inquiry then has its locations. */
export function answerWithoutSource(inquiry: Inquiry, scope: Scope): LookupAnswer | undefined {
  inquiry.isPlaceKnown = true;
  const [malformed] = scope.malformed;
  const ids = searchedIds(scope);
  if (malformed !== undefined) {
    if (ids.length === 0) return answerMalformed(inquiry, malformed);
    inquiry.failure = { at: "directory", thrown: malformed.error };
  } else if (ids.length === 0) {
    return withoutMatches(inquiry, "none", "switched_off");
  }
  inquiry.locationIds = ids;
  return undefined;
}

/** Answers from the permits that the source returned. `isComplete` is false when one of them could not be read. */
export function answerFromPermits(
  inquiry: Inquiry,
  context: Pick<MatchQuestion, "company" | "scope" | "graceMs">,
  isComplete: boolean,
): LookupAnswer {
  const { at, region, plateNumbers = [], permits = [] } = inquiry;
  const question = { ...context, plateNumbers, region, at };
  inquiry.compared = question;
  const { matches, reason, ended } = matchPermits(permits, question);
  if (matches.length > 0) return { status: "valid", reason, matches, at };
  if (!isComplete || mayMatchMalformed(permits, question)) {
    return withoutMatches(inquiry, "undetermined", "source_failed");
  }
  const answer = withoutMatches(inquiry, "none", reason);
  return ended === undefined ? answer : { ...answer, ended };
}

/** An answer without a right. */
export function withoutMatches(
  { at }: Inquiry,
  status: "none" | "undetermined",
  reason: LookupReason,
): LookupAnswer {
  return { status, reason, matches: [], at };
}

/** The answer for a plate that cannot be read: undetermined, because the vehicle is not known. */
export function answerUnreadable(inquiry: Inquiry): LookupAnswer {
  return withoutMatches(inquiry, "undetermined", "invalid_request");
}

/**
 * The query for a source. Frozen and with its own `Date`, so that a source cannot change the handler's state. A class, because
 * creating an object literal with an accessor takes longer than finding a permit.
 */
class SourceQuery implements PermitQuery {
  readonly companyId: string;
  readonly plateNumbers: readonly string[];
  readonly locationIds: readonly string[];
  readonly at: Date;
  readonly #deadline: Deadline;

  constructor(companyId: string, { plateNumbers = [], locationIds = [], at }: Inquiry, deadline: Deadline) {
    this.companyId = companyId;
    this.plateNumbers = plateNumbers;
    this.locationIds = locationIds;
    this.at = new Date(at);
    this.#deadline = deadline;
    Object.freeze(this);
  }

  get signal(): AbortSignal {
    return this.#deadline.signal;
  }
}

/** The permits of a source that belong to the query. */
interface CollectedPermits {
  /** Permits of the company with one of the plates. Of several revisions of a permit only the newest. */
  readonly permits: readonly Permit[];
  /** How many permits were ignored: another company's, another plate's, or unreadable. */
  readonly dropped: number;
  /** The error of the first unreadable permit; `undefined` when all could be read. */
  readonly unreadable: unknown;
}

/** Calls the source, and keeps only permits of the query's company and plates. */
function collectPermits(
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
