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
