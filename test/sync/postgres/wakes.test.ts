import { describe, expect, it } from "vitest";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { claimAll, createLedgers, issue } from "./ledgers.ts";

const ledgers = createLedgers();

describe("a machine that watches", () => {
  it("hears at once, and not by a timer, of what another one recorded", { timeout: 120_000 }, async () => {
    const [recorder, worker] = [await ledgers.open(), await ledgers.open()];
    const wakes = createWakes(worker);
    await claimAll(worker);
    await recorder.record([issue("P-warm-up")]);
    await wakes.next("push");
    // Hearing by a timer takes two seconds or more each time: 150 of them outlast the test.
    for (let round = 0; round < 150; round++) {
      const heard = wakes.next("push");
      await recorder.record([issue(`P-${round}`, {}, new Date())]);
      await heard;
      const claimed = await claimAll(worker, new Date());
      await worker.save(claimed.map((claim) => ({ ...claim, release: { dueAt: null, settled: true } })));
    }
  });

  it("hears of a provider whose id no queue could bear, and not of others", async () => {
    const [recorder, worker] = [await ledgers.open(), await ledgers.open()];
    const wakes = createWakes(worker);
    const providerId = "hotspot: Ville de Québec — 'Vieux-Port'";
    await worker.claim({ limits: new Map([[providerId, 1]]), now: new Date(), leaseMs: 1_000 });
    await recorder.record([issue("P-1")]);
    await recorder.record([{ ...issue("P-2"), providerIds: [providerId] }]);
    await wakes.next(providerId);
    expect(wakes.heard).not.toContain("push");
  });

  it("hears again after its connection was ended, also of what was recorded meanwhile", async () => {
    const [recorder, worker] = [await ledgers.open(), await ledgers.open()];
    const wakes = createWakes(worker);
    await claimAll(worker);
    await recorder.record([issue("P-1")]);
    await wakes.next("push");
    await recorder.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%'`,
    );
    wakes.heard.length = 0;
    await recorder.record([issue("P-2")]);
    await wakes.next("push");
    wakes.heard.length = 0;
    await recorder.record([issue("P-3")]);
    await wakes.next("push");
  });

  it("is woken when the time has come that another one, now gone, was to look again", async () => {
    const [gone, worker] = [await ledgers.open(), await ledgers.open()];
    await gone.record([issue("P-1")]);
    const [claim] = await claimAll(gone);
    if (claim === undefined) throw new Error("nothing was claimed");
    const dueAt = new Date(Date.now() + 1_500);
    await gone.save([{ ...claim, release: { dueAt, settled: true } }]);
    await gone.close();
    const wakes = createWakes(worker);
    await worker.claim({ limits: new Map([["push", 1]]), now: new Date(), leaseMs: 1_000 });
    await wakes.next("push", (at) => at >= dueAt.getTime());
  });

  it("keeps no more than one waiting job for the future of a provider", async () => {
    const ledger = await ledgers.open();
    await ledger.record(Array.from({ length: 50 }, (_, index) => issue(`P-${index}`)));
    for (const [index, claim] of (await claimAll(ledger)).entries()) {
      const dueAt = new Date(Date.now() + (60 - index) * 60_000);
      await ledger.save([{ ...claim, release: { dueAt, settled: true } }]);
    }
    const jobs = () =>
      ledger.pool.query(
        `SELECT start_after FROM ${ledgers.schema}_pgboss.job WHERE name = 'wake-later' AND state = 'created'`,
      );
    await expect.poll(async () => (await jobs()).rows.length).toBe(1);
  });
});

function createWakes(ledger: Ledger) {
  const heard: string[] = [];
  const waiting: (() => void)[] = [];
  ledger.watch?.((providerId) => {
    heard.push(providerId);
    for (const resolve of waiting.splice(0)) resolve();
  });
  return {
    heard,
    async next(providerId: string, isLateEnough: (at: number) => boolean = () => true): Promise<void> {
      for (;;) {
        const before = heard.length;
        await new Promise<void>((resolve) => waiting.push(resolve));
        if (heard.slice(before).includes(providerId) && isLateEnough(Date.now())) return;
      }
    },
  };
}
