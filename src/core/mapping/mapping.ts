import type { Company, Location } from "../directory/directory.ts";
import type { NameCandidate, NameDifference } from "../names/rank-candidates.ts";

/** The input of every mapping validator. Each vendor's validator also takes the vendor's list: stations, zones, SpotIDs. */
export interface MappingInput {
  readonly company: Company;
  /** The company's locations. Empty gives the warning `no_location_enabled`. */
  readonly locations: Iterable<Location>;
  /** Key of `providers` in company and locations. Default: the vendor's name. */
  readonly providerId?: string;
  /** The host's other companies with their locations, to find targets that two companies use. Default: none. */
  readonly otherCompanies?: Iterable<{ readonly company: Company; readonly locations: Iterable<Location> }>;
}

/**
 * The result of a validator: all issues at once, in a stable order. Issues of the input and the company come first, then those
 * of each location in the order given, then the vendor's side in the vendor's order. The same input gives the same report.
 */
export interface MappingReport {
  readonly providerId: string;
  /** Whether no issue has the severity `error`. */
  readonly ok: boolean;
  /** Whether targets were compared with a complete list from the vendor. When false, no target is reported as unknown. */
  readonly verified: boolean;
  readonly issues: readonly MappingIssue[];
  readonly matches: readonly MappingMatch[];
  readonly summary: MappingSummary;
}

/** A location that is switched on and has no issue of severity `error`. */
export interface MappingMatch {
  readonly locationId: string;
  /** The target as the directory has it. */
  readonly target: string;
  /**
   * The vendor's own identifier for it, from the vendor's list: Passport's zone id where the target is a number or
   * a name. `null` where the list is missing, or incomplete and without it.
   */
  readonly vendorTarget: string | null;
}

/** The report in numbers. */
export interface MappingSummary {
  /** How many entries `locations` had, unreadable ones included. */
  readonly locations: number;
  /** How many of the company's locations have the provider switched on. */
  readonly enabled: number;
  readonly matched: number;
  readonly errors: number;
  readonly warnings: number;
}

/** One problem of a mapping. */
export interface MappingIssue {
  readonly code: MappingIssueCode;
  /** `error`: permits will not appear, or appear in the wrong place. `warning`: a person should check. */
  readonly severity: "error" | "warning";
  /** The location concerned; `null` when it is the company, or the vendor's side alone. */
  readonly locationId: string | null;
  /** The target concerned; `null` when the issue concerns none. */
  readonly target: string | null;
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** What to do about it, and where. */
  readonly hint: string;
  /** The field that could not be read, as text for people: `locations[3].name`. Absent for other issues. */
  readonly field?: string;
  /**
   * Where the cause is in the validator's input, as keys and indexes: `["locations", 3]`, `["zones", "zones", 0]`,
   * `["operatorId"]`. The path ends at the entry of a list; `[]` is the input itself. Absent when `locationId` or `target`
   * names the place.
   */
  readonly path?: readonly (string | number)[];
  /** How two names that should be equal differ. Absent where several candidates are equally close. */
  readonly difference?: NameDifference;
  /** The vendor's names that are closest to the one that was wanted, best first; up to three. */
  readonly candidates?: readonly NameCandidate[];
}

/**
 * What can be wrong with a mapping, as a closed list; docs/guide/mapping-issues.md has a section for each. It has no code
 * for a missing vendor list: `verified` says that. A location that is switched off is not compared, and its switch is no
 * issue on its own.
 */
export const MAPPING_ISSUE_CODES = [
  /** Something given cannot be read: a wrong type, an unknown key, an empty or huge name. `field` names it. */
  "input_invalid",
  /** Locations are switched on, but the company is not: none of its permits will appear. */
  "company_disabled",
  /** No location is switched on, or there is none: no permit will appear. */
  "no_location_enabled",
  /** The company has no code, where the vendor's convention asks for one. */
  "company_code_missing",
  /** The company's code is not the one that the vendor's convention gives its name. */
  "company_code_differs",
  /** No company token is configured; some accounts show no permits without one. */
  "company_token_missing",
  /** The operator's id is not in the vendor's form. */
  "operator_malformed",
  /** A location in the list belongs to another company. */
  "location_of_other_company",
  /** Two locations have one id. */
  "location_id_duplicate",
  /** Two locations have one name, where the vendor finds them by name. */
  "location_name_duplicate",
  /** A name holds control characters or marks that take no room: typing it again loses them. */
  "name_malformed",
  /** A location is switched on without a target. */
  "target_missing",
  /** A target is not in the vendor's form, or holds characters that cannot be seen. */
  "target_malformed",
  /** The vendor's complete list has nothing like this target. */
  "target_unknown",
  /** The target is a number or name, and the vendor's list is too incomplete to say what it stands for. */
  "target_unresolved",
  /** The vendor has more than one thing of this name or number. */
  "target_ambiguous",
  /** Two of the company's locations have one target. */
  "target_duplicate",
  /** Another company's location has this target. */
  "target_of_other_company",
  /** The vendor has the target, but for another operator. */
  "target_of_other_operator",
  /** The vendor has the target, but has not linked it to the place it stands for. */
  "target_not_linked",
  /** The vendor has something that no location points to. */
  "target_without_location",
  /** The vendor has the target with more or fewer zeros in front: a spreadsheet took it for a number. */
  "leading_zeros_differ",
  /** Two names that must be equal to the letter almost are. */
  "name_differs",
  /** The location has no zone name, where the vendor finds zones by it. */
  "zone_name_missing",
  /** The location's zone name is almost the vendor's, or that of another zone. */
  "zone_name_differs",
  /** The vendor has no zone or lot of this name or id. */
  "zone_unknown",
] as const;

/** One of {@link MAPPING_ISSUE_CODES}. */
export type MappingIssueCode = (typeof MAPPING_ISSUE_CODES)[number];
