import { describe, expect, it } from "vitest";
import { EnforcementError } from "../../../src/core/errors.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { createActivity } from "../histories/activity.ts";
import { createWatchedLedger } from "../histories/watched-ledger.ts";
import { permit, scriptedSync } from "../scripted-sync.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const away = new EnforcementError("unavailable", "It is away.", { attempts: 1, outcome: "unknown" });

/** Durable sync over a ledger that really takes time, in virtual time. */
function syncOver(ledger: Ledger) {
  const activity = createActivity();
  const watched = createWatchedLedger({
    ...{ ledger, activity, passCrashPoint: () => false, takeFailure: () => false },
    observer: { onClaim() {}, onSave() {}, onSaved() {} },
  });
  return scriptedSync(["alpha"], {
    wrap: () => watched,
    async settle() {
      for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await activity.settle();
    },
  });
}

const many = (count: number, changes: Parameters<typeof permit>[1] = {}) =>
  Array.from({ length: count }, (_, index) => permit(`P${index}`, changes));

/** Deliveries whose clock is set back while their vendor is down. */
export function describeClockSetBack(place: string, openLedger: () => Promise<Ledger>): void {
  describe(`a clock that is set back while a vendor is away, with a ledger in ${place}`, () => {
    it.each([
      ["shortly after the outage began", 2 * MINUTE_MS, HOUR_MS],
      ["after hours of the outage", 5 * HOUR_MS, HOUR_MS],
      ["by less than the wait before an attempt", 30 * MINUTE_MS, 50_000],
      ["by three days", 10 * MINUTE_MS, 3 * 24 * HOUR_MS],
    ])("%s: waiting deliveries are counted, and resume when the vendor does", async (_, awayMs, backMs) => {
      const { sync, vendor, pass, until, jump } = syncOver(await openLedger());
      const alpha = vendor();
      await until(sync.start());
      await until(sync.issueMany([permit("DONE1"), permit("DONE2", { validTo: null })]));
      await until(sync.issue(permit("LATER", { validFrom: "2026-10-30T00:00:00Z" })));
      await until(sync.idle());
      alpha.answer = () => away;
      await until(sync.issueMany(many(20)));
      await pass(awayMs);
      jump(-backMs);
      const [counted] = (await until(sync.status())).providers;
      // Deliveries that were decided at an instant that is ahead now are planned again: DONE1 and DONE2. Of deliveries
      // that are due equally long, a ledger may give them first, and then nothing is left to do for them.
      expect(counted?.pending).toBeGreaterThanOrEqual(20);
      expect(counted?.pending).toBeLessThanOrEqual(backMs > awayMs ? 22 : 20);
      expect(counted?.failed).toBe(0);
      await pass(MINUTE_MS);
      const [waiting] = (await until(sync.status())).providers;
      expect(waiting?.pending).toBeGreaterThanOrEqual(20);
      expect(waiting?.failed).toBe(0);
      alpha.answer = () => undefined;
      await pass(2 * MINUTE_MS);
      expect(alpha.live.size).toBe(22);
      expect((await until(sync.status())).providers).toMatchObject([{ pending: 0, failed: 0 }]);
      await until(sync.stop());
    });

    it("also delivers changes that were recorded and never tried", async () => {
      const { sync, vendor, pass, until, jump } = syncOver(await openLedger());
      const alpha = vendor();
      await until(sync.issueMany(many(3)));
      jump(-HOUR_MS);
      expect((await until(sync.status())).providers).toMatchObject([{ pending: 3 }]);
      await until(sync.start());
      await pass(1_000);
      expect(alpha.live.size).toBe(3);
      await until(sync.stop());
    });

    it("continues after a restart at the earlier time", async () => {
      const ledger = await openLedger();
      const first = syncOver(ledger);
      first.vendor().answer = () => away;
      await first.until(first.sync.start());
      await first.until(first.sync.issueMany(many(5)));
      await first.pass(10 * MINUTE_MS);
      await first.until(first.sync.stop());

      const second = syncOver(ledger);
      second.jump(-HOUR_MS);
      await second.until(second.sync.start());
      await second.pass(2 * MINUTE_MS);
      expect(second.vendor().live.size).toBe(5);
      await second.until(second.sync.stop());
    });

    it("sends nothing before its planned time", async () => {
      const { sync, vendor, now, pass, until, jump } = syncOver(await openLedger());
      const alpha = vendor();
      await until(sync.start());
      const validFrom = new Date(now() + 24 * HOUR_MS + 30 * MINUTE_MS).toISOString();
      await until(sync.issue(permit("SOON", { validFrom })));
      await pass(10 * MINUTE_MS);
      jump(-HOUR_MS);
      await pass(75 * MINUTE_MS);
      expect(alpha.live.size).toBe(0);
      expect((await until(sync.status())).providers).toMatchObject([{ pending: 0 }]);
      await pass(10 * MINUTE_MS);
      expect(alpha.live.size).toBe(1);
      await until(sync.stop());
    });
  });
}
