import type { Company, Location } from "../../core/directory/directory.ts";
import type { MappingInput, MappingIssue, MappingReport } from "../../core/mapping/mapping.ts";
import type { EnforcementProvider } from "../../core/provider.ts";
import type { SetupParty } from "../../core/provider-setup.ts";
import type { LookupEndpoint } from "../ask-endpoint.ts";
import type { EvidenceStore, TestPlateSighting } from "../evidence/evidence.ts";

/** Options of `checkReadiness`. */
export interface ReadinessOptions {
  readonly provider: EnforcementProvider;
  readonly company: Company;
  readonly locations: Iterable<Location>;
  /**
   * The vendor's lists, under the keys of its validator: `{ stations }`, `{ spotIds }`, `{ zones }`, and the validator's other
   * options such as `{ sharedZones }`. Zones that are absent are fetched when the provider has `listZones`. Default: none.
   */
  readonly vendorSays?: Readonly<Record<string, unknown>>;
  /** Other companies with their locations, as mapping validators take them: they reveal a target that is used twice. */
  readonly otherCompanies?: NonNullable<MappingInput["otherCompanies"]>;
  /** The host's own lookup, for a pull provider. When absent, requirements that depend on it stay `unknown`. */
  readonly lookup?: LookupEndpoint;
  /** The store of `runTestPlate`. When absent, whether the test plate was seen stays `unknown`. */
  readonly evidence?: EvidenceStore;
  /** Ids of requirements that a person has confirmed, because no program can check them: `["odc-task"]`. Default: none. */
  readonly confirmed?: readonly string[];
  /** The host's other providers. One of the same vendor may already connect the company. Default: none. */
  readonly otherProviders?: readonly EnforcementProvider[];
  /** Aborts the whole check, which then rejects with `aborted`. */
  readonly signal?: AbortSignal;
  /** Time limit of each check, in milliseconds; independent checks run concurrently. Default 45,000. */
  readonly deadlineMs?: number;
  /** The current time. Default: the machine's clock. */
  readonly clock?: () => Date;
}

/** How ready a company is for one provider. Plain data. */
export interface ReadinessReport {
  readonly providerId: string;
  readonly vendor: string;
  /** The name of the vendor's product. */
  readonly title: string;
  readonly companyId: string;
  readonly checkedAt: Date;
  /** Whether every requirement that is not optional is `done`, and the mapping has no error. */
  readonly ready: boolean;
  /** The state and the next step, in one or two sentences. */
  readonly summary: string;
  /** The company's present integration, which makes a second one unnecessary. `null` when it has none. */
  readonly existing: ExistingIntegration | null;
  /** The requirements of the vendor's guide, in its order. */
  readonly requirements: readonly RequirementReadiness[];
  /** One row per location id of the company, in the order of the locations. Unreadable locations are in `mapping` only. */
  readonly locations: readonly LocationReadiness[];
  readonly mapping: MappingReport;
}

/**
 * The state of a requirement. `missing`: do `next`. `blocked`: another requirement must be done first. `unknown`: no check could
 * decide.
 */
export type RequirementState = "done" | "missing" | "blocked" | "unknown";

/** One requirement of the vendor's guide. */
export interface RequirementReadiness {
  readonly id: string;
  readonly item: string;
  readonly providedBy: SetupParty;
  /** What the item is, and its purpose. */
  readonly detail: string;
  readonly optional: boolean;
  readonly state: RequirementState;
  /** What the checks found, one sentence each. May be empty. */
  readonly findings: readonly string[];
  /** The items that must be done first. Empty unless `blocked`. */
  readonly blockedBy: readonly string[];
  /** The next step. `null` when the requirement is done. */
  readonly next: string | null;
  /** An e-mail that asks for the item. Absent when it is done, and when the vendor's guide has none. */
  readonly email?: ReadyEmail;
}

/** An e-mail with its placeholders filled. */
export interface ReadyEmail {
  readonly to: SetupParty;
  readonly subject: string;
  readonly body: string;
}

/** The stage of a location: being set up, being tested with the test plate, or in use. */
export type LocationStage = "setup" | "testing" | "live";

/** The readiness of one location. */
export interface LocationReadiness {
  readonly locationId: string;
  readonly name: string;
  /** Whether the provider is on for the company and for this location. */
  readonly enabled: boolean;
  /** The location's target. `null` when the directory has none and the vendor needs one. */
  readonly target: string | null;
  /** The stage that the directory gives it. */
  readonly stage: LocationStage;
  /**
   * The stage that the location has earned: `testing` when it is switched on and its mapping has no error, `live` when the test
   * plate was also seen at its present target.
   */
  readonly reached: LocationStage;
  /** The issues of the mapping report about this location. */
  readonly issues: readonly MappingIssue[];
  /** The last run of the test plate at the present target. `null` when there is none, or no evidence could be read. */
  readonly testPlate: TestPlateReadiness | null;
  /** The next step. `null` when there is none, or the location is switched off. */
  readonly next: string | null;
}

/** The last run of the test plate at a location. */
export interface TestPlateReadiness {
  readonly seen: boolean;
  /** What the last look was made by. `null` when the run ended without a look. */
  readonly by: TestPlateSighting["by"] | null;
  /** When the last look took place; when the run started if there was none. */
  readonly at: Date;
  /** The time since `at`, in milliseconds. */
  readonly ageMs: number;
  /** A run is still open: its plate may still be valid. */
  readonly leftOpen: boolean;
}

/** An integration that the company already has. */
export interface ExistingIntegration {
  /** The provider through which the company is connected. */
  readonly providerId: string;
  /** Locations that are in use or have been tested. */
  readonly connectedLocationIds: readonly string[];
  /** Locations that are switched on but not connected yet. */
  readonly newLocationIds: readonly string[];
  /** Advice for an operator who is about to set up a second integration. */
  readonly message: string;
}
