import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EnforcementError } from "../../../src/core/errors.ts";
import { explainPermit } from "../../../src/sync/explain/explain-permit.ts";
import { showInstant } from "../../../src/sync/explain/words.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import type { OutageChange } from "../../../src/sync/ledger/provider-notes.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { sqliteLedger } from "../../../src/sync/sqlite/sqlite-ledger.ts";
import { sqliteReader } from "../../../src/sync/sqlite/sqlite-reader.ts";
import { issue } from "../ledger/fixtures.ts";
import { permit, type ScriptedSync, START, scriptedSync } from "../scripted-sync.ts";

const away = () =>
  new EnforcementError("unavailable", "The vendor does not answer.", { attempts: 1, outcome: "unknown" });

async function outagesOf(ledger: Ledger, permitId = "P1") {
  return (await ledger.readRecord(permitId))?.deliveries[0]?.outages;
}

/** A ledger that notes which changes of breakers it was told, and fails them while the test says so. */
function watchedNotes(): { ledger: Ledger; told: OutageChange[]; fail: (isFailing: boolean) => void } {
  const inner = memoryLedger();
  const told: OutageChange[] = [];
  let isFailing = false;
  const ledger: Ledger = {
    ...inner,
    async noteOutage(change) {
      told.push(change);
      if (isFailing) throw new EnforcementError("unavailable", "ledger: the disk is full.");
      await inner.noteOutage(change);
    },
  };
  return {
    ledger,
    told,
    fail(value) {
      isFailing = value;
    },
  };
}

/** Lets the vendor's breaker open, with a permit that waits. */
async function goDown({ sync, vendor, until, pass }: ScriptedSync): Promise<Date> {
  vendor().answer = away;
  await sync.start();
  await until(sync.issue(permit("P1")));
  await pass(60_000);
  const downSince = (await sync.status()).providers[0]?.breaker.downSince;
  if (downSince === undefined || downSince === null) throw new Error("The breaker is closed.");
  return downSince;
}

describe("outages in the ledger", () => {
  it("has the opening and the closing of a breaker, with its code", async () => {
    const scripted = scriptedSync();
    const downSince = await goDown(scripted);
    expect(await outagesOf(scripted.ledger)).toEqual([{ downSince, code: "unavailable", upAt: null }]);
    scripted.vendor().answer = () => undefined;
    await scripted.until(scripted.sync.idle());
    const [outage, ...others] = (await outagesOf(scripted.ledger)) ?? [];
    expect(others).toEqual([]);
    expect(outage?.upAt?.getTime()).toBeGreaterThan(downSince.getTime());
    await scripted.until(scripted.sync.stop());
  });

  it("is closed by the first answer to another process, after one died while its breaker was open", async () => {
    const ledger = memoryLedger();
    const first = scriptedSync(["alpha"], { wrap: () => ledger });
    const downSince = await goDown(first);
    // The process dies: nothing of it goes on.
    const second = scriptedSync(["alpha"], { wrap: () => ledger, aheadMs: 200_000 });
    const { entries } = await explainPermit({ ledger, permitId: "P1", clock: () => new Date(second.now()) });
    expect(entries[0]).toMatchObject({ status: "on_its_way", breakerOpenSince: downSince });
    // The live breaker goes before what the ledger was told.
    const live = await second.until(second.sync.explain("P1"));
    expect(live.entries[0]).not.toHaveProperty("breakerOpenSince");
    await second.sync.start();
    await second.until(second.sync.idle());
    const [outage] = (await outagesOf(ledger)) ?? [];
    expect(outage).toMatchObject({ downSince, code: "unavailable" });
    expect(outage?.upAt?.getTime()).toBeGreaterThan(START + 200_000);
    await second.until(second.sync.stop());
  });

  it("costs a write at the first answer, and none for any other delivery", async () => {
    const { ledger, told } = watchedNotes();
    const { sync, until } = scriptedSync(["alpha"], { wrap: () => ledger, batchSize: 1 });
    await sync.start();
    for (let count = 0; count < 5; count += 1) await until(sync.issue(permit(`P${count}`)));
    await until(sync.idle());
    expect(told).toEqual([{ providerId: "alpha", at: expect.any(Date), code: null }]);
    await until(sync.stop());
  });

  it("writes once an hour that a vendor answers where other processes share the ledger", async () => {
    const { ledger, told } = watchedNotes();
    const shared: Ledger = { ...ledger, watch: () => () => {} };
    const { sync, until, pass } = scriptedSync(["alpha"], { wrap: () => shared, batchSize: 1 });
    await sync.start();
    for (let hour = 0; hour < 3; hour += 1) {
      for (let count = 0; count < 3; count += 1) await until(sync.issue(permit(`P${hour}-${count}`)));
      await until(sync.idle());
      await pass(3_600_000);
    }
    expect(told).toHaveLength(3);
    await until(sync.stop());
  });

  it("stops no delivery when it cannot be written, and is written with the next answer", async () => {
    const { ledger, told, fail } = watchedNotes();
    const scripted = scriptedSync(["alpha", "beta"], { wrap: () => ledger });
    fail(true);
    const downSince = await goDown(scripted);
    expect(scripted.types()).toContain("ledger_failed");
    expect(scripted.vendor("beta").live.size).toBe(1);
    expect(await outagesOf(ledger)).toEqual([]);
    fail(false);
    await scripted.until(scripted.sync.issue(permit("P2")));
    await scripted.pass(1_000);
    expect(await outagesOf(ledger)).toEqual([{ downSince, code: "unavailable", upAt: null }]);
    scripted.vendor().answer = () => undefined;
    await scripted.until(scripted.sync.idle());
    expect((await outagesOf(ledger))?.[0]?.upAt).toBeInstanceOf(Date);
    expect(told.length).toBeGreaterThan(3);
    await scripted.until(scripted.sync.stop());
  });
});

describe("a reader beside the process that delivers", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "explain-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("says since when the vendor is down, without its breaker", async () => {
    const path = join(folder, "permits.db");
    const ledger = sqliteLedger({ path });
    await ledger.open();
    const downSince = new Date(START + 60_000);
    await ledger.record([issue({ id: "P1", validTo: null }, 0, ["alpha"])]);
    await ledger.noteOutage({ providerId: "alpha", at: downSince, code: "unavailable" });
    const reader = sqliteReader({ path });
    const clock = () => new Date(START + 120_000);
    const { entries, sentences } = await explainPermit({ ledger: reader, permitId: "P1", clock });
    expect(entries).toMatchObject([{ status: "on_its_way", breakerOpenSince: downSince }]);
    expect(sentences[1]).toContain(`the vendor has been down since ${showInstant(downSince)}`);
    await ledger.noteOutage({ providerId: "alpha", at: clock(), code: null });
    const later = await explainPermit({ ledger: reader, permitId: "P1", clock });
    expect(later.entries[0]).not.toHaveProperty("breakerOpenSince");
    await reader.close();
    await ledger.close();
  });
});
