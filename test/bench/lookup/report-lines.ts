import { type Comparison, excusedBy, isReached, type Rounds } from "./comparison.ts";
import { MAX_BYTES_PER_PERMIT } from "./measure-index.ts";
import { MAX_SHARE_BEHIND_MAP, scalesLikeMap } from "./measure-scaling.ts";
import type { LookupResults } from "./results.ts";
import { median } from "./statistics.ts";

/** The tables of a run, as Markdown. The console shows the same. */
export function toTables(results: LookupResults): string {
  const { http, core } = results;
  return [
    "Requests per second over loopback, medians of the rounds:",
    speedTable("server", http.rounds),
    "",
    comparisonTable(http.comparisons),
    "",
    "Without HTTP, answers per second in one process:",
    speedTable("loop", core.rounds),
    "",
    comparisonTable([core.comparison]),
    "",
    boundTable(results),
  ].join("\n");
}

/** What was missed, one line each. Empty: everything was reached. */
export function missesOf({ http, core, scaling, indexes }: LookupResults): string[] {
  const ratios = [...http.comparisons, core.comparison].filter((comparison) => !isReached(comparison));
  return [
    ...ratios.map((comparison) => {
      const { ours, theirs, ratio, target = 0 } = comparison;
      const excused = times(excusedBy(comparison));
      return `${ours} / ${theirs}: ${times(ratio)}, promised ${times(target)} less ${excused} of the control's spread`;
    }),
    ...(scalesLikeMap(scaling)
      ? []
      : [
          `from ${count(scaling.few)} to ${count(scaling.many)} permits: the core keeps ${percent(scaling.coreKeeps)}, the bare Map ${percent(scaling.mapKeeps)}`,
        ]),
    ...indexes
      .filter(({ bytesPerPermit }) => bytesPerPermit > MAX_BYTES_PER_PERMIT)
      .map(
        ({ permits, bytesPerPermit }) =>
          `index of ${count(permits)} permits: ${bytesPerPermit.toFixed(0)} bytes each`,
      ),
  ];
}

function speedTable(heading: string, rounds: Rounds): string {
  return table([
    [heading, "median", "least", "most"],
    ...[...rounds].map(([name, speeds]) => [
      name,
      count(median(speeds)),
      count(Math.min(...speeds)),
      count(Math.max(...speeds)),
    ]),
  ]);
}

function comparisonTable(comparisons: readonly Comparison[]): string {
  return table([
    ["ours", "compared with", "ratio", "A/A control", "its spread", "target", "verdict"],
    ...comparisons.map((comparison) => [
      comparison.ours,
      comparison.theirs,
      times(comparison.ratio),
      times(comparison.control),
      times(comparison.spread),
      comparison.target === undefined ? "–" : `≥ ${times(comparison.target)}`,
      comparison.target === undefined ? "–" : isReached(comparison) ? "reached" : "missed",
    ]),
  ]);
}

function boundTable({ scaling, indexes }: LookupResults): string {
  return table([
    ["bound", "measured", "limit", "verdict"],
    [
      `speed kept from ${count(scaling.few)} to ${count(scaling.many)} permits`,
      `${percent(scaling.coreKeeps)}; the bare loop around a Map ${percent(scaling.mapKeeps)}`,
      `${MAX_SHARE_BEHIND_MAP * 100} points less than the Map`,
      scalesLikeMap(scaling) ? "reached" : "missed",
    ],
    ...indexes.map(({ permits, bytesPerPermit }) => [
      `index of ${count(permits)} permits`,
      `${bytesPerPermit.toFixed(0)} bytes each`,
      `${MAX_BYTES_PER_PERMIT} bytes`,
      bytesPerPermit <= MAX_BYTES_PER_PERMIT ? "reached" : "missed",
    ]),
  ]);
}

function table([head = [], ...rows]: string[][]): string {
  const lines = [head, head.map((_, column) => (column === 0 ? "---" : "---:")), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

const times = (ratio: number): string => ratio.toFixed(2);
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
const count = (value: number): string => Math.round(value).toLocaleString("en-US");
