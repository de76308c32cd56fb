import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import { migrate } from "../../../src/sync/sqlite/file/schema.ts";
import type { ChangeRow, Request } from "../../../src/sync/sqlite/messages.ts";
import { createOperations } from "../../../src/sync/sqlite/thread/operations.ts";
import { makeFolder } from "./folder.ts";

function makeOperations() {
  const path = join(makeFolder(), "ledger.db");
  const database = new DatabaseSync(path);
  onTestFinished(() => database.close());
  migrate(database, 0);
  return {
    handleParcel: createOperations({ path, database, descriptor: -1, requireOwned() {}, close() {} }),
  };
}

it("erases permits that ended in the commit that records them", () => {
  const { handleParcel } = makeOperations();
  const over: ChangeRow = ["issue", "over", 5, 5, 1, "city", 10, '[["AAA1"],["lot"],0,10]', null, [], "AAA1"];
  const requests: Request[] = [
    ["recordOne", over],
    ["erase", { endedBefore: 20, now: 30, limit: 9 }],
  ];
  expect(handleParcel({ kind: "requests", requests, isLast: true })?.values).toEqual(["recorded", 1]);
});

it("answers any number of calls that waited for the commit before", () => {
  const { handleParcel } = makeOperations();
  const request: Request = ["findNextDue", ["nobody"]];
  const requests = Array.from({ length: 300_000 }, () => request);
  const answers = handleParcel({ kind: "requests", requests, isLast: true });
  expect(answers?.values).toHaveLength(300_000);
  expect(answers?.failures).toBeNull();
});
