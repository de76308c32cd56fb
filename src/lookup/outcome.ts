import type {
  LookupAnswer,
  LookupMatch,
  LookupPlaces,
  LookupReason,
  LookupRefusal,
  LookupRefusalCode,
} from "../core/lookup/dialect.ts";
import type { LookupReply } from "../core/lookup/lookup-message.ts";

/** The result of a request before it is rendered. A `LookupReply` is a document that needs no credential. */
export type LookupOutcome = LookupAnswer | LookupAnswers | LookupPlaces | LookupReply | LookupRefusal;

/** The answers to a list of queries, in its order. */
export interface LookupAnswers {
  readonly answers: readonly LookupAnswer[];
}

/** An outcome with the audit's status and reason. */
export interface OutcomeSummary {
  readonly status: LookupAnswer["status"] | "refused" | "served";
  readonly reason: LookupReason | LookupRefusalCode | "places" | "document";
  readonly matches: readonly LookupMatch[];
}

// The summary of an empty list. `decideList` refuses one.
const NO_ANSWER = { status: "none", reason: "no_permit" } as const;

/** Summarises an outcome; a list by its decisive answer. */
export function summarizeOutcome(outcome: LookupOutcome): OutcomeSummary {
  if ("code" in outcome) return { status: "refused", reason: outcome.code, matches: [] };
  if ("reason" in outcome) return outcome;
  if ("answers" in outcome) {
    const matches = outcome.answers.flatMap((answer) => answer.matches);
    const { status, reason } = findDecisive(outcome.answers) ?? NO_ANSWER;
    return { status, reason, matches };
  }
  return { status: "served", reason: "locations" in outcome ? "places" : "document", matches: [] };
}

/**
 * The answer that decides the status of a list: the first undetermined one, else the first valid one, else the first.
 *
 * A plate that cannot be read decides only when no answer is valid: it is a fault of the request, and the other plates of its
 * list still get their answers. Without a valid answer it decides, because the list cannot say "no permit" for it.
 */
export function findDecisive<Answer extends Pick<OutcomeSummary, "status" | "reason">>(
  answers: readonly Answer[],
): Answer | undefined {
  const unknown = answers.filter(({ status }) => status === "undetermined");
  return (
    unknown.find(({ reason }) => reason !== "invalid_request") ??
    answers.find(({ status }) => status === "valid") ??
    unknown[0] ??
    answers[0]
  );
}

const REFUSALS: Readonly<Record<LookupRefusalCode, Pick<LookupRefusal, "status" | "message">>> = {
  invalid_request: { status: 400, message: "The request cannot be understood." },
  unauthorized: { status: 401, message: "The credential is missing or not known." },
  not_found: { status: 404, message: "There is nothing at this address." },
  not_supported: { status: 404, message: "This operation is not supported yet." },
  public_url_missing: {
    status: 404,
    message: "This document says where the service is; give the lookup handler its publicUrl option.",
  },
  method_not_allowed: { status: 405, message: "This method is not served here." },
  body_too_large: { status: 413, message: "The body is larger than 16 KiB." },
  unsupported_media_type: { status: 415, message: "The content type is not served here." },
  body_consumed: {
    status: 500,
    message:
      "The body was read before it reached the lookup handler; mount the handler before what reads it.",
  },
  undetermined: { status: 503, message: "The answer is not known at the moment." },
  too_many_requests: {
    status: 429,
    message: "Too many requests without a known credential; try again later.",
  },
  internal_error: { status: 500, message: "The lookup failed inside the service." },
};

/** Creates a refusal with its code's status and message. */
export function createRefusal(
  code: LookupRefusalCode,
  details: Partial<Pick<LookupRefusal, "message" | "headers" | "reason">> = {},
): LookupRefusal {
  return { code, ...REFUSALS[code], ...details };
}

/** The refusal for an undetermined answer. Its message reveals nothing of the host's data. */
export function refuseUndetermined(reason: LookupReason): LookupRefusal {
  const message = UNDETERMINED_MESSAGES[reason];
  return createRefusal("undetermined", message === undefined ? { reason } : { message, reason });
}

const UNDETERMINED_MESSAGES: Partial<Record<LookupReason, string>> = {
  unknown_place: "The place is not known to the permit service.",
  invalid_request: "The plate cannot be read.",
};
