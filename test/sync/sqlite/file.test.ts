import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { openLedgerFile } from "../../../src/sync/sqlite/file/ledger-file.ts";
import { SCHEMA_STEPS } from "../../../src/sync/sqlite/file/schema.ts";
import { sqliteLedger } from "../../../src/sync/sqlite/index.ts";
import { claimOnly, deliveryOf, find, issue, nextDue, rightAt, updateOf } from "../ledger/fixtures.ts";
import { makeFolder, makeLedger, openLedger } from "./folder.ts";

function makePath(): string {
  return join(makeFolder(), "ledger.db");
}

/** A closed ledger with some pages of permits. */
async function makeFilled(count = 500): Promise<string> {
  const path = makePath();
  const ledger = await openLedger(path);
  await ledger.record(Array.from({ length: count }, (_, index) => issue({ id: `permit-${index}` })));
  await ledger.close();
  return path;
}

/** The error of an attempt to open. It must not show where the file is. */
async function refusalOf(path: string): Promise<Error> {
  const ledger = sqliteLedger({ path });
  const error = await ledger.open().then(
    () => new Error("It was opened."),
    (thrown: Error) => thrown,
  );
  await ledger.close();
  expect(JSON.stringify(error) + error.message).not.toContain(path);
  return error;
}

describe("a ledger's file", () => {
  it("is written to the disk before a promise resolves", async () => {
    const { ledger, getOpened } = makeLedger(makePath());
    await ledger.open();
    const { writer } = getOpened();
    expect(await writer.ask("pragma", "synchronous")).toBe(2);
    expect(await writer.ask("pragma", "journal_mode")).toBe("wal");
    expect(await writer.ask("pragma", "user_version")).toBe(SCHEMA_STEPS.length);
  });

  it.each([
    ["a key that is unknown", { path: "ledger.db", synchronous: "OFF" }, "sqliteLedger options"],
    ["no path", {}, "path"],
    ["an empty path", { path: " " }, "path"],
    ["memory", { path: ":memory:" }, "path"],
  ])("refuses %s, and touches nothing before it is opened", (_, options, field) => {
    expect(() => sqliteLedger(options as never)).toThrow(expect.objectContaining({ field }));
    const path = makePath();
    sqliteLedger({ path });
    expect(() => readFileSync(path)).toThrow("ENOENT");
  });

  it("refuses a file that is not a ledger, and does not change it", async () => {
    const path = makePath();
    writeFileSync(path, "plate,zone\n".repeat(500));
    expect(await refusalOf(path)).toMatchObject({ code: "invalid_config", field: "path" });
    expect(readFileSync(path, "utf8")).toBe("plate,zone\n".repeat(500));
    rmSync(path);
    const other = new DatabaseSync(path);
    other.exec("CREATE TABLE customer (id INTEGER); INSERT INTO customer VALUES (1)");
    other.close();
    const bytes = readFileSync(path);
    expect((await refusalOf(path)).message).toContain("another program's database");
    expect(readFileSync(path)).toEqual(bytes);
  });

  it("refuses a folder that does not exist", async () => {
    const error = await refusalOf(join(makeFolder(), "missing", "ledger.db"));
    expect(error).toMatchObject({ code: "invalid_config", field: "path" });
  });

  it("refuses a file of a newer version, and says what to do", async () => {
    const path = await makeFilled(1);
    const database = new DatabaseSync(path);
    database.exec(`PRAGMA user_version = ${SCHEMA_STEPS.length + 1}`);
    database.close();
    const error = await refusalOf(path);
    expect(error).toMatchObject({ code: "invalid_config", retryable: false });
    expect(error.message).toMatch(/newer version .* Upgrade the package, or restore a backup/s);
  });

  it("upgrades a file of an older version, with all of its content", async () => {
    const path = await makeFilled(3);
    const steps = [
      ...SCHEMA_STEPS,
      "CREATE TABLE size (permit INTEGER) STRICT; INSERT INTO size SELECT ref FROM permit",
    ];
    const { database, close } = openLedgerFile(path, 0, steps);
    expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: SCHEMA_STEPS.length + 1 });
    expect(database.prepare("SELECT count(*) AS count FROM size").get()).toEqual({ count: 3 });
    close();
    // What it was upgraded to is refused by the version before, and opened by its own.
    expect((await refusalOf(path)).message).toMatch(
      /newer version .* Upgrade the package, or restore a backup/s,
    );
    openLedgerFile(path, 0, steps).close();
  });

  it("does not change a file of an older version when a step of the upgrade fails", async () => {
    const path = await makeFilled(3);
    const steps = [...SCHEMA_STEPS, "DROP TABLE plate", "INSERT INTO missing VALUES (1)"];
    expect(() => openLedgerFile(path, 0, steps)).toThrow("no such table: missing");
    const ledger = await openLedger(path);
    expect(await ledger.getPermit("permit-2")).toMatchObject({ state: "active" });
    expect(await find(ledger, ["ABC123"])).toHaveLength(3);
  });

  it.each([
    ["half of it", (size: number) => size >> 1],
    ["all but the last bytes", (size: number) => size - 4_096],
    ["a part of its first page", () => 300],
    ["a few bytes", () => 10],
  ])("refuses a ledger of which only %s is left", async (_, keep) => {
    const path = await makeFilled();
    truncateSync(path, keep(readFileSync(path).length));
    expect(["unavailable", "invalid_config"]).toContain(((await refusalOf(path)) as { code?: string }).code);
  });

  it("refuses an empty file where a ledger was, instead of creating a new one", async () => {
    const path = await makeFilled(1);
    truncateSync(path, 0);
    expect((await refusalOf(path)).message).toContain("gone or empty");
    rmSync(path);
    expect(await refusalOf(path)).toMatchObject({ code: "invalid_config", field: "path" });
    rmSync(`${path}.lock`);
    expect(await (await openLedger(path)).getPermit("permit-0")).toBeUndefined();
  });

  it("refuses a file with damaged pages, when it is opened or as soon as the damage is found", async () => {
    const path = await makeFilled();
    const bytes = readFileSync(path);
    const pages = bytes.length / 4_096;
    const damage = (from: number, to: number) => {
      for (let page = Math.floor(from); page < to; page++) bytes.fill(0xff, page * 4_096, page * 4_096 + 200);
      writeFileSync(path, bytes);
    };
    // Opening it reads nothing of these.
    damage(pages * 0.5, pages * 0.75);
    const { ledger, getOpened } = makeLedger(path, { checkedAtOnce: 0 });
    await ledger.open();
    expect(await getOpened().checked).toBe("damaged");
    await expect(nextDue(ledger, "passport")).rejects.toMatchObject({
      code: "unavailable",
      retryable: false,
    });
    await expect(ledger.record([issue()])).rejects.toThrow("restore a backup");
    await ledger.close();
    for (const checkedAtOnce of [0, Number.POSITIVE_INFINITY]) {
      damage(4, pages - 1);
      const error = await makeLedger(path, { checkedAtOnce })
        .ledger.open()
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "unavailable", retryable: false });
      expect(String(error)).toContain("restore a backup");
    }
  });

  it("accepts an undamaged file, and works while it is being checked", async () => {
    const path = await makeFilled();
    const { ledger, getOpened } = makeLedger(path, { checkedAtOnce: 0 });
    await ledger.open();
    expect(await ledger.record([issue({ id: "during" })])).toEqual(["recorded"]);
    expect(await getOpened().checked).toBe("sound");
  });

  it("is open in one ledger at a time in this process, whatever links lead to it", async () => {
    const path = makePath();
    const ledger = await openLedger(path);
    expect(await refusalOf(path)).toMatchObject({ code: "unavailable", retryable: true });
    const link = join(makeFolder(), "link.db");
    symlinkSync(path, link);
    expect((await refusalOf(link)).message).toContain("postgresLedger");
    expect(await ledger.record([issue()])).toEqual(["recorded"]);
    await ledger.close();
    expect(await (await openLedger(link)).getPermit("permit-1")).toBeDefined();
  });

  it("is open in one ledger at a time, also when a link led to no file when the first opened it", async () => {
    const [path, link] = [makePath(), makePath()];
    symlinkSync(path, link);
    const ledger = await openLedger(link);
    for (const name of [path, link]) {
      expect(await refusalOf(name)).toMatchObject({ code: "unavailable", retryable: true });
    }
    expect(await ledger.record([issue()])).toEqual(["recorded"]);
  });

  it("is open in one process at a time, and free again when that is killed", async () => {
    const path = makePath();
    const script = new URL("./child.ts", import.meta.url).pathname;
    const child = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child.stdout, "data");
    expect(await refusalOf(path)).toMatchObject({ code: "unavailable" });
    child.kill("SIGKILL");
    await once(child, "exit");
    const ledger = await openLedger(path);
    expect(await ledger.getPermit("permit-1")).toMatchObject({ state: "active" });
    const delivery = deliveryOf([rightAt("Zone 1")]);
    await ledger.save([updateOf(await claimOnly(ledger, 0), { delivery })]);
  });
});
