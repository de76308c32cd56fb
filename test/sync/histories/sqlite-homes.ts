import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { sqliteLedger } from "../../../src/sync/sqlite/sqlite-ledger.ts";
import { countOf } from "../ledger/count-of.ts";
import { findQuickFolder } from "../sqlite/quick-folder.ts";
import { VENDORS } from "./history-world.ts";
import type { LedgerHomes } from "./ledger-home.ts";

// Opening a ledger starts threads, which takes longer than a whole history does.
const REOPEN_CHANCE = 0.02;

/**
 * After a crash the file is opened again, or the claims of the dead process are left to expire, as the process after it
 * would find them. Real kills are in test/sync/kills. All histories have one file, one after the other.
 */
export function createSqliteHomes(): LedgerHomes {
  const folder = mkdtempSync(join(findQuickFolder(), "offstreet-histories-"));
  const path = join(folder, "ledger.sqlite");
  let ledger: Ledger | undefined;
  return {
    createHome: () => ({
      async reopen(random) {
        if (ledger !== undefined && random() < REOPEN_CHANCE) {
          await ledger.close();
          ledger = undefined;
        }
        ledger ??= sqliteLedger({ path });
        return ledger;
      },
      async dispose() {
        clearTables(path);
        // The next history begins at an instant that has been, and gives its permits numbers that have been given: a claim
        // that a killed process left behind would hold them.
        if (ledger === undefined || !(await hasClaims(ledger))) return;
        await ledger.close();
        ledger = undefined;
      },
    }),
    async close() {
      await ledger?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether anything is claimed although there is nothing. */
async function hasClaims(ledger: Ledger): Promise<boolean> {
  for (const providerId of Object.keys(VENDORS)) {
    const { pending } = await countOf(ledger, providerId, new Date(0));
    if (pending > 0) return true;
  }
  return false;
}

/** The next history finds nothing of this one. Names that the ledger keeps in memory stay. */
function clearTables(path: string): void {
  const database = new DatabaseSync(path);
  try {
    const tables = ["failure", "place", "delivery", "plate", "permit"];
    const clear = tables.map((name) => `DELETE FROM ${name};`).join(" ");
    database.exec(`BEGIN IMMEDIATE; ${clear} COMMIT`);
  } finally {
    database.close();
  }
}
