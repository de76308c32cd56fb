import { median } from "../lookup/statistics.ts";
import type { Growth } from "./measure-growth.ts";
import type { SearchResult } from "./measure-searches.ts";

/** Everything that one run measured. */
export interface MappingResults {
  readonly sizes: { readonly small: number; readonly large: number };
  readonly vendors: ReadonlyMap<string, VendorResult>;
  /** Microseconds for each location when all of the small size are compared with all, one for each round. */
  readonly allPairs: readonly number[];
  readonly searches: readonly SearchResult[];
}

export interface VendorResult {
  /** Peak of a process whose heap is limited. */
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

export const MOST_MEGABYTES = 300;
const LEAST_SPEED_UP = 50;
const MOST_GROWTH = 3;

/** Compares a run with what is promised. */
export function promisesOf({ sizes, vendors, allPairs }: MappingResults): Bound[] {
  const large = count(sizes.large);
  return [...vendors].flatMap(([vendor, { megabytes, growth }]) => {
    const grown = median(growth.large) / median(growth.small);
    const spread = Math.abs(1 - median(growth.control) / median(growth.small));
    // A pair costs the same however many there are, so each location costs as much more as there are more of them.
    const faster = (median(allPairs) * (sizes.large / sizes.small)) / median(growth.large);
    return [
      {
        what: `${vendor}: peak memory of the process with ${large} locations`,
        measured: `${megabytes.toFixed(0)} MB`,
        limit: `≤ ${MOST_MEGABYTES} MB`,
        isKept: megabytes <= MOST_MEGABYTES,
      },
      {
        what: `${vendor}: cost of a location, ${large} against ${count(sizes.small)}`,
        measured: `${grown.toFixed(2)} ×; the same mapping twice ${(1 + spread).toFixed(2)} ×`,
        limit: `≤ ${MOST_GROWTH} ×`,
        isKept: grown <= MOST_GROWTH * (1 + spread),
      },
      {
        what: `${vendor}: ${large} locations against all pairs`,
        measured: `${count(faster)} × faster`,
        limit: `≥ ${LEAST_SPEED_UP} ×`,
        isKept: faster >= LEAST_SPEED_UP,
      },
    ];
  });
}

/** `12,345` for people. */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
