import type { LookupAnswer, LookupReason } from "../core/dialect.ts";
import type { Company, MaybePromise } from "../core/directory.ts";
import { whenKnown } from "../core/maybe-promise.ts";
import { type CollectedPermits, collectPermits } from "./collect.ts";
import type { LookupWork } from "./decide.ts";
import type { Inquiry } from "./inquiry.ts";
import { type MatchQuestion, matchPermits } from "./match.ts";
import { SourceQuery } from "./source-query.ts";

/** Asks the source for permits with the inquiry's plates at its locations, and notes down what it gave. */
export function askSource(
  company: Company,
  { settings, inquiry, deadline }: LookupWork,
): MaybePromise<CollectedPermits> {
  inquiry.stage = "permits";
  const { findPermits } = settings;
  const query = new SourceQuery(company.id, inquiry, deadline);
  return whenKnown(collectPermits(findPermits, query, deadline), (found) => {
    inquiry.permits = found.permits;
    inquiry.dropped = found.dropped;
    if (found.unreadable !== undefined) inquiry.failure = { at: "permits", thrown: found.unreadable };
    return found;
  });
}

/** Answers a question from the permits that were found. A permit that could not be read may have been the right one. */
export function answerFromPermits(
  inquiry: Inquiry,
  surroundings: Pick<MatchQuestion, "company" | "scope" | "graceMs">,
  isComplete: boolean,
): LookupAnswer {
  const { at, region, plateNumbers = [], permits = [] } = inquiry;
  const question = { ...surroundings, plateNumbers, region, at };
  inquiry.compared = question;
  const { matches, reason, ended } = matchPermits(permits, question);
  if (matches.length > 0) return { status: "valid", reason, matches, at };
  if (!isComplete) return withoutMatches(inquiry, "undetermined", "source_failed");
  const answer = withoutMatches(inquiry, "none", reason);
  return ended === undefined ? answer : { ...answer, ended };
}

/** An answer that names no right. */
export function withoutMatches(
  { at }: Inquiry,
  status: "none" | "undetermined",
  reason: LookupReason,
): LookupAnswer {
  return { status, reason, matches: [], at };
}

/** The answer about a plate that cannot be read: which vehicle is meant is not known. */
export function answerUnreadable(inquiry: Inquiry): LookupAnswer {
  return withoutMatches(inquiry, "undetermined", "invalid_request");
}
