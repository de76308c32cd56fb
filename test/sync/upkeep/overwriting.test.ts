import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { LedgerHealth } from "../../../src/sync/deliver/events.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { sqliteLedger } from "../../../src/sync/sqlite/index.ts";
import { createOverwriting } from "../../../src/sync/upkeep/overwriting.ts";
import { createVirtualTime } from "../histories/virtual-time.ts";
import { makeQuickFolder } from "../ledger/erased-plates.ts";
import { nextDue } from "../ledger/fixtures.ts";
import { permit, START, scriptedSync } from "../scripted-sync.ts";

const MINUTE_MS = 60_000;

/** Overwriting in virtual time, of a ledger with given answers; after how many minutes each step was requested. */
function makeOverwriting(answers: (boolean | Error)[] = []) {
  const time = createVirtualTime(START);
  const askedAt: number[] = [];
  const events: string[] = [];
  const ledger: Ledger = {
    ...memoryLedger(),
    async overwriteErased() {
      askedAt.push(time.elapsed() / MINUTE_MS);
      const answer = answers.shift() ?? true;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const overwriting = createOverwriting({
    openLedger: () => ledger,
    timers: time.createTimers(),
    health: new LedgerHealth(({ type }) => void events.push(type)),
  });
  return {
    overwriting,
    askedAt,
    events,
    hasTimer: () => time.untilNext() !== undefined,
    async pass(minutes: number): Promise<void> {
      for (let minute = 0; minute < minutes; minute += 1) {
        await pause(0);
        time.advance(MINUTE_MS);
        while (time.runDue()) await pause(0);
      }
      await pause(0);
    },
  };
}

it("starts at once, and then half an hour after the last time, however much is erased", async () => {
  const { overwriting, askedAt, pass } = makeOverwriting();
  overwriting.wake();
  await pass(5);
  expect(askedAt).toEqual([]);
  overwriting.start();
  overwriting.wake();
  await pass(0);
  expect(askedAt).toEqual([5]);
  await pass(10);
  overwriting.wake();
  await pass(10);
  overwriting.wake();
  await pass(100);
  expect(askedAt).toEqual([5, 35]);
  overwriting.wake();
  await pass(0);
  expect(askedAt).toEqual([5, 35, 125]);
});

it("tries again a minute later when a program reads or the ledger fails", async () => {
  const { overwriting, askedAt, events, pass } = makeOverwriting([false, false, new Error("disk"), true]);
  overwriting.start();
  overwriting.wake();
  await pass(100);
  expect(askedAt).toEqual([0, 1, 2, 3]);
  expect(events).toEqual(["ledger_failed"]);
});

it("leaves no timer when it is stopped, and continues when it is started again", async () => {
  const { overwriting, askedAt, hasTimer, pass } = makeOverwriting([false]);
  overwriting.start();
  overwriting.wake();
  await pass(0);
  overwriting.stop();
  await pass(5);
  expect(hasTimer()).toBe(false);
  expect(askedAt).toEqual([0]);
  overwriting.start();
  overwriting.wake();
  await pass(0);
  expect(askedAt).toEqual([0, 5]);
});

it("within an hour after retention erased a permit, no file of the ledger contains a byte of it", async () => {
  const folder = makeQuickFolder();
  const ledger = sqliteLedger({ path: join(folder, "ledger.db") });
  onTestFinished(() => ledger.close());
  await ledger.open();
  const isThere = () =>
    readdirSync(folder).some((name) => readFileSync(join(folder, name), "latin1").includes("SECRET77"));
  const { sync, until, pass, types } = scriptedSync([], {
    retentionMs: 24 * 60 * MINUTE_MS,
    wrap: () => ledger,
    // The thread that writes answers in the order in which it was asked.
    settle: async () => {
      for (let round = 0; round < 12; round += 1) await nextDue(ledger, "alpha");
    },
  });
  const plates = [parsePlate("SECRET77")];
  await until(sync.issue(permit("P1", { plates, validTo: new Date(START + MINUTE_MS) })));
  await sync.start();
  expect(isThere()).toBe(true);
  await pass(26 * 60 * MINUTE_MS);
  expect(types()).toContain("erased");
  expect(isThere()).toBe(false);
  await until(sync.stop());
});
