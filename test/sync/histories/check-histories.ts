import { expect } from "vitest";
import { generateHistory } from "./generate-history.ts";
import type { LedgerHome } from "./ledger-home.ts";
import { runHistory } from "./run-history.ts";
import { shortenHistory } from "./shorten-history.ts";

/** Runs the random history of each seed. */
export async function checkHistories(
  seeds: readonly number[],
  createHome: () => LedgerHome,
  size?: Parameters<typeof generateHistory>[1],
): Promise<void> {
  for (const number of seeds) {
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
