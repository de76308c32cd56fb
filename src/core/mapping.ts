import type { Company, Location } from "./directory.ts";
import type { NameDifference } from "./mismatch.ts";

/** What every mapping validator compares. Vendors add the list that they can give: stations, zones, SpotIDs. */
export interface MappingInput {
  readonly company: Company;
  readonly locations: Iterable<Location>;
  /** Key of `providers` in company and locations. Default: the vendor's name. */
  readonly providerId?: string;
  /** Other companies of the same host with their locations, to see a target that two of them claim. */
  readonly otherCompanies?: Iterable<{ readonly company: Company; readonly locations: Iterable<Location> }>;
}

/** What a validator found. All issues at once, in a stable order: the company's first, then by location. */
export interface MappingReport {
  readonly providerId: string;
  /** No issue of severity `error`. */
  readonly ok: boolean;
  /** Whether targets were compared with a complete list from the vendor. Without one nothing is called unknown. */
  readonly verified: boolean;
  readonly issues: readonly MappingIssue[];
  readonly matches: readonly MappingMatch[];
  readonly summary: MappingSummary;
}

/** A location that the vendor knows under exactly this target. */
export interface MappingMatch {
  readonly locationId: string;
  readonly target: string;
}

export interface MappingSummary {
  /** Locations of the company that were looked at. */
  readonly locations: number;
  /** Of those, how many have the provider switched on. */
  readonly enabled: number;
  readonly matched: number;
  readonly errors: number;
  readonly warnings: number;
}

/** One thing that is wrong, or may be. */
export interface MappingIssue {
  readonly code: MappingIssueCode;
  /** `error`: permits will not appear, or appear in the wrong place. `warning`: a person should look. */
  readonly severity: "error" | "warning";
  /** The location concerned; `null` when it is the company, or the vendor's side alone. */
  readonly locationId: string | null;
  /** The target concerned; `null` when there is none. */
  readonly target: string | null;
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** What to do about it, and where. */
  readonly hint: string;
  /** How two names that should be equal differ. */
  readonly difference?: NameDifference;
}

/** What can be wrong with a mapping, as a closed list. */
export type MappingIssueCode = "company_disabled" | "target_missing";
