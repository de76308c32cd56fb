import { percentile } from "../sync/percentile.ts";
import type { Lag } from "./judge/judge-lag.ts";
import type { CityResult } from "./run-city.ts";
import { isThrottled } from "./world.ts";

/** What was promised, and what was seen. */
export interface Bound {
  readonly what: string;
  readonly measured: string;
  readonly limit: string;
  readonly isKept: boolean;
  /** Whether it is about time or memory, which a busy machine may exceed. */
  readonly isOfMachine: boolean;
}

export const MAX_PEAK_LAG_MS = 5_000;
const MAX_DRAINED_SECONDS = 60;
export const MAX_LOOKUP_MS = 50;
const MAX_MEGABYTES = 1_536;

/** Compares a run with what is promised. */
export function boundsOf(result: CityResult): Bound[] {
  const { lookups, rights, vendors, lag, failures, unexpected, drainedSeconds, usage } = result;
  // What a throttled customer waits for is the vendor's: two hundred requests at HotSpot take it fifty seconds at least.
  const peak = lag.lags.filter(({ phase, company }) => phase === "peak" && !isThrottled(company));
  const peakLag = p99(peak.map(({ ms }) => ms));
  const slowest = lookups.phases
    .filter(({ tookMs }) => tookMs.length > 0)
    .map(({ phase, tookMs }) => ({ phase, ms: percentile(tookMs, 0.99) }))
    .toSorted((one, other) => other.ms - one.ms)[0];
  const lost = rights.missing + rights.otherEnd + failures.length;
  const twice = rights.twice + rights.extra + vendors.violations.length;
  const megabytes = usage.reduce((sum, { peakMegabytes }) => sum + peakMegabytes, 0);
  const zero = (what: string, found: number, of: string): Bound => {
    return { what, measured: `${count(found)} ${of}`, limit: "0", isKept: found === 0, isOfMachine: false };
  };
  const most = (what: string, found: number, [limit, unit]: [number, string], note = ""): Bound => ({
    what,
    measured: `${found.toFixed(unit === "MB" || unit === "ms" ? 0 : 1)} ${unit}${note}`,
    limit: `≤ ${count(limit)} ${unit}`,
    isKept: found <= limit,
    isOfMachine: true,
  });
  return [
    zero("wrong answers to officers", lookups.wrong, `of ${count(lookups.asked)}`),
    zero(
      "changes and rights lost",
      lost,
      `of ${count(result.changes)} changes, ${count(rights.live)} rights`,
    ),
    zero("rights live twice or that should have gone", twice, `of ${count(rights.live)}`),
    zero("results of calls that were not expected", unexpected.length, `of ${count(result.changes)}`),
    most("delivery lag in the peak beyond the vendor, p99, customers that are not throttled", peakLag, [
      MAX_PEAK_LAG_MS,
      "ms",
    ]),
    most("everything delivered after the outage", drainedSeconds, [MAX_DRAINED_SECONDS, "s"]),
    most(
      "lookups, p99 of the slowest phase",
      slowest?.ms ?? Number.NaN,
      [MAX_LOOKUP_MS, "ms"],
      ` (${slowest?.phase})`,
    ),
    most("memory of all processes", megabytes, [MAX_MEGABYTES, "MB"]),
  ];
}

/** What went wrong, in detail: to be read on the console. */
export function detailsOf({ lookups, rights, vendors, failures, unexpected }: CityResult): string[] {
  return [...lookups.examples, ...rights.examples, ...vendors.violations, ...failures, ...unexpected].slice(
    0,
    40,
  );
}

/** The changes that took longest: when, what and whose. To be read on the console. */
export function slowestOf({ lag, startedAt }: CityResult): string[] {
  const slowest = lag.lags.toSorted((one, other) => other.ms - one.ms).slice(0, 20);
  return slowest.map(({ phase, vendor, company, isMapping, from, ms }) => {
    const when = `${((from - startedAt) / 1_000).toFixed(1)} s (${phase})`;
    return `${vendor}-${company}, ${isMapping ? "mapping" : "permit"} at ${when}: ${(ms / 1_000).toFixed(1)} s`;
  });
}

export function p50(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : percentile(values, 0.5);
}

export function p99(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : percentile(values, 0.99);
}

/** The lags of one row of the table. */
export function lagsOf(lags: readonly Lag[], which: Pick<Lag, "phase" | "vendor" | "isMapping">): number[] {
  return lags
    .filter(
      ({ phase, vendor, isMapping }) =>
        phase === which.phase && vendor === which.vendor && isMapping === which.isMapping,
    )
    .map(({ ms }) => ms);
}

/** `12,345` for people. */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
