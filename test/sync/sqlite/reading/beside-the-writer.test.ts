import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, existsSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import { describe, expect, it, onTestFinished } from "vitest";
import { givesCheckedPermits } from "../../../../src/core/lookup/find-permits.ts";
import { parsePlate } from "../../../../src/core/permit/plate.ts";
import { explainPermit } from "../../../../src/sync/explain/explain-permit.ts";
import { sqliteReader } from "../../../../src/sync/sqlite/index.ts";
import { makeQuickFolder } from "../../ledger/erased-plates.ts";
import {
  claimOnly,
  deliveryOf,
  find,
  issue,
  minute,
  revise,
  revoke,
  rightAt,
  updateOf,
} from "../../ledger/fixtures.ts";
import { makeFolder, makeLedger, openLedger } from "../folder.ts";
import { startReader } from "./reader-child.ts";

const PLATE = "ABC123";

const makePath = () => join(makeQuickFolder(), "ledger.db");

function makeReader(path: string) {
  const reader = sqliteReader({ path });
  onTestFinished(() => reader.close());
  return reader;
}

async function idsOf(reader: ReturnType<typeof sqliteReader>, ...plates: string[]): Promise<string[]> {
  return (await find(reader, plates)).map(({ id }) => id).sort();
}

/** JavaScript: threads that strip types themselves sometimes crash when they end. */
async function buildReader(outfile: string): Promise<void> {
  const entry = new URL("../../../../src/sync/sqlite/sqlite-reader.ts", import.meta.url).pathname;
  await build({ entryPoints: [entry], outfile, bundle: true, platform: "node", format: "esm" });
}

describe("a reader beside the writer", () => {
  it("gives explainPermit all that is held of a permit, as it is after each write", async () => {
    const path = makePath();
    const ledger = await openLedger(path);
    const reader = makeReader(path);
    const explain = async () => {
      const clock = () => minute(30);
      const { state, entries } = await explainPermit({ ledger: reader, permitId: "permit-1", clock });
      return [state, ...entries.map(({ status }) => status)];
    };
    expect(await explain()).toEqual(["unknown"]);
    await ledger.record([issue()]);
    expect(await explain()).toEqual(["active", "on_its_way"]);
    const delivery = deliveryOf([rightAt("Zone 1", { acknowledgedAt: minute(1).toISOString() })]);
    await ledger.save([updateOf(await claimOnly(ledger, 1), { delivery })]);
    expect(await explain()).toEqual(["active", "acknowledged"]);
    expect(await reader.readRecord("permit-1")).toEqual(await ledger.readRecord("permit-1"));
    await ledger.record([revoke(2)]);
    expect((await explain())[0]).toBe("revoked");
  });
});

describe("a reader in another process", () => {
  it("finds each permit whose call has returned, at once, as it is then", async () => {
    const path = makePath();
    const ledger = await openLedger(path);
    const reader = startReader(path);
    for (let index = 0; index < 300; index += 1) {
      const [id, plate] = [`p${index}`, `AAA${index}`];
      // One, some that share a commit, and as many as are written in parts.
      const others = Array.from({ length: index % 40 === 0 ? 70 : index % 5 }, (_, other) =>
        issue({ id: `${id}-${other}` }),
      );
      const permit = { id, plates: [parsePlate(plate)] };
      if (index % 2 === 0) await ledger.record([...others, issue(permit)]);
      else await Promise.all([...others, issue(permit)].map((change) => ledger.record([change])));
      expect(await reader.find(plate)).toEqual({ ids: [id] });
      if (index % 10 === 0) {
        await ledger.record([revise({ id, revision: 2, plates: [parsePlate(`BBB${index}`)] })]);
        expect(await reader.find(plate)).toEqual({ ids: [] });
        expect(await reader.find(`BBB${index}`)).toEqual({ ids: [id] });
        await ledger.record([revoke(1, id)]);
        expect(await reader.find(`BBB${index}`)).toEqual({ ids: [] });
      }
    }
  });

  it("answers while the writer is closed and opened again, and copies the ledger", async () => {
    const path = makePath();
    const { ledger } = makeLedger(path);
    await ledger.open();
    await ledger.record([issue({ id: "p1" })]);
    const busy = startReader(path);
    await busy.beBusy(PLATE);
    for (let time = 0; time < 5; time += 1) {
      await ledger.record([issue({ id: `again-${time}` })]);
      await ledger.backup(join(path, "..", "copy.db"));
      await ledger.close();
      await ledger.open();
    }
    const { count, failures } = await busy.stop();
    expect(failures).toEqual([]);
    expect(count).toBeGreaterThan(0);
    expect((await busy.find(PLATE)).ids).toHaveLength(6);
    const copy = startReader(join(path, "..", "copy.db"));
    expect((await copy.find(PLATE)).ids).toHaveLength(6);
  });
});

it("a reader goes on when the writer is killed, and finds what the next one records", async () => {
  const path = join(makeFolder(), "ledger.db");
  const reader = makeReader(path);
  const program = new URL("../child.ts", import.meta.url).pathname;
  for (const id of ["p1", "p2", "p3"]) {
    const child = spawn(process.execPath, [program, path, id], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const exited = once(child, "exit");
    const [said] = await once(child.stdout, "data");
    expect(String(said).trim()).toBe("open");
    expect(await idsOf(reader, PLATE)).toContain(id);
    child.kill("SIGKILL");
    await exited;
    expect(await idsOf(reader, PLATE)).toContain(id);
  }
  expect(await idsOf(makeReader(path), PLATE)).toEqual(["p1", "p2", "p3"]);
});

it("a reader holds no transaction between two calls: the log is emptied, also when the ledger is closed", async () => {
  const path = makePath();
  const { ledger, getOpened } = makeLedger(path);
  await ledger.open();
  const reader = makeReader(path);
  await ledger.record([issue({ id: "p1" }), issue({ id: "p2" })]);
  expect(await idsOf(reader, PLATE)).toHaveLength(2);
  expect((await reader.getPermit("p1"))?.state).toBe("active");
  await getOpened().writer.ask("pragma", "wal_checkpoint(TRUNCATE)");
  expect(statSync(`${path}-wal`).size).toBe(0);
  await ledger.record([issue({ id: "p3" })]);
  expect(await idsOf(reader, PLATE)).toHaveLength(3);
  await ledger.close();
  // The reader is connected still, so the log is there, and the file is complete without it.
  expect(statSync(`${path}-wal`).size).toBe(0);
  const copy = join(makeFolder(), "copy.db");
  copyFileSync(path, copy);
  expect(await idsOf(makeReader(copy), PLATE)).toHaveLength(3);
});

it("a reader answers as its ledger does, whatever is asked", async () => {
  const path = makePath();
  const ledger = await openLedger(path);
  const reader = makeReader(path);
  const plates = ["AAA 1", "BBB 2"].map((text) => parsePlate(text));
  await ledger.record([issue({ id: "both", plates, holder: "Jane" }), issue({ id: "other" })]);
  await ledger.record([
    issue({ id: "elsewhere", companyId: "city" }),
    issue({ id: "gone" }),
    revoke(1, "gone"),
  ]);
  for (const [asked, companyId] of [
    [["AAA1"], "university"],
    [["AAA1", "BBB2"], "university"],
    [[PLATE], "university"],
    [[PLATE], "city"],
    [[PLATE], "nowhere"],
    [["NONE"], "university"],
  ] as const) {
    const found = await find(reader, [...asked], companyId);
    expect(found).toEqual(await find(ledger, [...asked], companyId));
    expect(found.every((permit) => Object.isFrozen(permit))).toBe(true);
  }
  for (const id of ["both", "gone", "unknown"]) {
    expect(await reader.getPermit(id)).toEqual(await ledger.getPermit(id));
  }
  expect(givesCheckedPermits(reader.findPermits)).toBe(true);
  await ledger.record([issue({ id: "ended", validTo: minute(10) }, 0, [])]);
  await ledger.erase({ endedBefore: minute(11), now: minute(20), limit: 9 });
  expect(await reader.getPermit("ended")).toBeUndefined();
});

it("a reader follows a link to another ledger", async () => {
  const folder = makeFolder();
  for (const id of ["one", "two"]) {
    const { ledger } = makeLedger(join(folder, `${id}.db`));
    await ledger.open();
    await ledger.record([issue({ id })]);
  }
  const link = join(folder, "current.db");
  symlinkSync(join(folder, "one.db"), link);
  const reader = makeReader(link);
  expect(await idsOf(reader, PLATE)).toEqual(["one"]);
  symlinkSync(join(folder, "two.db"), `${link}.new`);
  renameSync(`${link}.new`, link);
  expect(await idsOf(reader, PLATE)).toEqual(["two"]);
});

it("readers work in several threads, one of them the writer's process", async () => {
  const path = makePath();
  const ledger = await openLedger(path);
  await ledger.record([issue({ id: "p1" })]);
  const own = makeReader(path);
  const program = join(path, "..", "reader.mjs");
  await buildReader(program);
  const script = `
    const { parentPort, workerData } = require("node:worker_threads");
    import(${JSON.stringify(pathToFileURL(program).href)}).then(({ sqliteReader }) => {
      const reader = sqliteReader({ path: workerData });
      const query = { companyId: "university", plateNumbers: ["${PLATE}"], locationIds: [], at: new Date(0) };
      parentPort.on("message", () => parentPort.postMessage([...reader.findPermits(query)].length));
      parentPort.postMessage("ready");
    });`;
  const threads = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const thread = new Worker(script, { eval: true, workerData: path, execArgv: [] });
      onTestFinished(async () => void (await thread.terminate()));
      await once(thread, "message");
      return thread;
    }),
  );
  for (let count = 2; count < 20; count += 1) {
    await ledger.record([issue({ id: `p${count}` })]);
    for (const thread of threads) {
      const answered = once(thread, "message");
      thread.postMessage("find");
      expect(await answered).toEqual([count]);
    }
    expect(await idsOf(own, PLATE)).toHaveLength(count);
  }
  // A reader that is closed in the writer's process drops none of the writer's locks.
  await own.close();
  await expect(openLedger(path)).rejects.toMatchObject({ code: "unavailable" });
  expect(await ledger.record([issue({ id: "last" })])).toEqual(["recorded"]);
});

// Root may write everywhere, so the reader runs as another user; otherwise the permissions bind this one.
const uid = process.getuid?.() === 0 ? 65_534 : undefined;

it.skipIf(process.platform === "win32")(
  "a reader that may not write to the directory reads while the log is there, and says what to do when it is not",
  async () => {
    const folder = makeFolder();
    const path = join(folder, "ledger.db");
    const { ledger } = makeLedger(path);
    await ledger.open();
    await ledger.record([issue({ id: "p1" })]);
    await ledger.close();
    expect(existsSync(`${path}-wal`)).toBe(false);
    const lock = () => chmodSync(folder, 0o555);
    const unlock = () => chmodSync(folder, 0o755);
    onTestFinished(unlock);
    const reader = startReader(path, uid === undefined ? {} : { uid });
    lock();
    expect(await reader.find(PLATE)).toMatchObject({
      code: "unavailable",
      field: "path",
      message: expect.stringMatching(
        /log \(-wal, -shm\) beside the file is missing.*Open the ledger in its own/,
      ),
    });
    unlock();
    await ledger.open();
    lock();
    for (let count = 1; count < 20; count += 1) {
      expect((await reader.find(PLATE)).ids).toHaveLength(count);
      await ledger.record([issue({ id: `later-${count}` })]);
    }
    // It keeps the log in place, so it reads on when the writer has closed the ledger.
    await ledger.close();
    expect((await reader.find(PLATE)).ids).toHaveLength(20);
    unlock();
    for (const suffix of ["-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
    chmodSync(path, 0o200);
    if (uid !== undefined)
      expect(await reader.find(PLATE)).toMatchObject({ code: "invalid_config", field: "path" });
    chmodSync(path, 0o644);
    await ledger.open();
    expect((await reader.find(PLATE)).ids).toHaveLength(20);
  },
);
