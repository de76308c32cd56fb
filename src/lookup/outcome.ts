import type {
  LookupAnswer,
  LookupMatch,
  LookupPlaces,
  LookupReason,
  LookupRefusal,
  LookupRefusalCode,
  LookupReply,
} from "../core/dialect.ts";

/** How a request ended, before it is rendered. A reply is a document that the dialect serves to anybody. */
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

/** What an outcome comes to. A list is as well known as the least known of its answers. */
export function summarizeOutcome(outcome: LookupOutcome): OutcomeSummary {
  if ("code" in outcome) return { status: "refused", reason: outcome.code, matches: [] };
  if ("reason" in outcome) return outcome;
  if ("answers" in outcome) {
    const matches = outcome.answers.flatMap((answer) => answer.matches);
    return { ...findDecisive(outcome.answers), matches };
  }
  return { status: "served", reason: "locations" in outcome ? "places" : "document", matches: [] };
}

/** The first answer that nobody knows; else the first valid one; else the first. A list is never empty. */
function findDecisive(answers: readonly LookupAnswer[]): Pick<LookupAnswer, "status" | "reason"> {
  const of = (status: LookupAnswer["status"]) => answers.find((answer) => answer.status === status);
  return of("undetermined") ?? of("valid") ?? of("none") ?? { status: "none", reason: "no_permit" };
}
