import { randomBytes } from "node:crypto";
import { createConnection } from "node:net";
import { text } from "node:stream/consumers";
import pg from "pg";
import { inject } from "vitest";

/** An empty database on the server of this test run. */
export interface TestDatabase {
  /** How `pg` connects to it. */
  readonly connection: { readonly host: string; readonly user: string; readonly database: string };
  /** A pool that ends with the database. */
  createPool(options?: pg.PoolConfig): pg.Pool;
  /**
   * From now on its clock, as statements of new connections read it, stands still where it is set. What is not the
   * ledger's reads the server's.
   */
  stopClock(): Promise<(now: Date) => Promise<void>>;
  /** Ends the pools, and every other connection, and drops the database. */
  drop(): Promise<void>;
}

/** Makes a database for one test file or one test. */
export async function createDatabase(): Promise<TestDatabase> {
  const host = await askForServer(inject("postgresServer"));
  const database = `test_${randomBytes(6).toString("hex")}`;
  await runOnServer(host, `CREATE DATABASE ${database}`);
  const connection = { host, user: "postgres", database };
  const pools: pg.Pool[] = [];

  function createPool(options?: pg.PoolConfig): pg.Pool {
    const pool = new pg.Pool({ ...connection, ...options });
    pool.on("error", () => {});
    pools.push(pool);
    return pool;
  }

  return {
    connection,
    createPool,
    async stopClock() {
      const pool = createPool({ max: 1 });
      // A schema that comes before PostgreSQL's own has the function that is meant.
      await pool.query(`
        CREATE SCHEMA stopped;
        CREATE UNLOGGED TABLE stopped.clock (now timestamptz NOT NULL);
        INSERT INTO stopped.clock VALUES (pg_catalog.statement_timestamp());
        CREATE FUNCTION stopped.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
          AS 'SELECT now FROM stopped.clock';
        ALTER DATABASE ${database} SET search_path = stopped, pg_catalog`);
      let shown: number | undefined;
      return async (now) => {
        if (now.getTime() === shown) return;
        await pool.query("UPDATE stopped.clock SET now = $1", [now.toISOString()]);
        shown = now.getTime();
      };
    },
    async drop() {
      await Promise.all(pools.filter(({ ended }) => !ended).map((pool) => pool.end()));
      await runOnServer(host, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    },
  };
}

async function askForServer(path: string): Promise<string> {
  const answer: { host?: string; error?: string } = JSON.parse(await text(createConnection(path)));
  if (answer.host === undefined) throw new Error(answer.error);
  return answer.host;
}

async function runOnServer(host: string, statement: string): Promise<void> {
  const client = new pg.Client({ host, user: "postgres", database: "postgres" });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
