import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, vi } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { DAMAGED } from "../../../src/sync/sqlite/errors.ts";
import { find, forget, issue, minute, revise, revoke } from "../ledger/fixtures.ts";
import { makeFolder, makeLedger } from "./folder.ts";

const makePath = () => join(makeFolder(), "ledger.db");

async function idsOf(ledger: Ledger, ...plateNumbers: string[]): Promise<string[]> {
  return (await find(ledger, plateNumbers)).map(({ id }) => id).sort();
}

/** How many rows a table of the file has now. */
function countIn(path: string, table: "plate" | "ended"): number {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return Number(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.["count"]);
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

async function openWith(path: string, mostRecent: number) {
  const made = makeLedger(path, { mostRecent });
  await made.ledger.open();
  return made;
}

describe("plates of new permits", () => {
  it("are found before and after they are in the table of plates, each permit once", async () => {
    const path = makePath();
    const { ledger, getOpened } = await openWith(path, 3);
    const plates = [parsePlate("AAA 1"), parsePlate("BBB 2")];
    await ledger.record([issue({ id: "p1", plates })]);
    await ledger.record([issue({ id: "p2", plates: [parsePlate("AAA 1")] })]);
    expect(countIn(path, "plate")).toBe(0);
    expect(await idsOf(ledger, "AAA1")).toEqual(["p1", "p2"]);
    expect(await idsOf(ledger, "AAA1", "BBB2")).toEqual(["p1", "p2"]);
    await ledger.record([issue({ id: "p3", plates })]);
    await getOpened().indexing.addToIndexes();
    expect(countIn(path, "plate")).toBe(5);
    expect(getOpened().recent.find("university", "AAA1").size).toBe(0);
    expect(await idsOf(ledger, "AAA1")).toEqual(["p1", "p2", "p3"]);
    // One that is in the table and recent as well.
    await ledger.record([revise({ id: "p1", revision: 2, plates })]);
    expect(await idsOf(ledger, "AAA1")).toEqual(["p1", "p2", "p3"]);
  });

  it("follow what becomes of a permit that is not in the table yet", async () => {
    const { ledger, getOpened } = await openWith(makePath(), 100);
    for (const id of ["p1", "p2", "p3", "p4"]) await ledger.record([issue({ id })]);
    await ledger.record([revise({ id: "p1", revision: 2, plates: [parsePlate("NEW 1")] })]);
    await ledger.record([revoke(1, "p2")]);
    await ledger.record([forget(1, "p3")]);
    const judge = async () => {
      expect(await idsOf(ledger, "ABC123")).toEqual(["p4"]);
      expect(await idsOf(ledger, "NEW1")).toEqual(["p1"]);
    };
    await judge();
    await getOpened().indexing.addToIndexes();
    await judge();
    // A revoked permit that is issued again.
    await ledger.record([issue({ id: "p2", revision: 2 })]);
    expect(await idsOf(ledger, "ABC123")).toEqual(["p2", "p4"]);
  });

  it("belong to their company only", async () => {
    const { ledger } = await openWith(makePath(), 100);
    await ledger.record([issue({ id: "p1" })]);
    await ledger.record([issue({ id: "p2", companyId: "city" })]);
    expect(await idsOf(ledger, "ABC123")).toEqual(["p1"]);
    expect((await find(ledger, ["ABC123"], "city")).map(({ id }) => id)).toEqual(["p2"]);
  });

  it("are found after a process was killed before it had added them", async () => {
    const path = makePath();
    const { ledger } = await openWith(path, 3);
    for (const id of ["p1", "p2", "p3", "p4", "p5"]) await ledger.record([issue({ id })]);
    await ledger.record([revoke(1, "p4")]);
    const copy = copyAsKilled(path);
    expect(countIn(copy, "plate")).toBeLessThan(4);
    const { ledger: after } = await openWith(copy, 100);
    expect(await idsOf(after, "ABC123")).toEqual(["p1", "p2", "p3", "p5"]);
    await after.close();
    // A ledger that is closed leaves nothing to be added.
    expect(countIn(copy, "plate")).toBe(4);
  });

  it("are found as recent ones for as long as adding them fails", async () => {
    const path = makePath();
    const { ledger, getOpened } = await openWith(path, 100);
    const { writer, indexing } = getOpened();
    await ledger.record([issue({ id: "p1" })]);
    // A disk that takes nothing more.
    await writer.ask("pragma", "query_only = 1");
    await indexing.addToIndexes();
    await expect(ledger.record([issue({ id: "p2" })])).rejects.toThrow();
    expect(await idsOf(ledger, "ABC123")).toEqual(["p1"]);
    await writer.ask("pragma", "query_only = 0");
    expect(countIn(path, "plate")).toBe(0);
    await ledger.record([issue({ id: "p3" })]);
    await indexing.addToIndexes();
    expect(countIn(path, "plate")).toBe(2);
    expect(await idsOf(ledger, "ABC123")).toEqual(["p1", "p3"]);
  });

  it("are added until few are left, however many come at once", async () => {
    const path = makePath();
    const { ledger, getOpened } = await openWith(path, 100);
    await Promise.all(
      Array.from({ length: 9_000 }, (_, index) => ledger.record([issue({ id: `p${index}` })])),
    );
    await vi.waitFor(() => expect(countIn(path, "plate")).toBeGreaterThan(8_900), 120_000);
    expect(getOpened().recent.count).toBeLessThan(100);
  });

  it("of calls that are refused because the file is damaged are not kept in memory", async () => {
    const { ledger, getOpened } = await openWith(makePath(), 100);
    getOpened().writer.fail(DAMAGED);
    await expect(ledger.record([issue({ id: "p1" })])).rejects.toThrow("the file is damaged");
    expect(getOpened().recent.find("university", "ABC123").size).toBe(0);
  });

  it("cannot be added to a damaged table: then every call is refused, as for all damage", async () => {
    const path = makePath();
    const { ledger, getOpened } = await openWith(path, 100);
    const { writer, indexing } = getOpened();
    await ledger.record([issue({ id: "p1" })]);
    await indexing.addToIndexes();
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
    // A new permit is not written where the damage is.
    expect(await ledger.record([issue({ id: "p2" })])).toEqual(["recorded"]);
    await indexing.addToIndexes();
    await expect(ledger.record([issue({ id: "p3" })])).rejects.toThrow("the file is damaged");
  });

  it("of a large call are in the table when it returns, and are not kept in memory", async () => {
    const path = makePath();
    const { ledger, getOpened } = await openWith(path, 100);
    await ledger.record([issue({ id: "small" })]);
    await ledger.record(Array.from({ length: 9_000 }, (_, index) => issue({ id: `p${index}` })));
    expect(countIn(path, "plate")).toBe(9_001);
    expect(countIn(path, "ended")).toBe(9_001);
    expect(getOpened().recent.count).toBe(1);
    expect((await find(ledger, ["ABC123"])).length).toBe(9_001);
  });
});

describe("permits that have ended", () => {
  it("are erased although they are new, and no memory of their plates is kept", async () => {
    const path = makePath();
    const { ledger, getOpened } = await openWith(path, 100);
    await ledger.record([issue({ id: "over", validTo: minute(10) }, 20, [])]);
    await ledger.record([issue({ id: "endless", validTo: null }, 20, [])]);
    expect(getOpened().recent.find("university", "ABC123").size).toBe(2);
    expect(await ledger.erase({ endedBefore: minute(15), now: minute(20), limit: 10 })).toBe(1);
    expect(getOpened().recent.find("university", "ABC123").size).toBe(0);
    expect(await idsOf(ledger, "ABC123")).toEqual(["endless"]);
    expect(countIn(path, "ended")).toBe(0);
  });

  it("leave nothing in memory although new permits were being added when they were erased", async () => {
    const { ledger, getOpened } = await openWith(makePath(), 100);
    const { indexing, recent } = getOpened();
    await ledger.record([issue({ id: "other", validTo: null })]);
    const adding = indexing.addToIndexes();
    const recording = ledger.record([issue({ id: "over", validTo: minute(10) }, 20, [])]);
    expect(await ledger.erase({ endedBefore: minute(15), now: minute(20), limit: 10 })).toBe(1);
    expect(await recording).toEqual(["recorded"]);
    await adding;
    expect(recent.find("university", "ABC123").size).toBe(0);
    expect(await idsOf(ledger, "ABC123")).toEqual(["other"]);
  });

  it("are erased by their last end: a later one, an earlier one, a withdrawal's", async () => {
    const { ledger } = await openWith(makePath(), 1);
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
