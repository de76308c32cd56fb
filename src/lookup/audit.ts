import type {
  LookupAnswer,
  LookupQuery,
  LookupReason,
  LookupRefusal,
  LookupRefusalCode,
  LookupReply,
} from "../core/dialect.ts";
import { isEnforcementError } from "../core/errors.ts";
import { type NameCandidate, rankCandidates } from "../core/mismatch.ts";
import type { Inquiry, LookupStage } from "./inquiry.ts";

/**
 * The record of one answer or refusal: plain JSON. It holds plates, by design: a ticket that is challenged must be
 * explainable. Store it as personal data.
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
  /** Who asked; absent when nobody was recognised. */
  readonly credentialId?: string;
  /** Whose permits were asked about; absent when nobody was recognised. */
  readonly companyId?: string;
  /** The question as it came; absent when it was refused before it was read. */
  readonly asked?: LookupQuery;
  /** The question as it was understood; absent when its plate could not be read. */
  readonly understood?: UnderstoodQuery;
  /** `refused`: the request was not answered at all. */
  readonly status: LookupAnswer["status"] | "refused";
  readonly reason: LookupReason | LookupRefusalCode;
  /** What the vendor heard. An undetermined answer is 503, or 200 when `whenUndetermined` is `deny`. */
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
  readonly outcome: LookupAnswer | LookupRefusal;
  readonly reply: LookupReply;
  readonly providerId: string;
  readonly dialect: string;
  readonly durationMs: number;
}

/** Writes the record of one request. */
export function toAudit(inquiry: Inquiry, end: InquiryEnd): LookupAudit {
  const { outcome, reply, providerId, dialect, durationMs } = end;
  const { credential, query, unknownPlace, failure } = inquiry;
  const answered = "code" in outcome ? [] : outcome.matches.map(({ permit }) => permit.id);
  const understood = toUnderstood(inquiry);
  return {
    v: 1,
    at: inquiry.at.toISOString(),
    ...{ durationMs, providerId, dialect },
    ...(credential === undefined ? {} : { credentialId: credential.id, companyId: credential.companyId }),
    ...(query === undefined ? {} : { asked: query }),
    ...(understood === undefined ? {} : { understood }),
    ...("code" in outcome
      ? { status: "refused", reason: outcome.code }
      : { status: outcome.status, reason: outcome.reason }),
    httpStatus: reply.status,
    considered: (inquiry.permits ?? []).map(({ id }) => id),
    answered: [...new Set(answered)],
    dropped: inquiry.dropped,
    ...(unknownPlace === undefined
      ? {}
      : { closest: rankCandidates(unknownPlace.wanted, unknownPlace.names) }),
    ...(failure === undefined ? {} : { failure: toFailure(failure) }),
  };
}

function toUnderstood({ plateNumbers, region, locationIds = [] }: Inquiry): UnderstoodQuery | undefined {
  if (plateNumbers === undefined) return undefined;
  return { plateNumbers, ...(region === undefined ? {} : { region }), locationIds };
}

function toFailure({ at, thrown }: NonNullable<Inquiry["failure"]>): LookupFailure {
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  const message = isEnforcementError(thrown) ? thrown.message : name;
  return Object.defineProperty({ at, message }, "cause", { value: thrown, enumerable: false });
}
