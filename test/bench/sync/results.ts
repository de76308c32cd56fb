import { excusedBy, isReached } from "../lookup/comparison.ts";
import { median } from "../lookup/statistics.ts";
import { type IdleResult, MAX_IDLE_MS } from "./measure-idle.ts";
import {
  type LookupsResult,
  MAX_SLOWDOWN_MS,
  MIN_SHARE_BESIDE_LOOKUPS,
  type PaceResult,
} from "./measure-lookups.ts";
import {
  MAX_LOOKUP_MS,
  MAX_MEGABYTES,
  MAX_RESTART_SECONDS,
  type MillionResult,
  summarizeMillion,
} from "./measure-million.ts";
import type { Measured } from "./targets.ts";

/** Everything that one run has measured. */
export interface SyncResults {
  readonly measured: readonly Measured[];
  readonly idle: IdleResult;
  readonly lookups: LookupsResult;
  readonly million: MillionResult;
}

/** What was promised as a bound, in the order in which it is reported. */
export interface Bound {
  readonly what: string;
  readonly measured: string;
  readonly limit: string;
  readonly isKept: boolean;
}

/** What the control's difference may excuse at most, in milliseconds: on a machine that is too busy, nothing can be shown. */
const MAX_EXCUSED_MS = 5;

/** Compares a run with the bounds that are promised. */
export function boundsOf({ idle, lookups, million }: SyncResults): Bound[] {
  const { seconds, p99, megabytes } = summarizeMillion(million);
  const registrations = count(million.registrations);
  return [
    {
      what: `one permit on an idle system, beyond the vendor's own latency, p99 of ${idle.samples}`,
      measured: `${ms(idle.ours.p99)} (median ${ms(idle.ours.p50)}); one request by hand ${ms(idle.byHand.p99)} (${ms(idle.byHand.p50)})`,
      limit: `≤ ${MAX_IDLE_MS} ms`,
      isKept: idle.ours.p99 <= MAX_IDLE_MS,
    },
    ...lookups.paces.flatMap((pace) => boundsOfPace(pace, lookups.alone)),
    {
      what: `${registrations} registrations in SQLite: restart to first delivery`,
      measured: `${seconds.toFixed(2)} s`,
      limit: `≤ ${MAX_RESTART_SECONDS} s`,
      isKept: seconds <= MAX_RESTART_SECONDS,
    },
    {
      what: `${registrations} registrations in SQLite: findPermits, p99`,
      measured: `${p99.toFixed(3)} ms (median ${median(million.lookupP50).toFixed(3)} ms)`,
      limit: `≤ ${MAX_LOOKUP_MS} ms`,
      isKept: p99 <= MAX_LOOKUP_MS,
    },
    {
      what: `${registrations} registrations in SQLite: peak memory of the process`,
      measured: `${megabytes.toFixed(0)} MB; the file has ${million.fileMegabytes.toFixed(0)} MB`,
      limit: `≤ ${MAX_MEGABYTES} MB`,
      isKept: megabytes <= MAX_MEGABYTES,
    },
  ];
}

function boundsOfPace(pace: PaceResult, alone: number): Bound[] {
  const { perSecond, atRest, atRestAgain, during, registrations } = pace;
  const share = registrations / alone;
  const excused = Math.min(Math.abs(atRestAgain - atRest), MAX_EXCUSED_MS);
  const asked = `${perSecond} ${perSecond === 1 ? "lookup" : "lookups"} a second beside a backfill`;
  return [
    {
      what: `${asked}: p99 against at rest`,
      measured: `${ms(during)} against ${ms(atRest)}; at rest again ${ms(atRestAgain)}`,
      limit: `≤ ${MAX_SLOWDOWN_MS} ms more`,
      isKept: during <= atRest + MAX_SLOWDOWN_MS + excused,
    },
    {
      what: `${asked}: the backfill's share of its speed without lookups`,
      measured: `${share.toFixed(2)} (${count(registrations)} registrations per second against ${count(alone)})`,
      limit: `≥ ${MIN_SHARE_BESIDE_LOOKUPS}`,
      isKept: share >= MIN_SHARE_BESIDE_LOOKUPS,
    },
  ];
}

/** What was missed, one line each. Empty: everything was reached. */
export function missesOf(results: SyncResults): string[] {
  return [
    ...ratioMisses(results.measured),
    ...boundsOf(results)
      .filter(({ isKept }) => !isKept)
      .map(({ what, measured, limit }) => `${what}: ${measured}, promised ${limit}`),
  ];
}

/** The ratios that were missed, one line each. */
export function ratioMisses(measured: readonly Measured[]): string[] {
  return measured
    .flatMap(({ comparisons }) => comparisons)
    .filter((comparison) => !isReached(comparison))
    .map((comparison) => {
      const { ours, theirs, ratio, target = 0 } = comparison;
      const excused = excusedBy(comparison).toFixed(2);
      return `${ours} / ${theirs}: ${ratio.toFixed(2)}, promised ${target} less ${excused} of the control's spread`;
    });
}

/** `12,345` for people. */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

const ms = (value: number): string => `${value.toFixed(1)} ms`;
