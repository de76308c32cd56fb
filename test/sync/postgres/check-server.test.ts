import type pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { COLUMNS, checkServer } from "../../../src/sync/postgres/check-server.ts";
import { postgresLedger } from "../../../src/sync/postgres/index.ts";
import { openSchema } from "../../../src/sync/postgres/schema.ts";
import { createDatabase, type TestDatabase } from "./servers/database.ts";

let database: TestDatabase;
let admin: pg.Pool;
let schema: string;
let count = 0;

beforeAll(async () => {
  database = await createDatabase();
  admin = database.createPool();
});
afterAll(() => database.drop());
beforeEach(() => {
  count += 1;
  schema = `unfit_${count}`;
});

/** What opening a ledger over a pool is refused with. */
async function refusalOf(pool: pg.Pool): Promise<unknown> {
  const ledger = postgresLedger({ pool, schema });
  try {
    await ledger.open();
  } catch (error) {
    return error;
  }
  await ledger.close();
  return undefined;
}

const invalid = (field: string, ...parts: RegExp[]) =>
  expect.objectContaining({
    ...{ code: "invalid_config", field, retryable: false },
    message: expect.stringMatching(new RegExp(parts.map(({ source }) => source).join(".*"))),
  });

describe("open() refuses a server or a role with which the ledger cannot work", () => {
  it.each([
    ["default_transaction_read_only", "on", "off"],
    ["standard_conforming_strings", "off", "on"],
  ])("with %s = %s", async (name, wrong, right) => {
    const pool = database.createPool({ options: `-c ${name}=${wrong}` });
    expect(await refusalOf(pool)).toEqual(
      invalid("pool", new RegExp(`has ${name} = ${wrong}`), new RegExp(`SET ${name} = ${right}`)),
    );
  });

  it("that is a standby, until it is promoted, and one that is too old", async () => {
    const well = {
      standby: "false",
      read_only: "off",
      strings: "on",
      version: "18.1",
      version_number: "180001",
    };
    const check = (row: object) =>
      checkServer({ query: async () => ({ rows: [{ ...well, ...row }], rowCount: 1 }) });
    await check({});
    await expect(check({ standby: "true", read_only: "on" })).rejects.toMatchObject({
      ...{ code: "unavailable", field: "pool", retryable: true },
      message: expect.stringMatching(/standby.*pg_is_in_recovery.*primary.*promoted/),
    });
    await expect(check({ version: "12.22", version_number: "120022" })).rejects.toEqual(
      invalid("pool", /PostgreSQL 12\.22/, /13 or later/),
    );
  });
});

describe("open() refuses a role that lacks a privilege, and names the privilege", () => {
  async function asRole<Value>(grants: string, act: (pool: pg.Pool) => Promise<Value>): Promise<Value> {
    const role = `role_${schema}`;
    await admin.query(`CREATE ROLE ${role} LOGIN; ${grants.replaceAll("ROLE", role)}`);
    try {
      return await act(database.createPool({ user: role }));
    } finally {
      await admin.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  }

  it("to create a missing schema", async () => {
    expect(await asRole("", refusalOf)).toEqual(
      invalid("pool", new RegExp(`may not make the schema "${schema}"`), /CREATE on the database/),
    );
  });

  it("to use a schema", async () => {
    await openSchema(admin, schema);
    expect(await asRole("", refusalOf)).toEqual(
      invalid("pool", new RegExp(`may not use the schema "${schema}"`), /Grant USAGE/),
    );
  });

  it("to create tables in an empty schema", async () => {
    await admin.query(`CREATE SCHEMA ${schema}`);
    const grants = `GRANT USAGE ON SCHEMA ${schema} TO ROLE`;
    expect(await asRole(grants, refusalOf)).toEqual(invalid("pool", /lacks a privilege/, /ALL on all their/));
  });

  it("to write the tables", async () => {
    await openSchema(admin, schema);
    const grants = `GRANT USAGE ON SCHEMA ${schema} TO ROLE;
                    GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ROLE`;
    expect(await asRole(grants, refusalOf)).toEqual(
      invalid("pool", new RegExp(`may not INSERT, UPDATE, DELETE in "${schema}.permits"`), /Grant ALL/),
    );
  });
});

describe("open() refuses tables that are not those of this version", () => {
  it.each([
    [
      "without a column",
      "ALTER TABLE s.deliveries DROP COLUMN claimed_since",
      /deliveries\.claimed_since is missing/,
    ],
    ["without a table", "DROP TABLE s.due_marks", /due_marks\.mark_id is missing/],
    [
      "with a column of another type",
      "ALTER TABLE s.permits ALTER COLUMN permit TYPE json USING permit::json",
      /permits\.permit is json, not text/,
    ],
  ])("%s", async (_, change, difference) => {
    await openSchema(admin, schema);
    await admin.query(change.replace("s.", `${schema}.`));
    expect(await refusalOf(admin)).toEqual(invalid("schema", difference, /another schema/i));
  });

  it("that belong to another program and have the same names", async () => {
    await admin.query(
      `CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.schema_version (applied_at timestamptz)`,
    );
    expect(await refusalOf(admin)).toEqual(invalid("schema", /not those of this version/, /another schema/i));
  });

  it("and accepts those that this version creates", async () => {
    await openSchema(admin, schema);
    const { rows } = await admin.query(
      `SELECT table_name, column_name, data_type FROM information_schema.columns
        WHERE table_schema = $1 AND table_name <> 'schema_version' ORDER BY table_name, ordinal_position`,
      [schema],
    );
    const made: Record<string, Record<string, string>> = {};
    for (const { table_name, column_name, data_type } of rows) {
      made[table_name] = { ...made[table_name], [column_name]: data_type };
    }
    expect(COLUMNS).toEqual(made);
  });
});
