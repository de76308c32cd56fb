import { median } from "../lookup/statistics.ts";
import type { Growth } from "./measure-growth.ts";
import type { SearchResult } from "./measure-searches.ts";

/** Everything that one run measured. */
export interface MappingResults {
  readonly sizes: { readonly small: number; readonly usual: number; readonly large: number };
  readonly vendors: ReadonlyMap<string, VendorResult>;
  /** Microseconds for each location when all of the small size are compared with all, one for each round. */
  readonly allPairs: readonly number[];
  readonly searches: readonly SearchResult[];
}

/** The first validation of a process, whose heap is limited. */
export interface FirstValidation {
  /** Processor time. */
  readonly milliseconds: number;
  /** Peak of the process. */
  readonly megabytes: number;
}

export interface VendorResult {
  /** With as many locations as the largest hosts have. */
  readonly first: FirstValidation;
  /** Peak of a process whose heap is limited, with the large mapping. */
  readonly megabytes: number;
  /** The same without limits. */
  readonly unlimited: number;
  readonly growth: Growth;
}

/** What was promised, in the order in which it is reported. */
export interface Bound {
  readonly what: string;
  readonly measured: string;
  readonly limit: string;
  readonly isKept: boolean;
}

/** For the usual size. */
export const MAX_FIRST = { milliseconds: 1_500, megabytes: 150 };
export const MAX_MEGABYTES = 300;
const MIN_SPEED_UP = 50;
const MAX_GROWTH = 3;

/** Compares a run with what is promised. */
export function promisesOf({ sizes, vendors, allPairs }: MappingResults): Bound[] {
  const large = count(sizes.large);
  const usual = count(sizes.usual);
  return [...vendors].flatMap(([vendor, { first, megabytes, growth }]) => {
    const grown = median(growth.large) / median(growth.small);
    const spread = Math.abs(1 - median(growth.control) / median(growth.small));
    // A pair costs the same however many there are, so each location costs as much more as there are more of them.
    const faster = (median(allPairs) * (sizes.large / sizes.small)) / median(growth.large);
    return [
      {
        what: `${vendor}: ${usual} locations, the first validation of a process`,
        measured: `${(first.milliseconds / 1_000).toFixed(2)} s`,
        limit: `≤ ${MAX_FIRST.milliseconds / 1_000} s`,
        isKept: first.milliseconds <= MAX_FIRST.milliseconds,
      },
      {
        what: `${vendor}: peak memory of the process with ${usual} locations`,
        measured: `${first.megabytes.toFixed(0)} MB`,
        limit: `≤ ${MAX_FIRST.megabytes} MB`,
        isKept: first.megabytes <= MAX_FIRST.megabytes,
      },
      {
        what: `${vendor}: peak memory of the process with ${large} locations`,
        measured: `${megabytes.toFixed(0)} MB`,
        limit: `≤ ${MAX_MEGABYTES} MB`,
        isKept: megabytes <= MAX_MEGABYTES,
      },
      {
        what: `${vendor}: cost of a location, ${large} against ${count(sizes.small)}`,
        measured: `${grown.toFixed(2)} ×; the same mapping twice ${(1 + spread).toFixed(2)} ×`,
        limit: `≤ ${MAX_GROWTH} ×`,
        isKept: grown <= MAX_GROWTH * (1 + spread),
      },
      {
        what: `${vendor}: ${large} locations against all pairs`,
        measured: `${count(faster)} × faster`,
        limit: `≥ ${MIN_SPEED_UP} ×`,
        isKept: faster >= MIN_SPEED_UP,
      },
    ];
  });
}

/** `12,345` for people. */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
