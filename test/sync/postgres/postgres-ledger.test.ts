import { afterAll, beforeAll } from "vitest";
import { postgresLedger } from "../../../src/sync/postgres/index.ts";
import { withStoppedClock } from "../clock/stopped-clock.ts";
import { describeLedger } from "../ledger/contract.ts";
import { createDatabase, type TestDatabase } from "./servers/database.ts";

let database: TestDatabase;
let setClock: Awaited<ReturnType<TestDatabase["stopClock"]>>;
let count = 0;
beforeAll(async () => {
  database = await createDatabase();
  setClock = await database.stopClock();
});
afterAll(() => database.drop());

describeLedger({
  name: "postgresLedger",
  // Each makes tables of its own.
  histories: { quick: 3, full: 30 },
  async create() {
    count += 1;
    const schema = `contract_${count}`;
    const pool = database.createPool({ max: 4 });
    const open = async () => {
      const ledger = postgresLedger({ pool, schema });
      await ledger.open();
      return withStoppedClock(ledger, { setClock, now: () => undefined });
    };
    let ledger = await open();
    return {
      ledger,
      async reopen() {
        await ledger.close();
        ledger = await open();
        return ledger;
      },
      async dispose() {
        await ledger.close();
        await pool.end();
      },
    };
  },
});
