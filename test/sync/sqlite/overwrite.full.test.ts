import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import { expectSound, findErased, makeQuickFolder, openErased, reviseKept } from "../ledger/erased-plates.ts";
import { makeLedger } from "./folder.ts";

// A minute on a quiet machine.
const WITHIN_MS = 30 * 60_000;

const COUNT = 3_000;
const isErased = (index: number) => index % 3 === 0;

it(
  "leaves no byte of 60,000 erased permits in its file, its log or a copy",
  async () => {
    const count = 75_000;
    const isErased = (index: number) => index % 5 !== 0;
    const { folder, path, ledger, erased } = await openErased(count, isErased);
    expect(erased).toBe(60_000);
    expect(Object.keys(findErased(folder, isErased))).toContain("ledger.db");
    expect(await ledger.overwriteErased?.()).toBe(true);
    expect(findErased(folder, isErased)).toEqual({});
    const copies = makeQuickFolder();
    await ledger.backup(join(copies, "copy.db"));
    expect(findErased(copies, isErased)).toEqual({});
    await reviseKept(ledger, count, isErased);
    await ledger.close();
    expect(findErased(folder, isErased)).toEqual({});
    await expectSound(path);
  },
  WITHIN_MS,
);

it("overwrites them while other calls write, and in the next process when this one has ended", async () => {
  const { folder, path, ledger } = await openErased(COUNT, isErased);
  await ledger.close();
  expect(Object.keys(findErased(folder, isErased))).toEqual(["ledger.db"]);
  const { ledger: next, getOpened } = makeLedger(path);
  await next.open();
  const revising = reviseKept(next, COUNT, isErased);
  expect(await next.overwriteErased?.()).toBe(true);
  await revising;
  expect(findErased(folder, isErased)).toEqual({});
  // The log is folded into the file again as it grows.
  expect(await getOpened().writer.ask("pragma", "wal_autocheckpoint")).toBe(4_096);
  await next.close();
  await expectSound(path);
});

it("waits for a program that still reads the old content, and delays no call meanwhile", async () => {
  const { folder, path, ledger } = await openErased(COUNT, isErased);
  const reader = new DatabaseSync(path, { readOnly: true });
  onTestFinished(() => reader.close());
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM permit").get();
  await reviseKept(ledger, COUNT, isErased);
  expect(await ledger.overwriteErased?.()).toBe(false);
  expect(findErased(folder, isErased)).not.toEqual({});
  reader.exec("COMMIT");
  expect(await ledger.overwriteErased?.()).toBe(true);
  expect(findErased(folder, isErased)).toEqual({});
});
