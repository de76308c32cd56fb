import type { MaybePromise } from "../../core/directory/directory.ts";
import type { Receipt } from "../../core/registration/receipt.ts";
import type { StoredRegistration } from "../../core/registration/registration.ts";

/**
 * Where runs of the test plate leave their traces: before anything reaches a vendor, and again when it was seen and
 * taken back. `memoryEvidence` and `fileEvidence` are two; a table with an id and a JSON column makes another.
 */
export interface EvidenceStore {
  /** Everything that was saved, in the order in which it was saved first. Empty when there is nothing. */
  list(): MaybePromise<readonly TestPlateEvidence[]>;
  /** Keeps a record in place of the one with its id. It must be durable when this resolves. */
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
  /** What the vendor called the location. Once that changes, the run proves nothing any more. */
  readonly target: string;
  readonly plate: { readonly number: string; readonly region?: string };
  readonly startedAt: string;
  /** When the test right ends by itself. */
  readonly endsAt: string;
  /** `open`: the plate may still be out there; `sweepTestPlates` takes it back. */
  readonly state: "open" | "closed";
  readonly trace: TestPlateTrace;
  /** Who looked for the plate while it was valid, and what they saw. The last one counts. */
  readonly sightings: readonly TestPlateSighting[];
  /** Whether nobody sees it any more. Absent: it was not looked for again. */
  readonly gone?: boolean;
  readonly closedAt?: string;
  /** Why the run broke off, in words that hold no plate and no secret. */
  readonly problem?: string;
}

/** What is needed to take a test plate back. */
export type TestPlateTrace =
  /** `receipt` is absent until the vendor took the registration, or where nobody knows whether it did. */
  | { readonly delivery: "push"; readonly registration: StoredRegistration; readonly receipt?: Receipt }
  | { readonly delivery: "pull"; readonly permitId: string };

/** One look for the test plate. */
export interface TestPlateSighting {
  /** `vendor`: read back from it. `endpoint`: our own lookup. `person`: what `confirm` answered. */
  readonly by: "vendor" | "endpoint" | "person";
  readonly seen: boolean;
  readonly at: string;
}

/** Whether the run saw the plate. */
export function wasSeen({ sightings }: TestPlateEvidence): boolean {
  return sightings.at(-1)?.seen === true;
}
