import { type Comparison, isReached } from "../lookup/comparison.ts";
import { median } from "../lookup/statistics.ts";
import { boundsOf, count, type SyncResults } from "./results.ts";
import type { Measured } from "./targets.ts";

/** The tables of a run, as Markdown. The console shows the same. */
export function toTables(results: SyncResults): string {
  return [
    ...results.measured.flatMap((measured) => [speedTable(measured), comparisonTable(measured.comparisons)]),
    boundTable(results),
  ].join("\n\n");
}

export function speedTable({ title, rounds, cpu }: Measured): string {
  return table([
    [title, "median", "least", "most", "processor time for each"],
    ...[...rounds].map(([name, speeds]) => [
      ...[name, count(median(speeds)), count(Math.min(...speeds)), count(Math.max(...speeds))],
      `${count(cpu.get(name) ?? 0)} µs`,
    ]),
  ]);
}

export function comparisonTable(comparisons: readonly Comparison[]): string {
  return table([
    ["ours", "compared with", "ratio", "A/A control", "its spread", "target", "verdict"],
    ...comparisons.map((comparison) => {
      const { ours, theirs, ratio, control, spread, target } = comparison;
      return [
        ...[ours, theirs, times(ratio), times(control), times(spread)],
        ...(target === undefined
          ? ["–", "–"]
          : [`≥ ${times(target)}`, isReached(comparison) ? "reached" : "missed"]),
      ];
    }),
  ]);
}

function boundTable(results: SyncResults): string {
  return table([
    ["bound", "measured", "limit", "verdict"],
    ...boundsOf(results).map(({ what, measured, limit, isKept }) => [
      ...[what, measured, limit, isKept ? "kept" : "missed"],
    ]),
  ]);
}

export function table([head = [], ...rows]: string[][]): string {
  const lines = [head, head.map((_, column) => (column === 0 ? "---" : "---:")), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

const times = (ratio: number): string => ratio.toFixed(2);
