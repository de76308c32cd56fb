import { messageOfThrown } from "../core/errors.ts";
import { formatInstant } from "../core/instant.ts";
import type { LookupQuery } from "../core/lookup/dialect.ts";
import type { StoredCredential } from "../core/lookup/lookup-message.ts";
import { rankCandidates } from "../core/names/closest-names.ts";
import type { NameCandidate } from "../core/names/rank-candidates.ts";
import type { LookupHandlerReply } from "./closed-reply.ts";
import type { Inquiry, LookupStage } from "./decide/inquiry.ts";
import type { UnknownPlace } from "./decide/scope.ts";
import { type LookupOutcome, type OutcomeSummary, summarizeOutcome } from "./outcome.ts";
import { type HashPlate, redactClosest, redactQuestion } from "./redact.ts";

/**
 * The record of one answer or refusal, as plain JSON. It holds plates by design, so that a challenged ticket can be explained.
 * Store it as personal data. With the handler's option `redact`, a keyed hash such as `h1:5f…` replaces each plate, and each
 * region or place that was not recognised.
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
  /** The locations that the credential may ask about; absent when it may ask about all of the company's. */
  readonly credentialLocationIds?: readonly string[];
  /** The query as the dialect parsed it; absent for a list, and when the request was refused before it was parsed. */
  readonly asked?: LookupQuery;
  /** The query in canonical form; absent when its plate could not be read. */
  readonly understood?: UnderstoodQuery;
  /**
   * `valid`, `none` or `undetermined`: the answer. `refused`: the request got no answer. `served`: the request asked for the
   * list of places, or for a document that needs no credential, and not about a plate.
   *
   * A list is `undetermined` when one of its answers is, else `valid` when one is. A plate that cannot be read makes a list
   * `undetermined` only when no answer is valid.
   */
  readonly status: OutcomeSummary["status"];
  readonly reason: OutcomeSummary["reason"];
  /**
   * The status of the reply. An undetermined answer is 503, or the status of "no permit" when `whenUndetermined` is `deny`.
   * 0 when the handler closed the connection without a reply, which it does when `whenUndetermined` is `drop`.
   */
  readonly httpStatus: number;
  /** Ids of the company's permits with this plate that the source returned. */
  readonly considered: readonly string[];
  /** Ids of the permits in the answer, the best one first. Empty when no permit counts. */
  readonly answered: readonly string[];
  /** How many permits of the source were ignored: another company's, another plate's, or unreadable. */
  readonly dropped: number;
  /** For an unknown place: the closest names among this credential's places, and how they differ from it. */
  readonly closest?: readonly NameCandidate[];
  /** What failed. Present also when one permit was unreadable and another one answered. */
  readonly failure?: LookupFailure;
  /** For a list of plates: one record per plate, in the list's order. `explainLookup` accepts each of them. */
  readonly parts?: readonly LookupAudit[];
}

/** A query in canonical form. */
export interface UnderstoodQuery {
  /** The canonical number of the plate that was asked about, then those of look-alikes. */
  readonly plateNumbers: readonly string[];
  /** ISO 3166-2 code; absent when the query has no region, or one that cannot be read. */
  readonly region?: string;
  /** Ids of the locations that were searched. Empty when the answer did not need the source. */
  readonly locationIds: readonly string[];
}

/** What failed while the handler worked on a request. */
export interface LookupFailure {
  /** The stage at which it failed. */
  readonly at: LookupStage;
  /** The message of an `EnforcementError`; the name of any other error. */
  readonly message: string;
  /** The thrown value. Not enumerable, so JSON omits it: it is the host's own and may hold anything. */
  readonly cause?: unknown;
}

/** The result of an inquiry, for its record. */
export interface InquiryEnd {
  readonly outcome: LookupOutcome;
  readonly reply: LookupHandlerReply;
  readonly providerId: string;
  readonly dialect: string;
  readonly durationMs: number;
  readonly hashPlate: HashPlate | undefined;
}

/** Creates the record of one request. */
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

/** The record of one query of a list. A query without an answer of its own gets the list's failure. */
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
  const message = messageOfThrown(thrown);
  return Object.defineProperty({ at, message }, "cause", { value: thrown, enumerable: false });
}
