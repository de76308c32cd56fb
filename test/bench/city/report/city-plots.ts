import { mkdirSync, writeFileSync } from "node:fs";
import { MAX_LOOKUP_MS, MAX_PEAK_LAG_MS, p50, p99 } from "../results.ts";
import type { CityResult } from "../run-city.ts";
import { PHASES } from "../sizes.ts";
import { type Band, drawPlot, type Line } from "./plot.ts";
import { nameOf } from "./report-text.ts";

/** Where the pictures lie, from docs/benchmarks.md. */
const FOLDER = "benchmarks";
const BUCKETS = 120;

/** Draws both pictures of a run. Returns the Markdown that shows them. */
export function writePlots(result: CityResult, docs = new URL("../../../../docs/", import.meta.url)): string {
  mkdirSync(new URL(`${FOLDER}/`, docs), { recursive: true });
  const pictures = [
    { file: `city-${result.ledger}-lag.svg`, ...lagPlot(result) },
    { file: `city-${result.ledger}-lookups.svg`, ...lookupPlot(result) },
  ];
  for (const { file, svg } of pictures) writeFileSync(new URL(`${FOLDER}/${file}`, docs), svg);
  return pictures.map(({ file, title }) => `![${title}](${FOLDER}/${file})`).join("\n\n");
}

function lagPlot(result: CityResult): { title: string; svg: string } {
  const title = `${nameOf(result)}: from the return of the host's call until the vendor has it, beyond the vendor's own time`;
  const lines = (["passport", "hotspot"] as const).flatMap((vendor, index): Line[] => {
    const points = result.lag.lags
      .filter((lag) => lag.vendor === vendor)
      .map(({ from, ms }) => [from, Math.max(ms, 1)] as const);
    return linesOf(result, {
      name: vendor === "passport" ? "Passport" : "HotSpot",
      colour: index === 0 ? "a" : "b",
      points,
    });
  });
  return { title, svg: drawPlot({ title, lines, bands: bandsOf(result), limitMs: MAX_PEAK_LAG_MS }) };
}

function lookupPlot(result: CityResult): { title: string; svg: string } {
  const title = `${nameOf(result)}: how long officers wait for an answer`;
  const { askedAt, tookMs } = result.lookupLog;
  const points = Array.from(askedAt, (from, index) => [from, tookMs[index] ?? 0] as const);
  const lines = linesOf(result, { name: "lookups", colour: "a", points });
  return { title, svg: drawPlot({ title, lines, bands: bandsOf(result), limitMs: MAX_LOOKUP_MS }) };
}

/** The p50 and the p99 of what began in each of some stretches of time. */
function linesOf(
  { startedAt, endedMs }: CityResult,
  {
    name,
    colour,
    points,
  }: { name: string; colour: Line["colour"]; points: readonly (readonly [at: number, ms: number])[] },
): Line[] {
  const buckets = new Map<number, number[]>();
  for (const [at, ms] of points) {
    const bucket = Math.floor(((at - startedAt) / endedMs) * BUCKETS);
    const found = buckets.get(bucket);
    if (found === undefined) buckets.set(bucket, [ms]);
    else found.push(ms);
  }
  const sorted = [...buckets].toSorted(([one], [other]) => one - other);
  const secondOf = (bucket: number) => (((bucket + 0.5) / BUCKETS) * endedMs) / 1_000;
  const line = (percentile: string, of: (values: number[]) => number): Line => ({
    name: `${name}, ${percentile}`,
    colour,
    isDashed: percentile === "p99",
    points: sorted.map(([bucket, values]) => [secondOf(bucket), of(values)]),
  });
  return [line("p50", p50), line("p99", p99)];
}

function bandsOf({ phaseStarts, endedMs }: CityResult): Band[] {
  return phaseStarts.map((from, index) => ({
    name: PHASES[index] ?? "",
    from: from / 1_000,
    to: (phaseStarts[index + 1] ?? endedMs) / 1_000,
  }));
}
