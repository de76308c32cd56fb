import type { Company, Directory, Location } from "../../core/directory/directory.ts";
import type { MaybePromise } from "../../core/maybe-promise.ts";
import type { PermitInput } from "../../core/permit/permit.ts";
import type { EnforcementProvider, PullProvider, PushProvider } from "../../core/provider.ts";
import type { LookupEndpoint } from "../ask-endpoint.ts";
import type { EvidenceStore, TestPlateEvidence, TestPlateSighting } from "../evidence/evidence.ts";

/** Options of `runTestPlate`. */
export type TestPlateOptions = PushTestPlateOptions | PullTestPlateOptions;

interface CommonTestPlateOptions {
  readonly directory: Directory;
  readonly companyId: string;
  readonly locationId: string;
  /** The store for the run's record. */
  readonly evidence: EvidenceStore;
  /** The plate. Default: that of the vendor's guide, TEST123. */
  readonly plate?: string;
  /** The plate's region, in any form that `parseRegion` reads. Default: the location's region. */
  readonly region?: string;
  /** The length of the test right, and the time limit of `confirm`, in minutes: 1 to 1,440. Default 60. */
  readonly minutes?: number;
  /**
   * Asks a person who looks at the vendor's screen whether the plate is shown. Required for a push provider whose vendor cannot
   * be read back. Optional for a pull provider: it is called after the host's endpoint has shown the permit.
   */
  readonly confirm?: (sight: TestPlateSight) => MaybePromise<boolean>;
  /** Ends the run early. The plate is still withdrawn. */
  readonly signal?: AbortSignal;
  /** Time limit of each step except `confirm`, in milliseconds. Default 45,000. */
  readonly deadlineMs?: number;
  /** The current time. Default: the machine's clock. */
  readonly clock?: () => Date;
}

/** Options for a push provider: the test plate is registered with the vendor. */
export interface PushTestPlateOptions extends CommonTestPlateOptions {
  readonly provider: PushProvider;
}

/** Options for a pull provider: a test permit is added to the host's permits and looked up through its own endpoint. */
export interface PullTestPlateOptions extends CommonTestPlateOptions {
  readonly provider: PullProvider;
  readonly permits: TestPermits;
  readonly lookup: LookupEndpoint;
}

/** Adds a test permit to the lookup's source, and removes it. `memoryPermits` has this shape. */
export interface TestPermits {
  set(permit: PermitInput): unknown;
  /** Must not fail for a permit that does not exist. */
  remove(permitId: string): unknown;
}

/** What a person is asked to look for. */
export interface TestPlateSight {
  readonly providerId: string;
  /** The name of the vendor's product. */
  readonly title: string;
  readonly company: Company;
  readonly location: Location;
  /** The vendor's name for the location. */
  readonly target: string;
  readonly plate: string;
  /** When the test right expires. */
  readonly until: Date;
  /** Aborted when the run no longer waits for the answer. */
  readonly signal: AbortSignal;
}

/** The result of a run. */
export interface TestPlateResult {
  readonly providerId: string;
  readonly companyId: string;
  readonly locationId: string;
  readonly target: string;
  readonly plate: string;
  /** Whether the plate was seen at the location. */
  readonly seen: boolean;
  /** What the last look was made by. `null` when the run had no way to look. */
  readonly seenBy: TestPlateSighting["by"] | null;
  /** Whether the plate is no longer shown. `null` when that could not be checked. */
  readonly gone: boolean | null;
  /** Whether the plate was withdrawn. When `false`, `sweepTestPlates` has to withdraw it. */
  readonly cancelled: boolean;
  /** The result in one or two sentences. */
  readonly message: string;
  readonly evidence: TestPlateEvidence;
}

/** Options of `sweepTestPlates`. */
export interface SweepOptions {
  /** All providers that may have an open run. */
  readonly providers: readonly EnforcementProvider[];
  readonly evidence: EvidenceStore;
  /** Removes test permits. Needed only when a run of a pull provider is open. */
  readonly permits?: Pick<TestPermits, "remove">;
  /** Skips runs that started less than this many milliseconds ago, such as a run in progress. Default 0: skips none. */
  readonly olderThanMs?: number;
  readonly signal?: AbortSignal;
  /** Time limit of each request, in milliseconds. Default 45,000. */
  readonly deadlineMs?: number;
  /** The current time. Default: the machine's clock. */
  readonly clock?: () => Date;
}

/** The result for one open run. */
export interface SweptTestPlate {
  readonly evidenceId: string;
  readonly providerId: string;
  readonly companyId: string;
  readonly locationId: string;
  /** `cancelled`: the plate was withdrawn. `ended`: its right had expired. `left`: the run is still open; see `message`. */
  readonly end: "cancelled" | "ended" | "left";
  readonly message: string;
}
