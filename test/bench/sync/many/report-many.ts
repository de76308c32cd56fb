import { describeMachine } from "../../lookup/machine.ts";
import { count } from "../results.ts";
import { LATENCY_MS } from "../wire.ts";
import { REFRESHED_PERMITS } from "./customers.ts";
import type { ManyFigures, ManyResult } from "./measure-many.ts";

/** How much longer than the vendor one permit on an idle system may take, in milliseconds. */
const MAX_ISSUE_MS = { memory: 50, sqlite: 50, postgres: 150 } as const;
/** When the request by hand is slower than that, the machine is too busy to judge. */
const MAX_BY_HAND_MS = 10;
const MAX_MEDIAN_RATIO = 1.5;
const MAX_REFRESH_RATIO = 1.5;
const MIN_BACKFILL_RATIO = 0.6;
const MAX_KILOBYTES = 60;

interface Promised {
  readonly what: string;
  readonly measured: string;
  readonly limit: string;
  readonly verdict: "kept" | "missed" | "not judged";
}

/** The section of a run. */
export function toManyText(result: ManyResult, command: string): string {
  const rows = result.figures.flat().map((one, index) => {
    const again = index % 3 === 1 ? ", again" : "";
    return [
      `${one.kind}, ${count(one.providers)} ${one.providers === 1 ? "provider" : "providers"}${again}`,
      ...[ms(one.issue.p50), ms(one.issue.p99), ms(one.byHand.p99), ms(one.refresh), count(one.perSecond)],
    ];
  });
  const heads = [
    "",
    "issue, median",
    "issue, p99",
    "by hand, p99",
    "refresh",
    "backfill, permits per second",
  ];
  const verdicts = promisesOf(result).map(({ what, measured, limit, verdict }) => [
    what,
    measured,
    limit,
    verdict,
  ]);
  return `\`${command}\` on ${new Date().toISOString().slice(0, 10)}. ${describeMachine(["undici", "pg"])}.

One sync with a provider of its own for each customer, over each ledger. "issue" is one permit on an idle system, from the call until the
vendor's reply is recorded, less the vendor's ${LATENCY_MS} ms; customers take turns. "by hand" is one request of undici's in turns with it, less the
same. "refresh" is the call for a company of ${REFRESHED_PERMITS} permits. The backfill is the same number of permits, at one provider or spread over all,
with the defaults of this package: with one provider ${8} requests at once, with many up to 64. Processes with one provider, with one
again, and with many are measured in turns.

${table([heads, ...rows])}

${table([["promise", "measured", "limit", "verdict"], ...verdicts])}`;
}

/** What was missed, one line each. */
export function manyMisses(result: ManyResult): string[] {
  return promisesOf(result)
    .filter(({ verdict }) => verdict === "missed")
    .map(({ what, measured, limit }) => `${what}: ${measured}, promised ${limit}`);
}

function promisesOf({ figures, bytesPerProvider }: ManyResult): Promised[] {
  const kilobytes = bytesPerProvider / 1_000;
  return [
    ...figures.flatMap(([one, again, many]) => [
      promiseOfIssue(one),
      promiseOfIssue(many),
      ...promisesOfMany([one, again, many]),
    ]),
    {
      what: "memory of an idle provider, half Passport and half HotSpot",
      measured: `${kilobytes.toFixed(1)} kB`,
      limit: `≤ ${MAX_KILOBYTES} kB`,
      verdict: kilobytes <= MAX_KILOBYTES ? "kept" : "missed",
    },
  ];
}

function promiseOfIssue({ kind, providers, samples, issue, byHand }: ManyFigures): Promised {
  const isKept = issue.p99 <= MAX_ISSUE_MS[kind];
  return {
    what: `${kind}, ${count(providers)}: one permit, p99 of ${samples}`,
    measured: ms(issue.p99),
    limit: `≤ ${MAX_ISSUE_MS[kind]} ms`,
    verdict: isKept ? "kept" : byHand.p99 > MAX_BY_HAND_MS ? "not judged" : "missed",
  };
}

function promisesOfMany([one, again, many]: ManyResult["figures"][number]): Promised[] {
  const { kind } = one;
  const at = `${kind}, ${count(many.providers)} against 1`;
  // With the vendor's latency: that is what a permit waits.
  const whole = ({ issue }: ManyFigures) => issue.p50 + LATENCY_MS;
  return [
    ratioOf(`${at}: one permit, median`, [many, one, again].map(whole), { max: MAX_MEDIAN_RATIO }),
    ratioOf(
      `${at}: refresh`,
      [many, one, again].map(({ refresh }) => refresh),
      { max: MAX_REFRESH_RATIO },
    ),
    ratioOf(
      `${at}: backfill`,
      [many, one, again].map(({ perSecond }) => perSecond),
      { min: MIN_BACKFILL_RATIO },
    ),
  ];
}

function ratioOf(
  what: string,
  [many = 0, one = 1, again = 1]: readonly number[],
  { min, max }: { min?: number; max?: number },
): Promised {
  const ratio = many / one;
  const control = again / one;
  const excused = Math.min(Math.abs(1 - control), 0.2);
  const isKept =
    (min === undefined || ratio >= min - excused) && (max === undefined || ratio <= max + excused);
  return {
    what,
    measured: `${ratio.toFixed(2)} ×; one again ${control.toFixed(2)} ×`,
    limit: min === undefined ? `≤ ${max} ×` : `≥ ${min} ×`,
    verdict: isKept ? "kept" : "missed",
  };
}

const ms = (value: number): string => `${value.toFixed(1)} ms`;

function table([head = [], ...rows]: string[][]): string {
  const lines = [head, head.map((_, column) => (column === 0 ? "---" : "---:")), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
