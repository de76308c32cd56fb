import { describe, expect, it } from "vitest";
import { postgresLedger } from "../../../src/sync/postgres/index.ts";
import { openSchema } from "../../../src/sync/postgres/schema.ts";
import { claimAll, createLedgers, issue } from "./ledgers.ts";

const ledgers = createLedgers();
const steps = [
  (schema: string) => `CREATE TABLE ${schema}.thing (id text PRIMARY KEY)`,
  (schema: string) => `ALTER TABLE ${schema}.thing ADD COLUMN size integer NOT NULL DEFAULT 7`,
];

describe("the tables", () => {
  it("are created once by processes that open at the same time", async () => {
    const machines = await Promise.all([...Array(6)].map(() => ledgers.open()));
    await Promise.all(machines.map((ledger, index) => ledger.record([issue(`P-${index}`)])));
    expect(await claimAll(machines[0] as (typeof machines)[0])).toHaveLength(6);
  });

  it("are upgraded with their content, by one of several processes", async () => {
    const { pool } = await ledgers.open();
    const schema = `${ledgers.schema}_steps`;
    await openSchema(pool, schema, steps.slice(0, 1));
    await pool.query(`INSERT INTO ${schema}.thing VALUES ('kept')`);
    await Promise.all([...Array(4)].map(() => openSchema(pool, schema, steps)));
    expect((await pool.query(`SELECT * FROM ${schema}.thing`)).rows).toEqual([{ id: "kept", size: 7 }]);
    expect((await pool.query(`SELECT version FROM ${schema}.schema_version`)).rows).toEqual([{ version: 2 }]);
  });

  it("remain as they were when a step of the upgrade fails", async () => {
    const { pool } = await ledgers.open();
    const schema = `${ledgers.schema}_fails`;
    await openSchema(pool, schema, steps.slice(0, 1));
    const failing = [...steps, () => "SELECT 1 / 0"];
    await expect(openSchema(pool, schema, failing)).rejects.toMatchObject({ code: "unavailable" });
    expect((await pool.query(`SELECT version FROM ${schema}.schema_version`)).rows).toEqual([{ version: 1 }]);
    const columns = `SELECT column_name FROM information_schema.columns WHERE table_schema = '${schema}' AND table_name = 'thing'`;
    expect((await pool.query(columns)).rows).toEqual([{ column_name: "id" }]);
  });

  it("of a newer version are refused, and not changed", async () => {
    const { pool } = await ledgers.open();
    await pool.query(`UPDATE ${ledgers.schema}.schema_version SET version = 99`);
    const older = postgresLedger({ pool, schema: ledgers.schema });
    await expect(older.open()).rejects.toMatchObject({ code: "invalid_config", field: "schema" });
    await expect(older.open()).rejects.toThrow(/tables of version 99.*update the package/);
  });

  it("require no privilege to create schemas when both exist", async () => {
    const { pool } = await ledgers.open();
    const schema = ledgers.schema;
    await pool.query(`
      CREATE ROLE limited_${schema} LOGIN;
      GRANT USAGE ON SCHEMA ${schema} TO limited_${schema};
      GRANT ALL ON ALL TABLES IN SCHEMA ${schema} TO limited_${schema}`);
    const limited = ledgers.database.createPool({ user: `limited_${schema}` });
    const ledger = postgresLedger({ pool: limited, schema });
    await ledger.open();
    expect(await ledger.record([issue("P-1")])).toEqual(["recorded"]);
    await ledger.close();
    await limited.end();
    await pool.query(`DROP OWNED BY limited_${schema}; DROP ROLE limited_${schema}`);
  });
});

describe("options", () => {
  it("that are wrong are refused, and named", async () => {
    const { pool } = await ledgers.open();
    const wrong = (options: object) => () => postgresLedger(options as Parameters<typeof postgresLedger>[0]);
    expect(wrong({})).toThrow(/^pool: must be a Pool/);
    expect(wrong({ pool, schema: 'a"b' })).toThrow(/^schema: must be/);
    expect(wrong({ pool, schema: "x".repeat(41) })).toThrow(/^schema: must be/);
    expect(wrong({ pool, table: "x" })).toThrow(/"table" is not known/);
  });

  it("that are right create a ledger, which refuses calls before it is open", async () => {
    const ledger = postgresLedger({ pool: ledgers.database.createPool() });
    await expect(ledger.record([issue("P-1")])).rejects.toMatchObject({ code: "unavailable" });
    await expect(claimAll(ledger)).rejects.toThrow(/is not open/);
    await ledger.close();
  });

  it("that PostgreSQL cannot store are refused, and named, and do not affect others", async () => {
    const ledger = await ledgers.open();
    const calls = [
      ledger.record([issue("P-1")]),
      ledger.record([issue("P\0")]),
      ledger.record([issue("P-2")]),
    ];
    const [one, wrong, two] = await Promise.allSettled(calls);
    expect([one, two]).toMatchObject([{ value: ["recorded"] }, { value: ["recorded"] }]);
    expect(wrong).toMatchObject({ reason: { code: "invalid_input", field: "permit.id" } });
    const odd = issue("P-3", { holder: "a\0b \ud800", companyId: "Université d'été" });
    expect(await ledger.record([odd])).toEqual(["recorded"]);
    expect((await ledger.getPermit("P-3"))?.permit.holder).toBe("a\0b \ud800");
  });
});
