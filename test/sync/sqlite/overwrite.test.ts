import { join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { expectSound, findErased, makeQuickFolder, openErased, reviseKept } from "../ledger/erased-plates.ts";

// With 60,000 of them: overwrite.full.test.ts.
const COUNT = 1_000;
const isErased = (index: number) => index % 3 === 0;

it("leaves no byte of erased permits in its file, its log or a copy, and restores none of them", async () => {
  const { folder, path, ledger } = await openErased(COUNT, isErased);
  expect(Object.keys(findErased(folder, isErased))).toContain("ledger.db-wal");
  // SQLite itself leaves some in pages that it rebuilt.
  const copies = makeQuickFolder();
  const database = new DatabaseSync(path, { readOnly: true });
  await backup(database, join(copies, "copy.db"));
  database.close();
  expect(Object.keys(findErased(copies, isErased))).toEqual(["copy.db"]);
  await ledger.backup(join(copies, "copy.db"));
  expect(findErased(copies, isErased)).toEqual({});
  await expectSound(join(copies, "copy.db"));
  const before = await Promise.all(["permit-1", "permit-2"].map((id) => ledger.getPermit(id)));
  expect(await ledger.overwriteErased?.()).toBe(true);
  expect(findErased(folder, isErased)).toEqual({});
  expect(await Promise.all(["permit-1", "permit-2"].map((id) => ledger.getPermit(id)))).toEqual(before);
  // The writer's cached pages are not written again.
  await reviseKept(ledger, COUNT, isErased);
  expect(findErased(folder, isErased)).toEqual({});
  await ledger.close();
  expect(findErased(folder, isErased)).toEqual({});
  await expectSound(path);
});
