import pg from "pg";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { createPostgresLedger } from "../../../src/sync/postgres/postgres-ledger.ts";
import { withStoppedClock } from "../clock/stopped-clock.ts";
import { createDatabase } from "../postgres/servers/database.ts";
import type { LedgerHomes } from "./ledger-home.ts";
import { createSilentStatements } from "./silent-statements.ts";

// Opening a ledger takes longer than a whole history does.
const REOPEN_CHANCE = 0.05;

// PostgreSQL plans a statement of the ledger for longer than it runs it on tables as small as these.
const PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan";

// One statement, and no more than one.
const PREPARED = /^\s*(?:SELECT|WITH|INSERT|UPDATE|DELETE)\b[^;]*;?\s*$/;

/** The names of statements, by their text. */
const names = new Map<string, string>();

const silentStatements = createSilentStatements();

/** Sends a statement's text once for each connection, and then only its name: the same statements, planned once. */
class PreparingClient extends pg.Client {
  // `pg` can be called in many ways; only this one is met here. What else there is (BEGIN, several at once) is no work.
  override query(...asked: unknown[]): never {
    const [text, values = []] = asked;
    const query = super.query as (...given: unknown[]) => Promise<never>;
    return silentStatements.pass(() => {
      if (typeof text !== "string" || !PREPARED.test(text)) return query.apply(this, asked);
      const name = names.get(text) ?? `statement-${names.size}`;
      names.set(text, name);
      return query.call(this, { name, text, values }, ...asked.slice(2));
    }) as never;
  }
}

/**
 * After a crash the ledger is opened again, or the claims of the dead process are left to expire, as another machine
 * would find them. Real kills are in test/sync/kills. All histories have one database, one after the other.
 */
export async function createPostgresHomes(): Promise<LedgerHomes> {
  const database = await createDatabase();
  const setClock = await database.stopClock();
  const pool = database.createPool({ Client: PreparingClient, options: PLANNED_ONCE });
  let ledger: Ledger | undefined;
  return {
    createHome: () => ({
      async reopen(random, now) {
        if (ledger !== undefined && random() < REOPEN_CHANCE) {
          await ledger.close();
          ledger = undefined;
        }
        ledger ??= createPostgresLedger({ pool }, silentStatements);
        return withStoppedClock(ledger, { setClock, now });
      },
      silenced: silentStatements.during,
      async dispose() {
        // The next history finds nothing of this one.
        const tables = [
          "delivery_targets",
          "due_marks",
          "deliveries",
          "permit_plates",
          "permits",
          "outages",
          "read_backs",
        ];
        await pool.query(tables.map((name) => `DELETE FROM offstreet_enforcement.${name}`).join("; "));
      },
    }),
    async close() {
      await ledger?.close();
      await database.drop();
    },
  };
}
