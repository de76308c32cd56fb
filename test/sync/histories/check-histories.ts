import { expect } from "vitest";
import { generateHistory } from "./generate-history.ts";
import type { LedgerHome } from "./ledger-home.ts";
import { runHistory } from "./run-history.ts";
import { shortenHistory } from "./shorten-history.ts";

/** How many histories run, and from which seed on: each has the seed of the one before it plus one. */
export interface HistoryCount {
  readonly inTest: number;
  /** Histories of smaller size, for ledgers that really write. */
  readonly size?: Parameters<typeof generateHistory>[1];
  readonly seed?: number;
}

/**
 * Lives through random histories. `HISTORY_COUNT` replaces their number and `SEED` the first seed, so that
 * `SEED=… HISTORY_COUNT=1` repeats one that failed.
 */
export async function checkHistories(
  createHome: () => LedgerHome,
  { inTest, seed = 1, size }: HistoryCount,
): Promise<void> {
  const count = Number(process.env["HISTORY_COUNT"] ?? inTest);
  const first = Number(process.env["SEED"] ?? seed);
  for (let number = first; number < first + count; number += 1) {
    const history = generateHistory(number, size);
    const violations = await runHistory(history, createHome());
    if (violations.length === 0) continue;
    const short = await shortenHistory(
      history,
      async (shorter) => (await runHistory(shorter, createHome())).length > 0,
    );
    const shown = short.steps.map((step) => `  ${JSON.stringify(step)}`).join("\n");
    expect.fail(
      `SEED=${number} HISTORY_COUNT=1 breaks the promise:\n${violations.join("\n")}\n` +
        `In short (${short.steps.length} of ${history.steps.length} steps):\n${shown}\n` +
        (await runHistory(short, createHome())).join("\n"),
    );
  }
}
