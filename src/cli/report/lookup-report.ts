import type { HandheldAnswer } from "../../core/lookup/handheld.ts";
import type { Screen } from "../command.ts";
import { wrap } from "../terminal/wrap.ts";
import type { Verdict } from "./report.ts";
import { renderVerdict, toJsonVerdict } from "./verdict.ts";
import { toVisible } from "./visible.ts";

/** What a lookup endpoint answered, and how long that took. */
export interface LookupOutcome {
  readonly answer: HandheldAnswer;
  readonly tookMs: number;
}

/** Whether an officer sees a valid permit. */
export function isPermit({ answer }: LookupOutcome): boolean {
  return answer.shows === "permit";
}

/** An answer as an officer sees it. */
export function renderLookup({ answer, tookMs }: LookupOutcome, screen: Screen): string {
  const lines = [...describeSession(answer), `answered in ${tookMs} ms`].map((line) =>
    wrap(toVisible(line), { width: screen.width, hang: " ".repeat(12) }),
  );
  return `${[...lines, renderVerdict(judge(answer), { screen })].join("\n")}\n`;
}

/** An answer for programs. It holds the plate that the endpoint answered. */
export function toLookupJson(outcome: LookupOutcome) {
  const { answer, tookMs } = outcome;
  return {
    schema: "offstreet-enforcement/lookup",
    version: 1,
    verdict: toJsonVerdict(judge(answer), isPermit(outcome)),
    ...answer,
    tookMs,
  };
}

function describeSession(answer: HandheldAnswer): string[] {
  if (answer.shows !== "permit" && answer.shows !== "expired") return [];
  const { permitId, plate, state, location, endDateTime } = answer.session;
  return [
    `  plate     ${[plate, state ?? ""].join(" ").trim()}`,
    `  location  ${location}`,
    ...(permitId === null ? [] : [`  permit    ${permitId}`]),
    `  until     ${endDateTime ?? "no end"}`,
  ];
}

function judge(answer: HandheldAnswer): Verdict {
  switch (answer.shows) {
    case "permit":
      return { mark: "good", text: "permit: the officer sees a valid permit" };
    case "expired":
      return { mark: "attention", text: "expired: the officer sees a permit that has ended" };
    case "none":
      return { mark: "attention", text: "none: the officer sees that there is no permit" };
    case "refused":
      return {
        mark: "bad",
        text: `refused: status ${answer.status}. Check user name, password and address.`,
      };
    case "unavailable":
      return {
        mark: "bad",
        text: `unavailable: ${answer.why}. The vendor's own policy applies; no permit was denied.`,
      };
  }
}
