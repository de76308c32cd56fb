import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import type { Request } from "../../src/sync/sqlite-messages.ts";
import { createOperations } from "../../src/sync/sqlite-operations.ts";
import { migrate } from "../../src/sync/sqlite-schema.ts";
import { makeFolder } from "./sqlite-folder.ts";

it("answers however many calls have waited for the commit before", () => {
  const database = new DatabaseSync(join(makeFolder(), "ledger.db"));
  onTestFinished(() => database.close());
  migrate(database, 0);
  const handleParcel = createOperations(database, () => {});
  const request: Request = { name: "findNextDue", request: { providerId: "nobody" } };
  const requests = Array.from({ length: 300_000 }, () => request);
  const answers = handleParcel({ kind: "requests", requests, isLast: true });
  expect(answers).toHaveLength(300_000);
  expect(answers?.every((answer) => answer.ok)).toBe(true);
});
