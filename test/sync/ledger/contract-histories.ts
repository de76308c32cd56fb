import fc from "fast-check";
import { it } from "vitest";
import { suiteSize } from "../../support/suite-size.ts";
import type { LedgerSuite, LedgerUnderTest } from "./contract.ts";
import { arbitraryStep, type Step } from "./steps.ts";
import { LedgerTrial } from "./trial.ts";

/**
 * Random histories, each step compared with the model. A failing one is shrunk, and printed with its seed. In the
 * environment, HISTORY_COUNT and SEED ask for others, and SHRINK=no for the failing one as it is: a database shrinks long.
 */
export function describeHistories(
  create: () => Promise<LedgerUnderTest>,
  histories: LedgerSuite["histories"],
): void {
  const numRuns = suiteSize("HISTORY_COUNT", histories);
  it(
    `says what the model says, over ${numRuns} histories`,
    async () => {
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
        { numRuns, seed, endOnFailure: process.env["SHRINK"] === "no" },
      );
    },
    300_000 + numRuns * 3_000,
  );
}
