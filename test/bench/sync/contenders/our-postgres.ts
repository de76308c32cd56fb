import { postgresLedger } from "@offstreet/enforcement/postgres";
import type { Contender } from "./contender.ts";
import { createOurSync, recordAll } from "./ours.ts";
import { createBenchSchema, describeSchema } from "./postgres-pool.ts";

/** Durable sync over PostgreSQL, running: permits are recorded, and what is due is delivered meanwhile. */
export const oursOverPostgres: Contender = {
  async prepare(count, { origin, postgresHost }) {
    const place = createBenchSchema(postgresHost);
    const { pool, schema } = place;
    const ledger = postgresLedger({ pool, schema });
    const sync = createOurSync(ledger, origin);
    await sync.start();
    await sync.idle();
    return {
      async run() {
        await recordAll(sync, count);
        await sync.idle();
      },
      describeResult: () => describeSchema(place),
      async end() {
        await sync.stop();
        await ledger.close();
        await place.end();
      },
    };
  },
};
