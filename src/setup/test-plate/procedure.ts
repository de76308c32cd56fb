import type { TestPlateEvidence, TestPlateSighting, TestPlateTrace } from "../evidence/evidence.ts";

/** The steps of a run for one kind of provider. Each is called once, in this order; `withdraw` and `isGone` always. */
export interface TestPlateProcedure {
  /** The data that withdrawing needs, before the plate is published. */
  readonly trace: TestPlateTrace;
  /** Makes the plate valid at the location, and returns the complete data for withdrawing. */
  publish(): Promise<TestPlateTrace>;
  /** Looks for the plate. `undefined` when only a person can. */
  look(): Promise<Observation | undefined>;
  /** Whether `confirm`, if given, is called after this look. */
  needsPerson(looked: Observation | undefined): boolean;
  /** Makes the plate invalid again, also after a failed step. The caller's signal does not end it. */
  withdraw(record: TestPlateEvidence): Promise<void>;
  /** Whether the plate is no longer shown. `undefined` when only a person can tell. */
  isGone(): Promise<boolean | undefined>;
}

/** A program's look for the plate. */
export interface Observation {
  readonly by: TestPlateSighting["by"];
  readonly seen: boolean;
  /** Why the plate was not seen, when that is known. */
  readonly why?: string;
}
