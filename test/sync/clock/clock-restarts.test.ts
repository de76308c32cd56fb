import { expect, it } from "vitest";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { permit, START, scriptedSync } from "../scripted-sync.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;

const inDays = (days: number) => new Date(START + days * DAY_MS).toISOString();

it("still cancels permits that had ended by a clock that was a year ahead for a minute", async () => {
  const { sync, vendor, jump, pass, until } = scriptedSync();
  const alpha = vendor();
  await until(sync.start());
  await until(sync.issueMany([permit("ENDS", { validTo: inDays(100) }), permit("OPEN", { validTo: null })]));
  await until(sync.idle());
  jump(YEAR_MS);
  await until(sync.refresh());
  await pass(MINUTE_MS);
  jump(-YEAR_MS);
  await pass(MINUTE_MS);
  expect(alpha.live.size).toBe(2);
  await until(sync.revoke("ENDS"));
  await until(sync.revoke("OPEN"));
  await until(sync.idle());
  expect(alpha.live.size).toBe(0);
  expect(alpha.requests.at(-1)).toMatch(/^cancel /);
  await until(sync.stop());
});

it("corrects after a restart the instants that a clock five hours ahead had given from the start", async () => {
  const ledger = memoryLedger();
  const ahead = scriptedSync(["alpha"], { wrap: () => ledger, aheadMs: 5 * HOUR_MS });
  await ahead.until(ahead.sync.start());
  await ahead.until(ahead.sync.issueMany([permit("GONE"), permit("STAYS", { validTo: null })]));
  await ahead.until(ahead.sync.idle());
  await ahead.until(ahead.sync.revoke("GONE"));
  await ahead.until(ahead.sync.idle());
  await ahead.until(ahead.sync.stop());

  const right = scriptedSync(["alpha"], { wrap: () => ledger });
  await right.until(right.sync.start());
  await right.pass(MINUTE_MS);
  expect(right.vendor().requests.sort()).toEqual(["amend STAYS", "cancel GONE"]);
  expect((await right.until(right.sync.status())).providers).toMatchObject([{ pending: 0, failed: 0 }]);
  await right.until(right.sync.stop());

  const again = scriptedSync(["alpha"], { wrap: () => ledger, aheadMs: 5 * MINUTE_MS });
  await again.until(again.sync.start());
  await again.pass(MINUTE_MS);
  expect(again.vendor().requests).toEqual([]);
  await again.until(again.sync.stop());
});

it("does not trust a clock that is more than a day ahead of the ledger at a start", async () => {
  const ledger = memoryLedger();
  const before = scriptedSync(["alpha"], { wrap: () => ledger });
  await before.until(before.sync.start());
  await before.until(before.sync.issue(permit("KEPT", { validTo: inDays(100) })));
  await before.until(before.sync.idle());
  await before.until(before.sync.stop());

  const ahead = scriptedSync(["alpha"], { wrap: () => ledger, aheadMs: YEAR_MS });
  await ahead.until(ahead.sync.start());
  await ahead.pass(HOUR_MS);
  expect((await ahead.until(ahead.sync.status())).clock).toMatchObject({ against: "ledger" });
  expect(ahead.types()).toContain("clock_leapt");
  await ahead.until(ahead.sync.stop());

  // Another restart does not make it right.
  const still = scriptedSync(["alpha"], { wrap: () => ledger, aheadMs: YEAR_MS + 2 * HOUR_MS });
  await still.until(still.sync.start());
  await still.pass(2 * HOUR_MS);
  expect((await still.until(still.sync.status())).clock).toMatchObject({ against: "ledger" });
  expect(still.types()).not.toContain("erased");
  await still.pass(DAY_MS);
  expect((await still.until(still.sync.status())).clock).toBeNull();
  expect(still.types()).toContain("erased");
  await still.until(still.sync.stop());
});

it("keeps erasing in a sync that restarts every day and has nothing else to do", async () => {
  const ledger = memoryLedger();
  for (let day = 0; day < 5; day += 1) {
    const daily = scriptedSync(["alpha"], { wrap: () => ledger, aheadMs: day * DAY_MS, retentionMs: DAY_MS });
    await daily.until(daily.sync.start());
    if (day === 0) await daily.until(daily.sync.issue(permit("ENDS", { validTo: inDays(1) })));
    await daily.pass(DAY_MS - 10 * MINUTE_MS);
    expect((await daily.until(daily.sync.status())).clock).toBeNull();
    await daily.until(daily.sync.stop());
  }
  expect(await ledger.getPermit("ENDS")).toBeUndefined();
});

it("records no change before the ledger has saved a later instant", async () => {
  const ledger = memoryLedger();
  let known = Number.NEGATIVE_INFINITY;
  const recorded: { at: number; known: number }[] = [];
  const wrap = () => ({
    ...ledger,
    async noteClock(...note: Parameters<typeof ledger.noteClock>) {
      await ledger.noteClock(...note);
      // A write takes a while, during which nothing may be recorded.
      await new Promise((resolve) => setImmediate(resolve));
      known = note[0].latest?.getTime() ?? known;
    },
    record(...call: Parameters<typeof ledger.record>) {
      recorded.push({ at: now(), known });
      return ledger.record(...call);
    },
  });
  const { sync, now, pass, until } = scriptedSync(["alpha"], { wrap });
  await until(sync.start());
  for (let hour = 0; hour < 3; hour += 1) {
    await until(sync.issue(permit(`P${hour}`)));
    await pass(HOUR_MS);
  }
  await until(sync.stop());
  expect(recorded).toHaveLength(3);
  for (const { at, known } of recorded) expect(known).toBeGreaterThan(at);
});

it("searches the whole ledger at a start only when the clock is behind an instant in it", async () => {
  const ledger = memoryLedger();
  let rewinds = 0;
  const wrap = () => ({
    ...ledger,
    rewind(...call: Parameters<typeof ledger.rewind>) {
      rewinds += 1;
      return ledger.rewind(...call);
    },
  });
  const starts = [
    { aheadMs: 0, expected: 0 },
    { aheadMs: HOUR_MS, expected: 0 },
    { aheadMs: 0, expected: 1 },
  ];
  for (const [index, { aheadMs, expected }] of starts.entries()) {
    rewinds = 0;
    const { sync, pass, until } = scriptedSync(["alpha"], { wrap, aheadMs });
    await until(sync.start());
    await until(sync.issue(permit(`P${index}`)));
    await pass(MINUTE_MS);
    await until(sync.stop());
    expect(rewinds).toBe(expected);
  }
});

it("delivers the last changes that were recorded before the ledger's own clock went back while no process ran", async () => {
  const ledger = memoryLedger();
  let clock = () => START;
  const wrap = () => ({ ...ledger, now: () => new Date(clock()) });
  // This process records, and another one delivers. The ledger saves the current instant once a minute.
  const before = scriptedSync(["alpha"], { wrap });
  clock = before.now;
  await before.until(before.sync.issue(permit("FIRST")));
  await before.pass(MINUTE_MS / 2);
  await before.until(before.sync.issue(permit("SECOND")));

  const after = scriptedSync(["alpha"], { wrap, aheadMs: -2 * DAY_MS });
  clock = after.now;
  await after.until(after.sync.start());
  await after.pass(MINUTE_MS);
  expect(after.vendor().live.size).toBe(2);
  await after.until(after.sync.stop());
});
