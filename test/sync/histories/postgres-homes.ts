import type { Ledger } from "../../../src/sync/ledger.ts";
import { postgresLedger } from "../../../src/sync/postgres.ts";
import { createDatabase } from "../postgres-database.ts";
import type { LedgerHomes } from "./ledger-home.ts";

// Opening a ledger starts pg-boss, which takes longer than a whole history does.
const REOPEN_CHANCE = 0.05;

/**
 * After a crash the ledger is opened anew, or the claims of the dead process are left to run out, as another machine
 * would find them. Real kills are in test/sync/kills. All histories have one database, one after the other.
 */
export async function createPostgresHomes(): Promise<LedgerHomes> {
  const database = await createDatabase();
  const pool = database.createPool();
  let ledger: Ledger | undefined;
  return {
    createHome: () => ({
      async reopen(random) {
        if (ledger !== undefined && random() < REOPEN_CHANCE) {
          await ledger.close();
          ledger = undefined;
        }
        ledger ??= postgresLedger({ pool });
        return ledger;
      },
      async dispose() {
        // The next history finds nothing of this one.
        const tables = ["delivery_targets", "due_marks", "deliveries", "permit_plates", "permits"];
        await pool.query(tables.map((name) => `DELETE FROM offstreet_enforcement.${name}`).join("; "));
      },
    }),
    async close() {
      await ledger?.close();
      await database.drop();
    },
  };
}
