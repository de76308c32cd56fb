import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { DAMAGED } from "../../../src/sync/sqlite/errors.ts";
import { find, forget, issue, minute, revise, revoke } from "../ledger/fixtures.ts";
import { makeFolder, makeLedger } from "./folder.ts";

const makePath = () => join(makeFolder(), "ledger.db");

async function idsOf(ledger: Ledger, ...plateNumbers: string[]): Promise<string[]> {
  return (await find(ledger, plateNumbers)).map(({ id }) => id).sort();
}

const ENTRIES = { plate: "plate", ended: "permit WHERE ended_at IS NOT NULL" };

/** How many entries an index of the file has now. */
function countIn(path: string, index: keyof typeof ENTRIES): number {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return Number(database.prepare(`SELECT count(*) AS count FROM ${ENTRIES[index]}`).get()?.["count"]);
  } finally {
    database.close();
  }
}

/** What a process that is killed now leaves behind. */
function copyAsKilled(path: string): string {
  const copy = makePath();
  for (const ending of ["", "-wal"])
    if (existsSync(path + ending)) copyFileSync(path + ending, copy + ending);
  return copy;
}

async function openAt(path: string) {
  const made = makeLedger(path);
  await made.ledger.open();
  return made;
}

describe("plates of new permits", () => {
  it("are in the table of plates when the call returns, and each permit is found once", async () => {
    const path = makePath();
    const { ledger } = await openAt(path);
    const plates = [parsePlate("AAA 1"), parsePlate("BBB 2")];
    await ledger.record([issue({ id: "p1", plates })]);
    expect(countIn(path, "plate")).toBe(2);
    await ledger.record([issue({ id: "p2", plates: [parsePlate("AAA 1")] })]);
    expect(countIn(path, "plate")).toBe(3);
    expect(await idsOf(ledger, "AAA1")).toEqual(["p1", "p2"]);
    expect(await idsOf(ledger, "AAA1", "BBB2")).toEqual(["p1", "p2"]);
    await ledger.record([issue({ id: "p3", plates })]);
    expect(countIn(path, "plate")).toBe(5);
    expect(await idsOf(ledger, "AAA1")).toEqual(["p1", "p2", "p3"]);
    await ledger.record([revise({ id: "p1", revision: 2, plates })]);
    expect(countIn(path, "plate")).toBe(5);
    expect(await idsOf(ledger, "AAA1")).toEqual(["p1", "p2", "p3"]);
  });

  it("follow what becomes of a permit", async () => {
    const path = makePath();
    const { ledger } = await openAt(path);
    for (const id of ["p1", "p2", "p3", "p4"]) await ledger.record([issue({ id })]);
    await ledger.record([revise({ id: "p1", revision: 2, plates: [parsePlate("NEW 1")] })]);
    await ledger.record([revoke(1, "p2")]);
    await ledger.record([forget(1, "p3")]);
    expect(await idsOf(ledger, "ABC123")).toEqual(["p4"]);
    expect(await idsOf(ledger, "NEW1")).toEqual(["p1"]);
    expect(countIn(path, "plate")).toBe(2);
    // A revoked permit that is issued again.
    await ledger.record([issue({ id: "p2", revision: 2 })]);
    expect(await idsOf(ledger, "ABC123")).toEqual(["p2", "p4"]);
  });

  it("belong to their company only", async () => {
    const { ledger } = await openAt(makePath());
    await ledger.record([issue({ id: "p1" })]);
    await ledger.record([issue({ id: "p2", companyId: "city" })]);
    expect(await idsOf(ledger, "ABC123")).toEqual(["p1"]);
    expect((await find(ledger, ["ABC123"], "city")).map(({ id }) => id)).toEqual(["p2"]);
  });

  it("are found after a process was killed", async () => {
    const path = makePath();
    const { ledger } = await openAt(path);
    for (const id of ["p1", "p2", "p3", "p4", "p5"]) await ledger.record([issue({ id })]);
    await ledger.record([revoke(1, "p4")]);
    const copy = copyAsKilled(path);
    expect(countIn(copy, "plate")).toBe(4);
    const { ledger: after } = await openAt(copy);
    expect(await idsOf(after, "ABC123")).toEqual(["p1", "p2", "p3", "p5"]);
    await after.close();
    expect(countIn(copy, "plate")).toBe(4);
  });

  it("of a call that fails are not found, and nothing of them is in the table", async () => {
    const path = makePath();
    const { ledger, getOpened } = await openAt(path);
    const { writer } = getOpened();
    await ledger.record([issue({ id: "p1" })]);
    // A disk that takes nothing more.
    await writer.ask("pragma", "query_only = 1");
    await expect(ledger.record([issue({ id: "p2" })])).rejects.toThrow();
    expect(await idsOf(ledger, "ABC123")).toEqual(["p1"]);
    await writer.ask("pragma", "query_only = 0");
    expect(countIn(path, "plate")).toBe(1);
    await ledger.record([issue({ id: "p3" })]);
    expect(countIn(path, "plate")).toBe(2);
    expect(await idsOf(ledger, "ABC123")).toEqual(["p1", "p3"]);
  });

  it("are all in the table, however many come at once", async () => {
    const path = makePath();
    const { ledger } = await openAt(path);
    await Promise.all(
      Array.from({ length: 9_000 }, (_, index) => ledger.record([issue({ id: `p${index}` })])),
    );
    expect(countIn(path, "plate")).toBe(9_000);
  });

  it("of calls that are refused because the file is damaged are not found", async () => {
    const { ledger, getOpened } = await openAt(makePath());
    getOpened().writer.fail(DAMAGED);
    await expect(ledger.record([issue({ id: "p1" })])).rejects.toThrow("the file is damaged");
    expect(await idsOf(ledger, "ABC123")).toEqual([]);
  });

  it("cannot be added to a damaged table: then every call is refused, as for all damage", async () => {
    const path = makePath();
    const { ledger, getOpened } = await openAt(path);
    const { writer } = getOpened();
    await ledger.record([issue({ id: "p1" })]);
    // The file has everything, and the writer nothing in its memory.
    await writer.ask("pragma", "wal_checkpoint(TRUNCATE)");
    await writer.ask("pragma", "shrink_memory");
    const database = new DatabaseSync(path, { readOnly: true });
    const { rootpage } =
      database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'plate'").get() ?? {};
    database.close();
    const bytes = readFileSync(path);
    bytes.fill(0xff, (Number(rootpage) - 1) * 4_096, Number(rootpage) * 4_096);
    writeFileSync(path, bytes);
    await expect(ledger.record([issue({ id: "p2" })])).rejects.toThrow("the file is damaged");
    expect(await ledger.getPermit("p2")).toBeUndefined();
    // A withdrawal of nothing would not be written where the damage is.
    await expect(ledger.record([revoke(1, "nobody")])).rejects.toThrow("the file is damaged");
  });

  it("of a large call are in the table when it returns", async () => {
    const path = makePath();
    const { ledger } = await openAt(path);
    await ledger.record([issue({ id: "small" })]);
    await ledger.record(Array.from({ length: 9_000 }, (_, index) => issue({ id: `p${index}` })));
    expect(countIn(path, "plate")).toBe(9_001);
    expect(countIn(path, "ended")).toBe(9_001);
    expect((await find(ledger, ["ABC123"])).length).toBe(9_001);
  });
});

describe("permits that have ended", () => {
  it("are erased although they are new", async () => {
    const path = makePath();
    const { ledger } = await openAt(path);
    await ledger.record([issue({ id: "over", validTo: minute(10) }, 20, [])]);
    await ledger.record([issue({ id: "endless", validTo: null }, 20, [])]);
    expect(countIn(path, "ended")).toBe(1);
    expect(await ledger.erase({ endedBefore: minute(15), now: minute(20), limit: 10 })).toBe(1);
    expect(await idsOf(ledger, "ABC123")).toEqual(["endless"]);
    expect(countIn(path, "ended")).toBe(0);
    expect(countIn(path, "plate")).toBe(1);
  });

  it("are erased in the commit that records them", async () => {
    const path = makePath();
    const { ledger } = await openAt(path);
    await ledger.record([issue({ id: "other", validTo: null })]);
    const recording = ledger.record([issue({ id: "over", validTo: minute(10) }, 20, [])]);
    expect(await ledger.erase({ endedBefore: minute(15), now: minute(20), limit: 10 })).toBe(1);
    expect(await recording).toEqual(["recorded"]);
    expect(countIn(path, "plate")).toBe(1);
    expect(await idsOf(ledger, "ABC123")).toEqual(["other"]);
  });

  it("are erased by their last end: a later one, an earlier one, a withdrawal's", async () => {
    const { ledger } = await openAt(makePath());
    const ends = { later: 10, earlier: 600, revoked: 600, open: 10 };
    for (const [id, end] of Object.entries(ends))
      await ledger.record([issue({ id, validTo: minute(end) }, 0, [])]);
    await ledger.record([revise({ id: "later", revision: 2, validTo: minute(600) }, 1, [])]);
    await ledger.record([revise({ id: "earlier", revision: 2, validTo: minute(10) }, 1, [])]);
    await ledger.record([revoke(10, "revoked")]);
    await ledger.record([revise({ id: "open", revision: 2, validTo: null }, 1, [])]);
    expect(await ledger.erase({ endedBefore: minute(11), now: minute(20), limit: 10 })).toBe(2);
    const left = [];
    for (const id of Object.keys(ends)) if ((await ledger.getPermit(id)) !== undefined) left.push(id);
    expect(left).toEqual(["later", "open"]);
  });
});
