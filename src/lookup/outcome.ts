import type {
  LookupAnswer,
  LookupMatch,
  LookupPlaces,
  LookupReason,
  LookupRefusal,
  LookupRefusalCode,
} from "../core/lookup/dialect.ts";
import type { LookupReply } from "../core/lookup/lookup-message.ts";

/** How a request ended, before it is rendered. A reply is a document that the dialect serves without a credential. */
export type LookupOutcome = LookupAnswer | LookupAnswers | LookupPlaces | LookupReply | LookupRefusal;

/** The answers to a list of queries, in its order. */
export interface LookupAnswers {
  readonly answers: readonly LookupAnswer[];
}

/** An outcome in the words of the audit. */
export interface OutcomeSummary {
  readonly status: LookupAnswer["status"] | "refused" | "served";
  readonly reason: LookupReason | LookupRefusalCode | "places" | "document";
  readonly matches: readonly LookupMatch[];
}

// What a list without answers would be, if there were one.
const NO_ANSWER = { status: "none", reason: "no_permit" } as const;

/** What an outcome comes to, a list by its decisive answer. */
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
 * The answer that decides about a list: the first that is not known, else the first valid one, else the first. A plate
 * that cannot be read is a fault of the question, not of the service: it gives way to a valid answer, so that the other
 * plates of its list are answered. Beside plates without a permit it decides, because "no permit" is not known of it.
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
