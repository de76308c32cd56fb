import pg from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { createLedgers, issue, START } from "./ledgers.ts";
import { createDatabase } from "./servers/database.ts";

const ledgers = createLedgers();

type OpenLedger = Ledger & { readonly pool: pg.Pool };

async function connect(ledger: OpenLedger): Promise<pg.PoolClient> {
  const client = await ledger.pool.connect();
  onTestFinished(() => client.release(true));
  return client;
}

const NONE: [what: string, make: (ledger: OpenLedger) => unknown, problem: RegExp][] = [
  ["null", () => null, /must be a client of pg/],
  ["true", () => true, /must be a client of pg/],
  ["text", () => "BEGIN", /must be a client of pg/],
  ["an empty object", () => ({}), /must be a client of pg/],
  ["an object whose query is no function", () => ({ query: {} }), /must be a client of pg/],
  ["a function", () => () => {}, /must be a client of pg/],
  ["the ledger's pool", (ledger) => ledger.pool, /is a pool/],
  ["another pool", () => ledgers.database.createPool(), /is a pool/],
  [
    "an object that passes statements to a pool",
    ({ pool }) => ({ query: (text: string, values: unknown[]) => pool.query(text, values) }),
    /no transaction is open.*BEGIN/,
  ],
  ["a client without BEGIN", connect, /no transaction is open.*BEGIN/],
  [
    "a client after COMMIT",
    async (ledger) => {
      const client = await connect(ledger);
      await client.query("BEGIN");
      await client.query("COMMIT");
      return client;
    },
    /no transaction is open/,
  ],
  [
    "a client that was returned to its pool",
    async ({ pool }) => {
      const client = await pool.connect();
      await client.query("BEGIN");
      await client.query("ROLLBACK");
      client.release();
      return client;
    },
    /no transaction is open/,
  ],
  ["a client that was never connected", () => new pg.Client(), /without a connection/],
  [
    "a transaction that has failed",
    async (ledger) => {
      const client = await connect(ledger);
      await client.query("BEGIN");
      await client.query("SELECT 1 / 0").catch(() => {});
      return client;
    },
    /has failed already.*ROLLBACK/,
  ],
  [
    "a transaction that only reads",
    async (ledger) => {
      const client = await connect(ledger);
      await client.query("BEGIN READ ONLY");
      return client;
    },
    /read only/,
  ],
  [
    "a transaction of another database",
    async () => {
      const other = await createDatabase();
      onTestFinished(() => other.drop());
      const client = await other.createPool().connect();
      onTestFinished(() => client.release(true));
      await client.query("BEGIN");
      return client;
    },
    /of another database/,
  ],
  ["a client that answers nothing", () => ({ query: () => undefined }), /does not answer as a client of pg/],
  ["a client that answers later, nothing", () => ({ query: async () => {} }), /does not answer/],
  ["a client that answers a list of rows", () => ({ query: async () => [] }), /does not answer/],
  [
    "a client that answers no rows",
    () => ({ query: async () => ({ rows: [], rowCount: 0 }) }),
    /does not answer/,
  ],
];

describe("an invalid `transaction` option", () => {
  it.each(NONE)("%s is refused, and named, before anything is written", async (_, make, problem) => {
    const ledger = await ledgers.open();
    const transaction = (await make(ledger)) as never;
    const revoke = { kind: "revoke" as const, permitId: "P-0", at: START };
    await ledger.record([issue("P-0")]);
    for (const change of [issue("P-1"), issue("P-0", { revision: 2 }), revoke]) {
      await expect(ledger.record([change], { transaction })).rejects.toMatchObject({
        code: "invalid_input",
        field: "transaction",
        retryable: false,
        outcome: "not_applied",
        message: expect.stringMatching(problem),
      });
    }
    expect(await ledger.getPermit("P-1")).toBeUndefined();
    expect(await ledger.getPermit("P-0")).toMatchObject({ state: "active", permit: { revision: 1 } });
  });

  it("leaves no transaction open on the connections of a pool", async () => {
    const ledger = await ledgers.open();
    const transaction = ledger.pool as never;
    await expect(ledger.record([issue("P-1")], { transaction })).rejects.toThrow("transaction: ");
    const { rows } = await ledger.pool.query(
      "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'",
    );
    expect(rows).toEqual([]);
  });
});
