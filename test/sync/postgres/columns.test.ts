import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cell, Columns } from "../../../src/sync/postgres/columns.ts";
import { createDatabase, type TestDatabase } from "./servers/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(async () => database.drop());

// What PostgreSQL holds as text: the ledger lets nothing else through.
const text = fc.string({ unit: "binary" }).map((value) => value.toWellFormed().replaceAll("\0", ""));
const special = fc.constantFrom(
  "",
  "NULL",
  "null",
  "{}",
  '"',
  "\\",
  '\\"',
  "a,b",
  " a ",
  "{a,b}",
  "\n\t\r\\n",
  "'",
);
const cell = fc.oneof(text, special, fc.constant(null));

describe("rows that are sent to PostgreSQL", () => {
  it("arrive unchanged, whatever they contain", async () => {
    const pool = database.createPool();
    const rows = fc.array(fc.tuple(cell, fc.option(fc.maxSafeInteger()), fc.option(fc.boolean())), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(rows, async (given) => {
        const columns = new Columns(3);
        for (const row of given) columns.add(row as readonly Cell[]);
        const { rows: arrived } = await pool.query(
          "SELECT a, b::text, c FROM unnest($1::text[], $2::bigint[], $3::boolean[]) AS r (a, b, c)",
          columns.parameters,
        );
        expect(arrived.map(({ a, b, c }) => [a, b === null ? null : Number(b), c])).toEqual(given);
      }),
      { numRuns: 100 },
    );
  });
});
