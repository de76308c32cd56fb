import { isEnforcementError, nameOfThrown } from "../core/errors.ts";
import { formatInstant } from "../core/instant.ts";
import type { StoredCredential } from "../core/lookup/credential.ts";
import type { LookupQuery } from "../core/lookup/dialect.ts";
import { type NameCandidate, rankCandidates } from "../core/names/rank-candidates.ts";
import type { Inquiry, LookupStage } from "./decide/inquiry.ts";
import type { UnknownPlace } from "./decide/scope.ts";
import type { LookupHandlerReply } from "./handler-reply.ts";
import { type LookupOutcome, type OutcomeSummary, summarizeOutcome } from "./outcome.ts";
import type { HashPlate } from "./redact.ts";
import { redactClosest, redactQuestion } from "./redact-question.ts";

/**
 * The record of one answer or refusal: plain JSON. It holds plates, by design: a ticket that is challenged must be
 * explainable. Store it as personal data. With the handler's option `redact`, a keyed hash such as `h1:5f…` stands
 * in the place of each plate, and of a region or place that was not recognised.
 */
export interface LookupAudit {
  /** Version of this shape. */
  readonly v: 1;
  /** ISO instant that the answer is about. */
  readonly at: string;
  readonly durationMs: number;
  readonly providerId: string;
  /** The dialect's id. */
  readonly dialect: string;
  /** The credential that asked; absent when none was recognised. */
  readonly credentialId?: string;
  /** The company of that credential; absent when none was recognised. */
  readonly companyId?: string;
  /** The locations that the credential may ask about; absent when it is all of the company's. */
  readonly credentialLocationIds?: readonly string[];
  /** The question as it came; absent when it was refused before it was read, and for a list. */
  readonly asked?: LookupQuery;
  /** The question as it was understood; absent when its plate could not be read. */
  readonly understood?: UnderstoodQuery;
  /**
   * `refused`: the request was not answered at all. `served`: it asked about no plate, but for the places or for a
   * document that needs no credential. A list is undetermined as soon as one of its answers is, else valid as soon as one is;
   * plates that cannot be read count only where none is valid.
   */
  readonly status: OutcomeSummary["status"];
  readonly reason: OutcomeSummary["reason"];
  /**
   * What the vendor heard. An undetermined answer is 503, or as for no permit when `whenUndetermined` is `deny`. 0 where
   * the vendor heard nothing, because the connection was closed: when it is `drop`.
   */
  readonly httpStatus: number;
  /** Ids of the company's permits with this plate that the source gave. */
  readonly considered: readonly string[];
  /** Ids of the permits that were answered, the best one first. */
  readonly answered: readonly string[];
  /** How many permits of the source were left out: another company's, another plate's, unreadable. */
  readonly dropped: number;
  /** For an unknown place: the names of this credential's places that are closest to it, and how they differ. */
  readonly closest?: readonly NameCandidate[];
  /** What failed. Also there when only one permit was unreadable and another answered. */
  readonly failure?: LookupFailure;
  /** Where one request asked about a list of plates: a record of each, in its order, that can be explained by itself. */
  readonly parts?: readonly LookupAudit[];
}

/** A question in canonical form. */
export interface UnderstoodQuery {
  /** The plate that was typed, then those that look alike. */
  readonly plateNumbers: readonly string[];
  /** ISO 3166-2 code; absent when it was not given or not readable. */
  readonly region?: string;
  /** Places that were searched. Empty when the answer was known before. */
  readonly locationIds: readonly string[];
}

/** What failed while a question was worked on. */
export interface LookupFailure {
  readonly at: LookupStage;
  /** The message of an error of this package; the name of any other. */
  readonly message: string;
  /** What was thrown. Not enumerable, so that JSON leaves it out: it is the host's, and may hold anything. */
  readonly cause?: unknown;
}

/** How an inquiry ended. */
export interface InquiryEnd {
  readonly outcome: LookupOutcome;
  readonly reply: LookupHandlerReply;
  readonly providerId: string;
  readonly dialect: string;
  readonly durationMs: number;
  readonly hashPlate: HashPlate | undefined;
}

/** Writes the record of one request. */
export function toAudit(inquiry: Inquiry, end: InquiryEnd): LookupAudit {
  const { outcome, reply, providerId, dialect, durationMs, hashPlate } = end;
  const { credential, unknownPlace, failure, parts } = inquiry;
  const { status, reason, matches } = summarizeOutcome(outcome);
  const asked = toAsked(inquiry, hashPlate);
  const understood = toUnderstood(inquiry, hashPlate);
  return {
    v: 1,
    at: formatInstant(inquiry.at),
    durationMs,
    providerId,
    dialect,
    ...(credential && toParty(credential)),
    ...(asked && { asked }),
    ...(understood && { understood }),
    status,
    reason,
    httpStatus: reply.drop === true ? 0 : reply.status,
    considered: (inquiry.permits ?? []).map(({ id }) => id),
    answered: [...new Set(matches.map(({ permit }) => permit.id))],
    dropped: inquiry.dropped,
    ...(unknownPlace && { closest: toClosest(unknownPlace, hashPlate) }),
    ...(failure && { failure: toFailure(failure) }),
    ...(parts && { parts: parts.map((part) => toPartAudit(part, inquiry, end)) }),
  };
}

/** What failed for the whole list failed for each of its queries that has no answer of its own. */
function toPartAudit(part: Inquiry, list: Inquiry, end: InquiryEnd): LookupAudit {
  if (part.answer !== undefined) return toAudit(part, { ...end, outcome: part.answer });
  return toAudit(Object.assign(part, { failure: part.failure ?? list.failure }), end);
}

function toParty({ id, companyId, locationIds }: StoredCredential) {
  const party = { credentialId: id, companyId };
  return locationIds === undefined ? party : { ...party, credentialLocationIds: locationIds };
}

function toAsked(inquiry: Inquiry, hashPlate: HashPlate | undefined): LookupQuery | undefined {
  const { query } = inquiry;
  return !query || hashPlate === undefined ? query : redactQuestion(query, inquiry, hashPlate);
}

function toClosest({ wanted, names }: UnknownPlace, hashPlate: HashPlate | undefined): NameCandidate[] {
  const closest = rankCandidates(wanted, names);
  return hashPlate === undefined ? closest : redactClosest(closest, wanted, hashPlate);
}

function toUnderstood(
  { plateNumbers, region, locationIds = [], parts }: Inquiry,
  hashPlate: HashPlate | undefined,
): UnderstoodQuery | undefined {
  if (plateNumbers === undefined || parts !== undefined) return undefined;
  return {
    plateNumbers: hashPlate === undefined ? plateNumbers : plateNumbers.map(hashPlate),
    ...(region !== undefined && { region }),
    locationIds,
  };
}

function toFailure({ at, thrown }: NonNullable<Inquiry["failure"]>): LookupFailure {
  const message = isEnforcementError(thrown) ? thrown.message : nameOfThrown(thrown);
  return Object.defineProperty({ at, message }, "cause", { value: thrown, enumerable: false });
}
