import type { Company, Directory, Location, MaybePromise } from "../../core/directory/directory.ts";
import type { PermitInput } from "../../core/permit/permit.ts";
import type { EnforcementProvider, PullProvider, PushProvider } from "../../core/provider.ts";
import type { EvidenceStore, TestPlateEvidence, TestPlateSighting } from "../evidence/evidence.ts";
import type { LookupEndpoint } from "../lookup-endpoint.ts";

/** Options of `runTestPlate`. */
export type TestPlateOptions = PushTestPlateOptions | PullTestPlateOptions;

interface CommonTestPlateOptions {
  readonly directory: Directory;
  readonly companyId: string;
  readonly locationId: string;
  /** Where the run leaves its traces. */
  readonly evidence: EvidenceStore;
  /** Default: the one of the vendor's guide, TEST123. */
  readonly plate?: string;
  /** Where the plate is from, in any form that `parseRegion` reads. Default: the location's region. */
  readonly region?: string;
  /** After how long the test right ends by itself, and until when `confirm` may take. 1 to 1,440, default 60. */
  readonly minutes?: number;
  /**
   * Asks a person who looks at the vendor's screen whether the plate is shown. Needed where the vendor cannot be read
   * back; for a provider that asks us it is optional: the officer's own look, after our endpoint has answered.
   */
  readonly confirm?: (sight: TestPlateSight) => MaybePromise<boolean>;
  readonly signal?: AbortSignal;
  /** How long each step may take that asks the host's own side, in milliseconds. Default 45,000. */
  readonly deadlineMs?: number;
  /** Default: the machine's clock. */
  readonly clock?: () => Date;
}

/** The test plate is registered with the vendor. */
export interface PushTestPlateOptions extends CommonTestPlateOptions {
  readonly provider: PushProvider;
}

/** A test permit is issued on our side, and our own endpoint is asked for it. */
export interface PullTestPlateOptions extends CommonTestPlateOptions {
  readonly provider: PullProvider;
  readonly permits: TestPermits;
  readonly lookup: LookupEndpoint;
}

/** Puts a test permit where the lookup finds it, and takes it away. `memoryPermits` fits as it is. */
export interface TestPermits {
  set(permit: PermitInput): unknown;
  /** One that is not there is no failure. */
  remove(permitId: string): unknown;
}

/** What a person is asked about. */
export interface TestPlateSight {
  readonly providerId: string;
  /** The vendor's product as people call it. */
  readonly title: string;
  readonly company: Company;
  readonly location: Location;
  /** What the vendor calls the location. */
  readonly target: string;
  readonly plate: string;
  /** When the test right ends by itself. */
  readonly until: Date;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** What became of a run. */
export interface TestPlateResult {
  readonly providerId: string;
  readonly companyId: string;
  readonly locationId: string;
  readonly target: string;
  readonly plate: string;
  /** Whether the plate was seen at the location. */
  readonly seen: boolean;
  /** Who looked last. `null`: nobody could. */
  readonly seenBy: TestPlateSighting["by"] | null;
  /** Whether it is gone now. `null`: nobody could tell. */
  readonly gone: boolean | null;
  /** Whether it was taken back. False: `sweepTestPlates` has to. */
  readonly cancelled: boolean;
  /** All of it in a sentence or two. */
  readonly message: string;
  readonly evidence: TestPlateEvidence;
}

/** Options of `sweepTestPlates`. */
export interface SweepOptions {
  /** All providers whose runs may have been left open. */
  readonly providers: readonly EnforcementProvider[];
  readonly evidence: EvidenceStore;
  /** Where test permits were put. Needed only where one was left behind. */
  readonly permits?: Pick<TestPermits, "remove">;
  /** Leaves alone what was started more recently, such as a run that is under way. Default 0: nothing. */
  readonly olderThanMs?: number;
  readonly signal?: AbortSignal;
  /** How long each one may take, in milliseconds. Default 45,000. */
  readonly deadlineMs?: number;
  /** Default: the machine's clock. */
  readonly clock?: () => Date;
}

/** What became of one run that was left open. */
export interface SweptTestPlate {
  readonly evidenceId: string;
  readonly providerId: string;
  readonly companyId: string;
  readonly locationId: string;
  /** `cancelled`: it was taken back. `ended`: it had ended by itself. `left`: it is still open, see `message`. */
  readonly end: "cancelled" | "ended" | "left";
  readonly message: string;
}
