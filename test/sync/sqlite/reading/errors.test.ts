import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { SCHEMA_STEPS } from "../../../../src/sync/sqlite/file/schema.ts";
import { openSharedFile } from "../../../../src/sync/sqlite/file/shared-file.ts";
import { sqliteReader } from "../../../../src/sync/sqlite/index.ts";
import { find, issue } from "../../ledger/fixtures.ts";
import { makeFolder, makeLedger, openLedger } from "../folder.ts";

const PLATE = "ABC123";

const makePath = () => join(makeFolder(), "ledger.db");

function makeReader(path: string) {
  const reader = sqliteReader({ path });
  onTestFinished(() => reader.close());
  const idsOf = async (...plates: string[]) => (await find(reader, plates)).map(({ id }) => id).sort();
  return { reader, idsOf };
}

/** A ledger's file that is closed, with one permit. */
async function makeClosed(path = makePath(), id = "p1"): Promise<string> {
  const { ledger } = makeLedger(path);
  await ledger.open();
  await ledger.record([issue({ id })]);
  await ledger.close();
  return path;
}

function expectRefused(call: Promise<unknown>, code: string, message: string) {
  return expect(call).rejects.toMatchObject({
    name: "EnforcementError",
    code,
    field: "path",
    operation: "lookup",
    outcome: "not_applied",
    message: expect.stringContaining(message),
  });
}

describe("a reader of a ledger that is not there", () => {
  it("says so, creates nothing, and works once the writer has created it", async () => {
    const path = makePath();
    const { idsOf } = makeReader(path);
    await expectRefused(idsOf(PLATE), "unavailable", "leads to no file");
    expect(existsSync(path)).toBe(false);
    expect(existsSync(`${path}-wal`)).toBe(false);
    const ledger = await openLedger(path);
    expect(await idsOf(PLATE)).toEqual([]);
    await ledger.record([issue({ id: "p1" })]);
    expect(await idsOf(PLATE)).toEqual(["p1"]);
  });

  it("waits for a folder too, and for a file in the place of a folder", async () => {
    const path = join(makeFolder(), "data", "ledger.db");
    const { idsOf } = makeReader(path);
    await expectRefused(idsOf(PLATE), "unavailable", "leads to no file");
    mkdirSync(path, { recursive: true });
    await expectRefused(idsOf(PLATE), "invalid_config", "must be a file");
    rmdirSync(path);
    await makeClosed(path);
    expect(await idsOf(PLATE)).toEqual(["p1"]);
  });

  it("says that an empty file holds no ledger yet", async () => {
    const path = makePath();
    writeFileSync(path, "");
    const { idsOf } = makeReader(path);
    await expectRefused(idsOf(PLATE), "unavailable", "holds no ledger yet");
    await makeClosed(path);
    expect(await idsOf(PLATE)).toEqual(["p1"]);
  });
});

describe("a reader of a file that is no ledger of this version", () => {
  it("refuses another program's database, text, and a newer version, until a ledger is there", async () => {
    const path = makePath();
    const { idsOf } = makeReader(path);
    const other = new DatabaseSync(path);
    other.exec("CREATE TABLE t (c); INSERT INTO t VALUES ('x')");
    other.close();
    await expectRefused(idsOf(PLATE), "invalid_config", "another program's database");
    rmSync(path);
    writeFileSync(path, "plate,zone\nABC123,lot-1\n".repeat(500));
    await expectRefused(idsOf(PLATE), "invalid_config", "not a SQLite database");
    rmSync(path);
    await makeClosed(path);
    expect(await idsOf(PLATE)).toEqual(["p1"]);
  });

  it("refuses a ledger that is upgraded by a newer version while it is open, at the next call", async () => {
    const path = makePath();
    const ledger = await openLedger(path);
    await ledger.record([issue({ id: "p1" })]);
    const { idsOf } = makeReader(path);
    expect(await idsOf(PLATE)).toEqual(["p1"]);
    const newer = new DatabaseSync(path);
    onTestFinished(() => newer.close());
    newer.exec(`PRAGMA user_version = ${SCHEMA_STEPS.length + 1}`);
    await expectRefused(idsOf(PLATE), "invalid_config", "newer version of this package");
    await expectRefused(idsOf(PLATE), "invalid_config", "Upgrade the package");
    newer.exec(`PRAGMA user_version = ${SCHEMA_STEPS.length}`);
    expect(await idsOf(PLATE)).toEqual(["p1"]);
  });

  it("waits for the writer to upgrade a ledger of an older version", async () => {
    const path = await makeClosed();
    expect(() => openSharedFile(path, [...SCHEMA_STEPS, "SELECT 1"])).toThrow(
      "written by an older version of this package. Open it with this version in its own process",
    );
  });
});

describe("a reader of a file that is being restored", () => {
  it("says that the file is incomplete, at every length, and reads it when it is complete", async () => {
    const whole = readFileSync(await makeClosed());
    const path = makePath();
    const { idsOf } = makeReader(path);
    for (let length = 0; length < whole.length; length += 4_096) {
      writeFileSync(path, whole.subarray(0, length));
      const what = length === 0 ? "holds no ledger yet" : "incomplete or damaged";
      await expectRefused(idsOf(PLATE), "unavailable", what);
    }
    appendFileSync(path, whole.subarray(whole.length - 4_096));
    writeFileSync(path, whole);
    expect(await idsOf(PLATE)).toEqual(["p1"]);
  });

  it("says so when the copy is cut within its header, and reads it when it is complete", async () => {
    const whole = readFileSync(await makeClosed());
    const path = makePath();
    const { idsOf } = makeReader(path);
    for (const length of [10, 60, 100, 700]) {
      writeFileSync(path, whole.subarray(0, length));
      await expect(idsOf(PLATE)).rejects.toMatchObject({ field: "path" });
    }
    writeFileSync(path, whole);
    expect(await idsOf(PLATE)).toEqual(["p1"]);
  });

  it("notices at the next call that the file was replaced, also while no writer is there", async () => {
    const path = await makeClosed();
    const { idsOf } = makeReader(path);
    expect(await idsOf(PLATE)).toEqual(["p1"]);
    const backup = await makeClosed(makePath(), "restored");
    for (const suffix of ["-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
    copyFileSync(backup, `${path}.new`);
    renameSync(`${path}.new`, path);
    expect(await idsOf(PLATE)).toEqual(["restored"]);
    const ledger = await openLedger(path);
    await ledger.record([issue({ id: "later" })]);
    expect(await idsOf(PLATE)).toEqual(["later", "restored"]);
  });

  it("notices that the file is gone, and that it is there again", async () => {
    const path = await makeClosed();
    const { idsOf } = makeReader(path);
    expect(await idsOf(PLATE)).toEqual(["p1"]);
    renameSync(path, `${path}.away`);
    await expectRefused(idsOf(PLATE), "unavailable", "leads to no file");
    renameSync(`${path}.away`, path);
    expect(await idsOf(PLATE)).toEqual(["p1"]);
  });
});

it("a reader says that a page is damaged, shows no plate, and reads the file that replaces it", async () => {
  const path = await makeClosed();
  const whole = readFileSync(path);
  const database = new DatabaseSync(path, { readOnly: true });
  const { rootpage } =
    database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'plate'").get() ?? {};
  database.close();
  const damaged = Buffer.from(whole).fill(0xff, (Number(rootpage) - 1) * 4_096, Number(rootpage) * 4_096);
  writeFileSync(path, damaged);
  const { idsOf } = makeReader(path);
  const error = await idsOf(PLATE).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "unavailable", field: "path", retryable: true });
  expect(String(error)).toContain("incomplete or damaged");
  expect(String(error)).not.toContain(PLATE);
  expect(String(error)).not.toContain(path);
  writeFileSync(`${path}.new`, whole);
  renameSync(`${path}.new`, path);
  expect(await idsOf(PLATE)).toEqual(["p1"]);
});

it("a reader refuses options that cannot work, and calls after it was closed", async () => {
  expect(() => sqliteReader({ path: "" })).toThrow("path: must be the path of a file.");
  expect(() => sqliteReader({ path: ":memory:" })).toThrow("path: must be a file.");
  expect(() => sqliteReader({ path: "a", readOnly: true } as never)).toThrow("readOnly");
  expect(() => sqliteReader(undefined as never)).toThrow("sqliteReader");
  const { reader, idsOf } = makeReader(await makeClosed());
  expect(await idsOf(PLATE)).toEqual(["p1"]);
  await reader.close();
  await reader.close();
  await expect(idsOf(PLATE)).rejects.toMatchObject({ code: "unavailable", retryable: false });
  await expect(reader.getPermit("p1")).rejects.toThrow("reader: is closed");
});
