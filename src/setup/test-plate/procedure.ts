import type { TestPlateEvidence, TestPlateSighting, TestPlateTrace } from "../evidence/evidence.ts";

/** How one run goes with one kind of provider. Each step is called once, in this order; the last two always. */
export interface TestPlateProcedure {
  /** What is known of the plate before it is out. */
  readonly trace: TestPlateTrace;
  /** Puts the plate where it should be seen. It tells what is known of it then. */
  publish(): Promise<TestPlateTrace>;
  /** Looks for it. `undefined`: only a person can. */
  look(): Promise<Observation | undefined>;
  /** Whether a person is asked, where there is one, after this look. */
  needsPerson(looked: Observation | undefined): boolean;
  /** Takes the plate back, whatever happened so far. Not ended by the caller's signal. */
  withdraw(record: TestPlateEvidence): Promise<void>;
  /** Whether it is seen no more. `undefined`: only a person could tell. */
  isGone(): Promise<boolean | undefined>;
}

/** A look that a program takes. */
export interface Observation {
  readonly by: TestPlateSighting["by"];
  readonly seen: boolean;
  /** Why it was not seen, where that is known. */
  readonly why?: string;
}
