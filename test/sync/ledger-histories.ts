import fc from "fast-check";
import { it } from "vitest";
import type { LedgerUnderTest } from "./ledger-contract.ts";
import { arbitraryStep, type Step } from "./ledger-steps.ts";
import { LedgerTrial } from "./ledger-trial.ts";

/** Random histories, each step compared with the model. A failing one is shrunk, and printed with its seed. */
export function describeHistories(create: () => Promise<LedgerUnderTest>, histories: number): void {
  it(`says what the model says, over ${histories} histories`, async () => {
    const seed = Number(process.env["SEED"] ?? 20_260_915);
    const history = fc.array(arbitraryStep, { minLength: 1, maxLength: 40, size: "max" });
    await fc.assert(
      fc.asyncProperty(history, async (steps: Step[]) => {
        const made = await create();
        try {
          const trial = new LedgerTrial(made);
          for (const step of steps) await trial.take(step);
          await trial.compareEverything();
        } finally {
          await made.dispose();
        }
      }),
      { numRuns: histories, seed, endOnFailure: false },
    );
  }, 300_000);
}
