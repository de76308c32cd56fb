import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import type { LedgerHome } from "./ledger-home.ts";

/**
 * A ledger in memory dies with its process, so its crash is imitated: the same ledger object, whose old claims
 * were released or have not expired yet.
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
