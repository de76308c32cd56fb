import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { makeLedger } from "../sqlite/folder.ts";
import { findQuickFolder } from "../sqlite/quick-folder.ts";
import { deliveryOf, forget, issue, minute, rightAt, updateOf } from "./fixtures.ts";

// Permits whose documents grow, so that SQLite moves them from page to page; and what is left of them in files.

/** Which permits are erased, by the number in their plate. */
type IsErased = (index: number) => boolean;

const PREFIX = "SEC";

/** Permits of one call. */
const PART = 200;

function plateOf(index: number): string {
  return `${PREFIX}${String(index).padStart(6, "0")}`;
}

function idOf(index: number): string {
  return `permit-${index}`;
}

/** A prime, so that each index comes once for any count that it does not divide. */
function indexAt(place: number, count: number): number {
  return (place * 7_919) % count;
}

/** Permits in another order than that of their plates, the holder's name the longer the higher the revision. */
function permitsAt(revision: number, count: number) {
  return Array.from({ length: count }, (_, place) => {
    const index = indexAt(place, count);
    const holder = "Jane Public ".repeat(1 + (index % 4) * (revision - 1));
    return issue({ id: idOf(index), revision, plates: [parsePlate(plateOf(index))], holder });
  });
}

/** Records permits, lets their documents and those of their deliveries grow, and leaves all of them delivered. */
async function recordGrowing(ledger: Ledger, count: number): Promise<void> {
  await ledger.record(permitsAt(1, count));
  for (const revision of [2, 3, 4]) {
    const permits = permitsAt(revision, count);
    for (let from = 0; from < count; from += PART) await ledger.record(permits.slice(from, from + PART));
  }
  for (;;) {
    const claimed = await ledger.claim({
      limits: new Map([["passport", 100]]),
      now: minute(0),
      leaseMs: 60_000,
    });
    if (claimed.length === 0) return;
    await ledger.save(
      claimed.map((one) => {
        const right = rightAt(`Zone of ${one.permitId}`);
        const number = one.stored?.permit.plates[0]?.number ?? "";
        const registration = { ...right.registration, plate: { number } };
        return updateOf(one, { delivery: deliveryOf([{ ...right, registration, receipt: null }]) });
      }),
    );
  }
}

/** Revises the permits that are kept, so that their pages are written again. */
export async function reviseKept(ledger: Ledger, count: number, isErased: IsErased): Promise<void> {
  const permits = permitsAt(5, count).filter((_, place) => !isErased(indexAt(place, count)));
  for (let from = 0; from < permits.length; from += PART)
    await ledger.record(permits.slice(from, from + PART));
}

/** Forgets some permits, and erases them. Returns their number. */
async function eraseSome(ledger: Ledger, count: number, isErased: IsErased): Promise<number> {
  const indexes = Array.from({ length: count }, (_, index) => index).filter(isErased);
  await ledger.record(indexes.map((index) => forget(1, idOf(index))));
  let total = 0;
  for (let erased = 500; erased === 500; ) {
    erased = await ledger.erase({ endedBefore: minute(0), now: minute(2), limit: 500 });
    total += erased;
  }
  return total;
}

/** The plates of erased permits in each file of a folder, by its name; files without one are left out. */
export function findErased(folder: string, isErased: IsErased): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const name of readdirSync(folder)) {
    const plates = readFileSync(join(folder, name), "latin1").match(/SEC\d{6}/g) ?? [];
    const erased = plates.filter((plate) => isErased(Number(plate.slice(PREFIX.length))));
    if (erased.length > 0) found[name] = erased;
  }
  return found;
}

/** A folder that is written fast, and removed when the test ends. */
export function makeQuickFolder(): string {
  const folder = mkdtempSync(join(findQuickFolder(), "ledger-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A ledger with permits that have grown, of which some are erased. */
export async function openErased(count: number, isErased: IsErased) {
  const folder = makeQuickFolder();
  const path = join(folder, "ledger.db");
  const { ledger } = makeLedger(path);
  await ledger.open();
  await recordGrowing(ledger, count);
  const erased = await eraseSome(ledger, count, isErased);
  return { folder, path, ledger, erased };
}

export async function expectSound(path: string): Promise<void> {
  const database = new DatabaseSync(path, { readOnly: true });
  expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  database.close();
}
