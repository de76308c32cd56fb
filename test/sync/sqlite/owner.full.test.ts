import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, linkSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createSqliteLedger } from "../../../src/sync/sqlite/sqlite-ledger.ts";
import { claim, issue, minute, updateOf } from "../ledger/fixtures.ts";
import { makeFolder, openLedger } from "./folder.ts";

const CHILD = new URL("./child.ts", import.meta.url).pathname;

/** Another process that opens a ledger and records one permit; what it says of that, and how to end it. */
async function startOther(path: string, permitId: string): Promise<{ said: string; kill(): Promise<void> }> {
  const child = spawn(process.execPath, [CHILD, path, permitId], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = once(child, "exit");
  const [said] = await once(child.stdout, "data");
  return {
    said: String(said).trim(),
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function expectFenced(call: Promise<unknown>): Promise<void> {
  await expect(call).rejects.toMatchObject({
    code: "unavailable",
    field: "path",
    retryable: false,
    outcome: "not_applied",
    message: expect.stringMatching(/another process has opened this ledger.*Close it and open it again/),
  });
}

describe("two processes and one ledger's file", () => {
  it("the second is refused under any name of the file, also when a link led to no file when the first opened it", async () => {
    const folder = makeFolder();
    const [file, link] = [join(folder, "ledger.db"), join(makeFolder(), "link.db")];
    symlinkSync(file, link);
    const ledger = await openLedger(link);
    for (const name of [file, link]) expect((await startOther(name, "other")).said).toBe("unavailable");
    expect(await ledger.record([issue({ id: "own" })])).toEqual(["recorded"]);
    expect(await ledger.getPermit("other")).toBeUndefined();
  });

  it("the first is refused at its next commit when its lock is lost, and no change is lost or recorded twice", async () => {
    const path = join(makeFolder(), "ledger.db");
    const ledger = await openLedger(path);
    await ledger.record([issue({ id: "before" })]);
    const [claimed] = await claim(ledger, 0, { providerId: "passport", limit: 1 });
    if (claimed === undefined) throw new Error("It is due.");
    // Closing any descriptor of a file drops the locks that this process has of it, where locks are POSIX's.
    readFileSync(`${path}.lock`);
    const other = await startOther(path, "other");
    if (other.said === "unavailable") return;
    expect(other.said).toBe("open");
    await expectFenced(ledger.record([issue({ id: "own" }), issue({ id: "before", revision: 2 })]));
    // Every later call too, those that only read included: what they would start cannot be recorded.
    await expectFenced(ledger.save([updateOf(claimed)]));
    await expectFenced(ledger.claim({ limits: new Map([["passport", 9]]), now: minute(9), leaseMs: 1 }));
    await expectFenced(ledger.record(Array.from({ length: 300 }, (_, index) => issue({ id: `n-${index}` }))));
    expect(await ledger.getPermit("other")).toBeDefined();
    expect(await ledger.getPermit("own")).toBeUndefined();
    await ledger.close();
    await expect(ledger.open()).rejects.toMatchObject({ code: "unavailable", retryable: true });
    await other.kill();
    await ledger.open();
    expect(await ledger.record([issue({ id: "own" })])).toEqual(["recorded"]);
    const due = await claim(ledger, 1, { providerId: "passport", limit: 9 });
    expect(due.map(({ permitId, stored }) => [permitId, stored?.permit.revision]).toSorted()).toEqual([
      ["before", 1],
      ["other", 1],
      ["own", 1],
    ]);
  });

  it("a copy of an open ledger is another ledger, and affects the first one in nothing", async () => {
    const folder = makeFolder();
    const ledger = await openLedger(join(folder, "ledger.db"));
    await ledger.record([issue({ id: "before" })]);
    await ledger.backup(join(folder, "copy.db"));
    const copy = await openLedger(join(folder, "copy.db"));
    expect(await ledger.record([issue({ id: "own" })])).toEqual(["recorded"]);
    expect(await copy.record([issue({ id: "copied" })])).toEqual(["recorded"]);
  });

  it("a file with two names is refused, because each name would have a log of its own", async () => {
    const folder = makeFolder();
    const path = join(folder, "ledger.db");
    const ledger = await openLedger(path);
    await ledger.record([issue({ id: "own" })]);
    linkSync(path, join(folder, "same.db"));
    const { ledger: second } = createSqliteLedger({ path: join(folder, "same.db") });
    await expect(second.open()).rejects.toMatchObject({ code: "invalid_config", field: "path" });
    expect(existsSync(join(folder, "same.db-wal"))).toBe(false);
    expect(await ledger.record([issue({ id: "later" })])).toEqual(["recorded"]);
  });
});
