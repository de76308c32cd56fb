import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import type { LedgerHome } from "./ledger-home.ts";

/**
 * A ledger in memory dies with its process, so its crash is told as a tale: the same ledger object, whose old claims
 * were let go of or are still to run out.
 */
export function createMemoryHome(): LedgerHome {
  const ledger = memoryLedger();
  return {
    async reopen(random) {
      if (random() < 0.5) await ledger.close();
      return ledger;
    },
    async dispose() {},
  };
}
