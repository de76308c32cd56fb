import { copyFileSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { claimOnly, issue, nextDue, updateOf } from "../ledger/fixtures.ts";
import { makeFolder, makeLedger, openLedger } from "./folder.ts";

// What others do to a ledger's file while it is open.

/** Another program in a transaction that writes. */
function lockFile(path: string): DatabaseSync {
  const other = new DatabaseSync(path);
  onTestFinished(() => other.close());
  other.exec("BEGIN IMMEDIATE");
  return other;
}

describe("another program that locks the ledger's file", () => {
  it("is waited for", async () => {
    const path = join(makeFolder(), "ledger.db");
    const ledger = await openLedger(path);
    const other = lockFile(path);
    const recording = ledger.record([issue()]);
    // By then the writer has met the lock.
    await pause(300);
    other.exec("COMMIT");
    expect(await recording).toEqual(["recorded"]);
  });

  it("is named in the error of every waiting call when it keeps the lock, and nothing of them is recorded", async () => {
    const path = join(makeFolder(), "ledger.db");
    const { ledger } = makeLedger(path, { busyMs: 30 });
    await ledger.open();
    await ledger.record([issue({ id: "before" })]);
    const claimed = await claimOnly(ledger, 0);
    const other = lockFile(path);
    const calls = [
      ...Array.from({ length: 200 }, (_, index) => ledger.record([issue({ id: `one-${index}` })])),
      ledger.record(Array.from({ length: 300 }, (_, index) => issue({ id: `many-${index}` }))),
      ledger.save([updateOf(claimed)]),
    ];
    for (const call of await Promise.allSettled(calls)) {
      expect(call).toMatchObject({
        status: "rejected",
        reason: {
          code: "unavailable",
          retryable: true,
          outcome: "not_applied",
          message: expect.stringContaining("another program holds a lock on the ledger's file"),
        },
      });
    }
    other.exec("ROLLBACK");
    expect(await ledger.getPermit("one-0")).toBeUndefined();
    expect(await ledger.record([issue({ id: "one-0" })])).toEqual(["recorded"]);
    await ledger.save([updateOf(claimed)]);
  });
});

const MOVES: [what: string, move: (path: string) => void][] = [
  ["is deleted", (path) => rmSync(path)],
  ["is renamed", (path) => renameSync(path, `${path}.old`)],
  [
    "is moved and linked to from its old place",
    (path) => {
      renameSync(path, `${path}.old`);
      symlinkSync(`${path}.old`, path);
    },
  ],
  [
    "becomes a link in a circle",
    (path) => {
      rmSync(path);
      symlinkSync(path, path);
    },
  ],
  [
    "is replaced by a copy of itself",
    (path) => {
      copyFileSync(path, `${path}.new`);
      renameSync(`${path}.new`, path);
    },
  ],
  [
    "is deleted with its log",
    (path) => {
      for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}${suffix}`);
    },
  ],
  ["loses its log", (path) => rmSync(`${path}-wal`)],
  ["loses the index of its log", (path) => rmSync(`${path}-shm`)],
  ["loses its lock", (path) => rmSync(`${path}.lock`)],
];

/** The ledger's file in a folder of its own, which may be moved as a whole. */
function makePath(): string {
  const folder = join(makeFolder(), "data");
  mkdirSync(folder);
  return join(folder, "ledger.db");
}

describe("a ledger's file that is changed from outside while it is open", () => {
  it.each(MOVES)("%s: the next write is refused", async (_, move) => {
    const path = makePath();
    const ledger = await openLedger(path);
    await ledger.record([issue({ id: "before" })]);
    const claimed = await claimOnly(ledger, 0);
    move(path);
    await expectRefused(ledger.record([issue({ id: "after" })]));
    await expectRefused(
      ledger.record(Array.from({ length: 300 }, (__, index) => issue({ id: `n-${index}` }))),
    );
    await expectRefused(ledger.save([updateOf(claimed)]));
    expect(await ledger.getPermit("before")).toBeDefined();
    expect(await ledger.getPermit("after")).toBeUndefined();
  });

  it("lies in a folder that is renamed: the next write is refused", async () => {
    const path = makePath();
    const ledger = await openLedger(path);
    renameSync(join(path, ".."), join(path, "..", "..", "elsewhere"));
    await expectRefused(ledger.record([issue()]));
  });

  it("is put back: the ledger continues", async () => {
    const path = makePath();
    const ledger = await openLedger(path);
    linkSync(path, `${path}.link`);
    rmSync(path);
    await expectRefused(ledger.record([issue()]));
    renameSync(`${path}.link`, path);
    expect(await ledger.record([issue()])).toEqual(["recorded"]);
  });

  it("is missing: the ledger is refused when it is opened again", async () => {
    const path = makePath();
    const ledger = await openLedger(path);
    await ledger.record([issue()]);
    rmSync(path);
    await expectRefused(ledger.record([issue({ revision: 2 })]));
    await ledger.close();
    await expect(ledger.open()).rejects.toMatchObject({ code: "invalid_config", field: "path" });
  });
});

// With two processes: owner.full.test.ts.
it("a ledger's file that another process has opened since: every call is refused, and lookups continue", async () => {
  const path = makePath();
  const ledger = await openLedger(path);
  await ledger.record([issue({ id: "before" })]);
  const other = new DatabaseSync(path);
  other.exec("UPDATE owner SET token = 'of another process'");
  other.close();
  const fenced = { code: "unavailable", field: "path", retryable: false, outcome: "not_applied" };
  await expect(ledger.record([issue({ id: "after" })])).rejects.toMatchObject(fenced);
  await expect(nextDue(ledger, "passport")).rejects.toMatchObject({
    ...fenced,
    message: expect.stringContaining("another process has opened this ledger"),
  });
  expect(await ledger.getPermit("before")).toBeDefined();
  expect(await ledger.getPermit("after")).toBeUndefined();
});

async function expectRefused(call: ReturnType<Ledger["record"]> | ReturnType<Ledger["save"]>) {
  await expect(call).rejects.toMatchObject({
    code: "unavailable",
    field: "path",
    retryable: false,
    outcome: "not_applied",
    message: expect.stringContaining("deleted or replaced while the ledger was open"),
  });
}
