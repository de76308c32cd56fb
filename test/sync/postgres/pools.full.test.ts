import { describe, expect, it, onTestFinished } from "vitest";
import { postgresLedger } from "../../../src/sync/postgres/index.ts";
import { claimAll, createLedgers, issue } from "./ledgers.ts";
import { poolBehindPooler } from "./servers/pooler.ts";

const ledgers = createLedgers();

describe("a pool that is too small", () => {
  it.each([1, 2])("with room for %i is refused, and the smallest sufficient size is named", (max) => {
    const pool = ledgers.database.createPool({ max });
    expect(() => postgresLedger({ pool })).toThrow(
      expect.objectContaining({
        code: "invalid_config",
        field: "pool",
        message: expect.stringMatching(new RegExp(`room for ${max} .* Set max to 3 or more`)),
      }),
    );
  });

  it("is accepted when its size is not known", () => {
    const { query, connect, on, removeListener } = ledgers.database.createPool();
    const unknown = { query, connect, on, removeListener };
    expect(postgresLedger({ pool: unknown as never }).kind).toBe("postgres");
  });

  it("and does not show its size is refused by open(), which would otherwise wait without end", async () => {
    const pool = ledgers.database.createPool({ max: 1 });
    const silent = {
      query: pool.query.bind(pool),
      connect: pool.connect.bind(pool),
      on: pool.on.bind(pool),
      removeListener: pool.removeListener.bind(pool),
    };
    const ledger = postgresLedger({ pool: silent as never, schema: ledgers.schema });
    await expect(ledger.open()).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/pool .*no second connection.*max to 3 or more/),
    });
    expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  });

  it("has room for fewer than 3: with 3, everything works, also in a host's transaction", async () => {
    const pool = ledgers.database.createPool({ max: 3 });
    const ledger = postgresLedger({ pool, schema: ledgers.schema });
    await ledger.open();
    onTestFinished(() => ledger.close());
    const woken: string[] = [];
    ledger.watch?.((providerId = "any") => woken.push(providerId));
    await claimAll(ledger);
    await Promise.all(Array.from({ length: 50 }, (_, index) => ledger.record([issue(`P-${index}`)])));
    const client = await pool.connect();
    await client.query("BEGIN");
    await ledger.record([{ ...issue("P-50"), providerIds: ["push", "another"] }], { transaction: client });
    await client.query("COMMIT");
    client.release();
    expect(await claimAll(ledger)).toHaveLength(51);
    await expect.poll(() => woken).toContain("push");
  });
});

describe("a pooler between the ledger and PostgreSQL", () => {
  it("that reassigns connections between transactions is refused by open(), which says what to do", async () => {
    const ledger = postgresLedger({
      pool: poolBehindPooler(ledgers.database.createPool()),
      schema: ledgers.schema,
    });
    for (const attempt of [1, 2]) {
      await expect(ledger.open(), `attempt ${attempt}`).rejects.toMatchObject({
        code: "invalid_config",
        field: "pool",
        retryable: false,
        message: expect.stringMatching(/PgBouncer in transaction mode.*session mode.*pool_mode = session/),
      });
    }
    await expect(ledger.record([issue("P-1")])).rejects.toThrow("is not open");
  });

  it("that keeps a session for each connection is accepted", async () => {
    const ledger = await ledgers.open();
    expect(await ledger.record([issue("P-1")])).toEqual(["recorded"]);
    const { rows } = await ledger.pool.query(
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%enforcement_%'",
    );
    expect(rows, "connections that still listen to the trial").toEqual([]);
  });
});
