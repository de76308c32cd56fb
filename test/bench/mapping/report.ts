import { median } from "../lookup/statistics.ts";
import { count, type MappingResults, promisesOf } from "./results.ts";

/** The tables of a run, as Markdown. */
export function toTables(results: MappingResults): string {
  return [costTable(results), searchTable(results), promiseTable(results)].join("\n\n");
}

function costTable({ sizes, vendors, allPairs }: MappingResults): string {
  const { small, large } = sizes;
  const ours = [...vendors].map(([vendor, { growth, megabytes, unlimited }]) => [
    `${vendor}, validated`,
    microseconds(median(growth.small)),
    microseconds(median(growth.large)),
    seconds(median(growth.large) * large),
    `${megabytes.toFixed(0)} MB`,
    `${unlimited.toFixed(0)} MB`,
  ]);
  const each = median(allPairs);
  const extrapolated = each * (large / small);
  return table([
    [
      "",
      `each of ${count(small)}`,
      `each of ${count(large)}`,
      `all ${count(large)}`,
      "peak memory",
      "without limits",
    ],
    ...ours,
    [
      ...[
        "all pairs, fastest-levenshtein",
        microseconds(each),
        `${microseconds(extrapolated)} (extrapolated)`,
      ],
      ...[`${seconds(extrapolated * large)} (extrapolated)`, "–", "–"],
    ],
  ]);
}

function searchTable({ searches }: MappingResults): string {
  return table([
    ["nearest name", "to get ready", "each search", "right first", "of"],
    ...searches.map(({ contender, prepare, search, right, searches: asked }) => [
      ...[contender, `${count(prepare)} ms`, `${search.toFixed(2)} ms`],
      ...[`${((100 * right) / asked).toFixed(1)} %`, count(asked)],
    ]),
  ]);
}

function promiseTable(results: MappingResults): string {
  return table([
    ["promised", "measured", "limit", "verdict"],
    ...promisesOf(results).map(({ what, measured, limit, isKept }) => [
      ...[what, measured, limit, isKept ? "kept" : "missed"],
    ]),
  ]);
}

function table([head = [], ...rows]: string[][]): string {
  const lines = [head, head.map((_, column) => (column === 0 ? "---" : "---:")), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

const microseconds = (value: number): string => `${value < 100 ? value.toFixed(1) : count(value)} µs`;
const seconds = (value: number): string => `${(value / 1e6).toFixed(value < 1e7 ? 1 : 0)} s`;
