import type { Company, Location } from "../../core/directory/directory.ts";
import type { MappingInput, MappingIssue, MappingReport } from "../../core/mapping/mapping.ts";
import type { EnforcementProvider } from "../../core/provider.ts";
import type { SetupParty } from "../../core/provider-setup.ts";
import type { EvidenceStore, TestPlateSighting } from "../evidence/evidence.ts";
import type { LookupEndpoint } from "../lookup-endpoint.ts";

/** Options of `checkReadiness`. */
export interface ReadinessOptions {
  readonly provider: EnforcementProvider;
  readonly company: Company;
  readonly locations: Iterable<Location>;
  /**
   * What the vendor has, under the names that its validator takes: `{ stations }`, `{ spotIds }`, `{ zones }`, and its
   * other options such as `{ sharedZones }`. A provider that can list zones is asked for those that are not given.
   */
  readonly vendorSays?: Readonly<Record<string, unknown>>;
  /** As mapping validators take them. */
  readonly otherCompanies?: NonNullable<MappingInput["otherCompanies"]>;
  /** Our own lookup, for a provider that asks us. Absent: what depends on it stays unknown. */
  readonly lookup?: LookupEndpoint;
  /** Where `runTestPlate` keeps its evidence. Absent: whether the test plate was seen stays unknown. */
  readonly evidence?: EvidenceStore;
  /** Ids of requirements that somebody has confirmed, where no program can know: `["odc-task"]`. */
  readonly confirmed?: readonly string[];
  /** The host's other providers, to recognise a company that is connected to the same vendor through one of them. */
  readonly otherProviders?: readonly EnforcementProvider[];
  readonly signal?: AbortSignal;
  /** How long each check may take, in milliseconds; they run side by side where they can. Default 45,000. */
  readonly deadlineMs?: number;
  /** Default: the machine's clock. */
  readonly clock?: () => Date;
}

/** How ready a company is for one provider. Plain data. */
export interface ReadinessReport {
  readonly providerId: string;
  readonly vendor: string;
  /** The vendor's product as people call it. */
  readonly title: string;
  readonly companyId: string;
  readonly checkedAt: Date;
  /** Every requirement that is not optional is `done`. */
  readonly ready: boolean;
  /** Where it stands, in one or two sentences. */
  readonly summary: string;
  /** The company is connected already, and needs no second integration. `null`: it is not. */
  readonly existing: ExistingIntegration | null;
  /** The vendor's requirement table, in its order. */
  readonly requirements: readonly RequirementReadiness[];
  /** One row for each id that a readable location of the company has, in its order. */
  readonly locations: readonly LocationReadiness[];
  readonly mapping: MappingReport;
}

/** `missing`: do `next`. `blocked`: something else comes first. `unknown`: nobody could tell. */
export type RequirementState = "done" | "missing" | "blocked" | "unknown";

/** One row of the requirement table. */
export interface RequirementReadiness {
  readonly id: string;
  readonly item: string;
  readonly providedBy: SetupParty;
  /** What it is, and what it is for. */
  readonly detail: string;
  readonly optional: boolean;
  readonly state: RequirementState;
  /** What the checks found, one sentence each. Empty when there is nothing to say. */
  readonly findings: readonly string[];
  /** The items that come first. Empty unless `blocked`. */
  readonly blockedBy: readonly string[];
  /** What to do. `null` when it is done. */
  readonly next: string | null;
  /** A text to ask for it with, ready to send. Absent when it is done, or the vendor's guide needs none. */
  readonly email?: ReadyEmail;
}

/** A text that is ready to send. */
export interface ReadyEmail {
  readonly to: SetupParty;
  readonly subject: string;
  readonly body: string;
}

/** How far a location has come: being set up, being tested with the test plate, in use. */
export type LocationStage = "setup" | "testing" | "live";

/** One location's row. */
export interface LocationReadiness {
  readonly locationId: string;
  readonly name: string;
  /** Whether the provider is on for the company and for this location. */
  readonly enabled: boolean;
  /** As the directory has it. `null`: none, and the vendor needs one. */
  readonly target: string | null;
  /** The stage that the directory gives it. */
  readonly stage: LocationStage;
  /**
   * The stage that it may have by now: `testing` once it is switched on and mapped without an error, `live` once the
   * test plate was seen there as it is mapped now.
   */
  readonly reached: LocationStage;
  /** What the mapping report says of it. */
  readonly issues: readonly MappingIssue[];
  /** The last run of the test plate there, as it is mapped now. `null`: there was none, or nobody knows. */
  readonly testPlate: TestPlateReadiness | null;
  /** What to do. `null`: nothing; or it is switched off. */
  readonly next: string | null;
}

/** The last run of the test plate at a location. */
export interface TestPlateReadiness {
  readonly seen: boolean;
  /** Who looked last. `null`: nobody did. */
  readonly by: TestPlateSighting["by"] | null;
  readonly at: Date;
  /** How long ago that was, in milliseconds. */
  readonly ageMs: number;
  /** The run was not closed: the plate may still be out there. */
  readonly leftOpen: boolean;
}

/** An integration that is there. */
export interface ExistingIntegration {
  /** The provider through which the company is connected. */
  readonly providerId: string;
  /** Locations that are in use, or have been tested. */
  readonly connectedLocationIds: readonly string[];
  /** Locations that are still to be mapped and tested. */
  readonly newLocationIds: readonly string[];
  /** What to tell whoever was about to set up another one. */
  readonly message: string;
}
