import type { MaybePromise } from "../../core/directory/directory.ts";
import type { Receipt, StoredRegistration } from "../../core/registration/registration.ts";

/**
 * Stores the record of each run of the test plate. A run saves its record before it sends anything to the vendor, and again
 * after the plate was seen and withdrawn. `memoryEvidence` and `fileEvidence` are stores; a host may use a table with an id and
 * a JSON column.
 */
export interface EvidenceStore {
  /** All records, in the order in which they were first saved. Empty when there are none. */
  list(): MaybePromise<readonly TestPlateEvidence[]>;
  /** Inserts a record, or replaces the one with its id. It must be durable when this resolves. */
  save(record: TestPlateEvidence): MaybePromise<void>;
}

/** One run of the test plate at one location. Plain JSON, instants as ISO text. */
export interface TestPlateEvidence {
  /** Version of this shape. */
  readonly v: 1;
  /** Unique for each run. */
  readonly id: string;
  readonly providerId: string;
  readonly companyId: string;
  readonly locationId: string;
  /** The location's target during the run. The run proves nothing about another target. */
  readonly target: string;
  readonly plate: { readonly number: string; readonly region?: string };
  readonly startedAt: string;
  /** When the test right ends by itself. */
  readonly endsAt: string;
  /** `open`: the plate may still be valid; `sweepTestPlates` withdraws it. */
  readonly state: "open" | "closed";
  readonly trace: TestPlateTrace;
  /** Each look for the plate while it was valid. The last one decides whether it was seen. Empty when none took place. */
  readonly sightings: readonly TestPlateSighting[];
  /** Whether the plate is no longer shown after it was withdrawn. Absent when that was not checked. */
  readonly gone?: boolean;
  readonly closedAt?: string;
  /** Why the run failed. It holds no plate and no secret. */
  readonly problem?: string;
}

/** The data that withdrawing a test plate needs. */
export type TestPlateTrace =
  /** `receipt` is absent until the vendor has accepted the registration, and when it is not known whether it did. */
  | { readonly delivery: "push"; readonly registration: StoredRegistration; readonly receipt?: Receipt }
  | { readonly delivery: "pull"; readonly permitId: string };

/** One look for the test plate. */
export interface TestPlateSighting {
  /** `vendor`: read back from the vendor. `endpoint`: the host's own lookup. `person`: the result of `confirm`. */
  readonly by: "vendor" | "endpoint" | "person";
  readonly seen: boolean;
  readonly at: string;
}

/** Whether the run saw the plate. */
export function wasSeen({ sightings }: TestPlateEvidence): boolean {
  return sightings.at(-1)?.seen === true;
}
