import type { PermitInput } from "@offstreet/enforcement";
import { PgBoss } from "pg-boss";
import { Pool } from "undici";
import { openSchema } from "../../../../src/sync/postgres/schema.ts";
import { BATCH, CONCURRENCY, EVENTS_PATH } from "../wire.ts";
import { makePermits } from "../world.ts";
import { toBody, toSession } from "./by-hand.ts";
import type { Contender } from "./contender.ts";
import { askForToken } from "./loop.ts";
import { createBenchSchema, describeSchema } from "./postgres-pool.ts";
import { writeDelivered } from "./postgres-rows.ts";

const QUEUE = "registrations";
const JOBS_PER_INSERT = 1_000;

/**
 * pg-boss as it is, one job for each permit, set up for speed: workers as many as requests may be under way, whole
 * requests' worth of jobs at a time, fetched again at once. The handler tells the vendor and writes the ledger's rows.
 */
export const rawPgBoss: Contender = {
  async prepare(count, { origin, postgresHost }) {
    const place = createBenchSchema(postgresHost);
    const { pool, schema } = place;
    await openSchema(pool, schema);
    const vendor = new Pool(origin, { connections: CONCURRENCY });
    const token = await askForToken(vendor);
    const boss = new PgBoss({
      schema: `${schema}_pgboss`,
      useListenNotify: true,
      supervise: false,
      schedule: false,
      host: postgresHost,
      user: "postgres",
      database: "postgres",
      max: 16,
    });
    await boss.start();
    await boss.createQueue(QUEUE, { notify: true, retryLimit: 0 });
    let done = 0;

    async function deliver(permits: readonly PermitInput[]): Promise<void> {
      const at = new Date().toISOString();
      const sessions = permits.map((permit) => toSession(permit, at));
      const { statusCode, body } = await vendor.request({
        method: "POST",
        path: EVENTS_PATH,
        body: toBody(sessions),
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      });
      const text = await body.text();
      if (statusCode !== 200) throw new Error(`The vendor said ${statusCode}: ${text}`);
      await writeDelivered(pool, schema, { permits, sessions, at });
      done += permits.length;
    }

    const workers = {
      batchSize: BATCH,
      localConcurrency: CONCURRENCY,
      burstWhenBatchFull: true,
      pollingIntervalSeconds: 0.5,
    };
    await boss.work<PermitInput>(QUEUE, workers, (jobs) => deliver(jobs.map(({ data }) => data)));
    const permits = makePermits(count);

    return {
      async run() {
        for (let from = 0; from < count; from += JOBS_PER_INSERT) {
          const jobs = permits.slice(from, from + JOBS_PER_INSERT).map((data) => ({ data }));
          await boss.insert(QUEUE, jobs);
        }
        while (done < count) await pause();
        while ((await countOpen(pool, schema)) > 0) await pause();
      },
      describeResult: () => describeSchema(place),
      async end() {
        await boss.stop({ graceful: true });
        await vendor.close();
        await place.end();
      },
    };
  },
};

async function countOpen(
  pool: { query(text: string, values: unknown[]): Promise<{ rows: { open: string }[] }> },
  schema: string,
): Promise<number> {
  const sql = `SELECT count(*) AS open FROM ${schema}_pgboss.job WHERE name = $1 AND state <> 'completed'`;
  return Number((await pool.query(sql, [QUEUE])).rows[0]?.open);
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
