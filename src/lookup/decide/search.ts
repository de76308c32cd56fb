import type { Company, MaybePromise } from "../../core/directory/directory.ts";
import type { MalformedLocation } from "../../core/directory/read-answers.ts";
import type { LookupAnswer, LookupReason } from "../../core/lookup/dialect.ts";
import type { PermitQuery } from "../../core/lookup/find-permits.ts";
import { thenMaybe } from "../../core/maybe-promise.ts";
import type { Deadline } from "../deadline.ts";
import { type CollectedPermits, collectPermits } from "./collect.ts";
import type { Inquiry } from "./inquiry.ts";
import type { LookupWork } from "./lookup-work.ts";
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
