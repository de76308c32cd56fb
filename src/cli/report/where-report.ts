import type { PermitExplanation, PermitExplanationEntry } from "../../sync/explain/explanation.ts";
import type { Screen } from "../command.ts";
import { wrap } from "../terminal/wrap.ts";
import type { Verdict } from "./report.ts";
import { renderVerdict, toJsonVerdict } from "./verdict.ts";
import { toVisible } from "./visible.ts";
import { count } from "./words.ts";

/** What a ledger holds of the permits that were asked for. */
export interface WhereOutcome {
  readonly permits: readonly PermitExplanation[];
  /** Whether what was asked for can be a plate at all. */
  readonly isPlate: boolean;
}

/** Whether there is a permit, and the vendors have all of it. */
export function isThere({ permits }: WhereOutcome): boolean {
  return (
    permits.length > 0 &&
    permits.every(
      ({ entries }) => entries.length > 0 && entries.every(({ status }) => status === "acknowledged"),
    )
  );
}

/** What the ledger says, in its sentences. */
export function renderWhere(outcome: WhereOutcome, screen: Screen): string {
  const { width } = screen;
  const paragraphs = outcome.permits.map(({ sentences }) =>
    sentences.map((sentence) => wrap(toVisible(sentence), { width, hang: "  " })).join("\n"),
  );
  return `${[...paragraphs, renderVerdict(judge(outcome), { screen })].join("\n\n")}\n`;
}

/** The same for programs. It holds plates. */
export function toWhereJson(outcome: WhereOutcome) {
  return {
    schema: "offstreet-enforcement/where",
    version: 1,
    verdict: toJsonVerdict(judge(outcome), isThere(outcome)),
    permits: outcome.permits,
  };
}

const STATUSES: Readonly<Record<PermitExplanationEntry["status"], string>> = {
  acknowledged: "acknowledged",
  on_its_way: "on its way",
  not_sent: "not sent",
  withdrawn: "withdrawn",
  not_judged: "not judged",
};

/** Reasons for which nothing is sent, and nothing is wrong. */
const EXPECTED: ReadonlySet<string> = new Set(["revoked", "over", "superseded", "starts_later"]);

function judge(outcome: WhereOutcome): Verdict {
  const { permits, isPlate } = outcome;
  if (permits.length === 0) {
    const text = isPlate
      ? "The ledger has no permit with this id, and none with this plate; plates of revoked permits are not searched."
      : "The ledger has no permit with this id, which cannot be a plate either.";
    return { mark: "attention", text };
  }
  const subject = count(permits.length, "permit");
  if (isThere(outcome)) return { mark: "good", text: `${subject}: the vendors have all of it` };
  const entries = permits.flatMap((permit) => permit.entries);
  const isWrong = entries.some(({ status, ...entry }) => {
    return status === "not_sent" && !("reason" in entry && EXPECTED.has(String(entry.reason)));
  });
  const counts = Object.entries(STATUSES).flatMap(([status, words]) => {
    const number = entries.filter((entry) => entry.status === status).length;
    return number === 0 ? [] : [`${number} ${words}`];
  });
  if (counts.length === 0) counts.push("no vendor is sent any of it");
  const text = `${subject}: the vendors do not have all of it (${counts.join(", ")})`;
  return { mark: isWrong ? "bad" : "attention", text };
}
