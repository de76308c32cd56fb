import { createHash, randomBytes } from "node:crypto";
import pg from "pg";

/** Connections of each contender's pool. */
const CONNECTIONS = 16;

/** A schema of this contender's own, on the benchmark's PostgreSQL. */
export interface BenchSchema {
  readonly pool: pg.Pool;
  readonly schema: string;
  /** Drops it, and pg-boss' beside it, and ends the pool. */
  end(): Promise<void>;
}

export function createBenchSchema(host: string): BenchSchema {
  const schema = `bench_${randomBytes(6).toString("hex")}`;
  const pool = new pg.Pool({ host, user: "postgres", database: "postgres", max: CONNECTIONS });
  pool.on("error", () => {});
  return {
    pool,
    schema,
    async end() {
      await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await pool.query(`DROP SCHEMA IF EXISTS ${schema}_pgboss CASCADE`);
      await pool.end();
    },
  };
}

// Instants of recording, of delivery and of acknowledgement differ from run to run.
const ROWS = (schema: string) => [
  `SELECT permit_id, company_id, revision, state, permit::text, ends_at FROM ${schema}.permits`,
  `SELECT permit_id, company_id, plate_number FROM ${schema}.permit_plates`,
  `SELECT permit_id, provider_id, company_id, due_at, due_since, lease_until, changed_due,
     regexp_replace(regexp_replace(delivery::text, ',"[0-9T:.-]+Z",\\[\\]', ''), '\\m1[78][0-9]{11}\\M', 'acknowledged', 'g'), live_until, failed, unmapped
   FROM ${schema}.deliveries`,
  `SELECT permit_id, provider_id, target FROM ${schema}.delivery_targets`,
];

/** One text for what a contender has left in its schema. */
export async function describeSchema({ pool, schema }: BenchSchema): Promise<string> {
  const tables: string[] = [];
  for (const sql of ROWS(schema)) {
    const { rows } = await pool.query(`${sql} ORDER BY 1, 2, 3`);
    const digest = createHash("sha256").update(JSON.stringify(rows)).digest("hex").slice(0, 16);
    tables.push(`${rows.length} ${digest}`);
  }
  return tables.join(", ");
}
