import { execFileSync } from "node:child_process";
import { existsSync, linkSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import type { SqliteLedger } from "../../../src/sync/sqlite/sqlite-ledger.ts";
import { issue } from "../ledger/fixtures.ts";
import { makeFolder, openLedger } from "./folder.ts";

// How many permits a ledger has that is copied.
const COUNT = 50;

async function openWithPermits(): Promise<{ ledger: SqliteLedger; folder: string; path: string }> {
  const folder = makeFolder();
  const path = join(folder, "ledger.db");
  const ledger = await openLedger(path);
  await ledger.record(Array.from({ length: COUNT }, (_, index) => issue({ id: `permit-${index}` })));
  return { ledger, folder, path };
}

/** How many permits a copy has. */
async function countIn(path: string): Promise<number> {
  const ledger = await openLedger(path);
  await ledger.close();
  const database = new DatabaseSync(path, { readOnly: true });
  const { count } = database.prepare("SELECT count(*) AS count FROM permit").get() as { count: number };
  database.close();
  return count;
}

it("a copy does not replace another ledger that is open", async () => {
  const { ledger } = await openWithPermits();
  const other = await openWithPermits();
  await expect(ledger.backup(other.path)).rejects.toMatchObject({ code: "invalid_input", field: "path" });
  expect(await other.ledger.record([issue({ id: "later" })])).toEqual(["recorded"]);
  await other.ledger.close();
  expect(await countIn(other.path)).toBe(COUNT + 1);
});

const MISNAMED: [what: string, name: (folder: string, path: string) => string, problem: RegExp][] = [
  ["the ledger's own path", (_, path) => path, /is the ledger itself/],
  ["its log", (_, path) => `${path}-wal`, /is the ledger itself/],
  ["its lock", (_, path) => `${path}.lock`, /is the ledger itself/],
  ["a journal of it", (_, path) => `${path}-journal`, /is the ledger itself/],
  [
    "a database that was not closed",
    (folder) => {
      writeFileSync(join(folder, "other.db-wal"), "");
      return join(folder, "other.db");
    },
    /in use or was not closed: a file with its name and "-wal"/,
  ],
  [
    "a symbolic link to it",
    (folder, path) => {
      symlinkSync(path, join(folder, "link.db"));
      return join(folder, "link.db");
    },
    /is the ledger itself/,
  ],
  [
    "a path through a link to its folder",
    (folder) => {
      symlinkSync(folder, join(folder, "here"));
      return join(folder, "here", "ledger.db");
    },
    /is the ledger itself/,
  ],
  [
    "a hard link to it",
    (folder, path) => {
      linkSync(path, join(folder, "same.db"));
      return join(folder, "same.db");
    },
    /is the ledger itself/,
  ],
  [
    "a folder",
    (folder) => {
      mkdirSync(join(folder, "copies"));
      return join(folder, "copies");
    },
    /is a folder; name a file in it/,
  ],
  [
    "a folder that does not exist",
    (folder) => join(folder, "missing", "copy.db"),
    /its folder does not exist/,
  ],
  [
    "a file in a file",
    (folder) => {
      writeFileSync(join(folder, "note"), "");
      return join(folder, "note", "copy.db");
    },
    /its folder is a file/,
  ],
  [
    "a pipe",
    (folder) => {
      execFileSync("mkfifo", [join(folder, "pipe")]);
      return join(folder, "pipe");
    },
    /is no file/,
  ],
  ["a folder without permission to write", () => "/proc/self/copy.db", /does not exist|cannot be written/],
  ["a name that is too long", (folder) => join(folder, "x".repeat(300)), /is too long/],
  ["memory", () => ":memory:", /must be a file/],
  ["nothing", () => " ", /must not be empty/],
  ["a name with NUL", (folder) => join(folder, "copy\0.db"), /U\+0000/],
];

it.skipIf(process.platform === "win32").each(MISNAMED)(
  "a copy to %s is refused, and named, and the ledger continues unharmed",
  async (_, nameIn, problem) => {
    const { ledger, folder, path } = await openWithPermits();
    const target = nameIn(folder, path);
    const before = readdirSync(folder);
    const error = await ledger.backup(target).then(
      () => new Error("It was copied."),
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ code: "invalid_input", field: "path", retryable: false });
    expect(error.message).toMatch(problem);
    expect(JSON.stringify(error) + error.message).not.toContain(folder);
    expect(readdirSync(folder)).toEqual(before);
    expect(await ledger.record([issue({ id: "afterwards" })])).toEqual(["recorded"]);
    await ledger.close();
    // A ledger with a second name is not opened.
    rmSync(join(folder, "same.db"), { force: true });
    expect(await countIn(path)).toBe(COUNT + 1);
  },
);

it("copies that are requested at once are made one after the other, also to the same file", async () => {
  const { ledger, folder } = await openWithPermits();
  const names = ["copy.db", "copy.db", "other.db", "copy.db"];
  await Promise.all(names.map((name) => ledger.backup(join(folder, name))));
  for (const name of new Set(names)) expect(await countIn(join(folder, name))).toBe(COUNT);
  expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
});

it("a ledger that is closed meanwhile finishes the requested copies", async () => {
  const { ledger, folder } = await openWithPermits();
  const copies = [ledger.backup(join(folder, "one.db")), ledger.backup(join(folder, "two.db"))];
  await ledger.close();
  await Promise.all(copies);
  expect(await countIn(join(folder, "one.db"))).toBe(COUNT);
  expect(await countIn(join(folder, "two.db"))).toBe(COUNT);
});

it("two ledgers that are copied to one file at once leave a complete copy of one of them", async () => {
  const [one, other] = [await openWithPermits(), await openWithPermits()];
  await other.ledger.record(
    Array.from({ length: 3_000 }, (_, index) => issue({ id: `other-${index}`, companyId: "city" })),
  );
  const target = join(one.folder, "copy.db");
  await Promise.all([one.ledger.backup(target), other.ledger.backup(target)]);
  expect([COUNT, COUNT + 3_000]).toContain(await countIn(target));
});

it("a file that was removed is not copied", async () => {
  const { ledger, folder, path } = await openWithPermits();
  rmSync(path);
  await expect(ledger.backup(join(folder, "copy.db"))).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("deleted or replaced"),
  });
  expect(existsSync(join(folder, "copy.db"))).toBe(false);
});
