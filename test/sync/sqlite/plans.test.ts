import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished, vi } from "vitest";
import { migrate } from "../../../src/sync/sqlite/file/schema.ts";
import { createReader } from "../../../src/sync/sqlite/reader.ts";
import { createOperations } from "../../../src/sync/sqlite/thread/operations.ts";
import { makeFolder } from "./folder.ts";

// Few rows each; the index of forgotten permits has none but those that are to be erased.
const SMALL =
  /^SCAN (company|provider|target|erasure|clock|16-ROW VALUES|permit USING INDEX permit_forgotten|\(subquery-\d+\))/;

it("every statement finds its rows by an index", () => {
  const path = join(makeFolder(), "ledger.db");
  const database = new DatabaseSync(path);
  onTestFinished(() => database.close());
  migrate(database, 0);
  const prepare = vi.spyOn(DatabaseSync.prototype, "prepare");
  createOperations({ path, database, descriptor: -1, requireOwned() {}, close() {} });
  createReader(database);
  const statements = prepare.mock.calls.map(([sql]) => sql);
  prepare.mockRestore();
  expect(statements.length).toBeGreaterThan(30);
  const slow = statements.flatMap((sql) => {
    const steps = database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => String(detail));
    const scans = steps.filter((step) => /SCAN|TEMP B-TREE/.test(step) && !SMALL.test(step));
    return scans.map((step) => `${step}: ${sql}`);
  });
  expect(slow).toEqual([]);
});
