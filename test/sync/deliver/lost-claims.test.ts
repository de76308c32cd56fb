import { describe, expect, it } from "vitest";
import type { ClaimedDelivery, DeliveryUpdate, Ledger } from "../../../src/sync/ledger/ledger.ts";
import { permit, START, scriptedSync } from "../scripted-sync.ts";

const MINUTE_MS = 60_000;

/** Durable sync whose claims another machine takes over when the test says so. */
function syncWithRival() {
  const given: { ledger?: Ledger } = {};
  let beforeSave: ((updates: readonly DeliveryUpdate[]) => Promise<void>) | undefined;
  const scripted = scriptedSync(["alpha"], {
    wrap(ledger) {
      given.ledger = ledger;
      return {
        ...ledger,
        async save(updates) {
          await beforeSave?.(updates);
          return ledger.save(updates);
        },
      };
    },
  });
  const ledger = given.ledger as Ledger;

  return {
    ...scripted,
    ledger,
    /** What happens the next time that `isMeant` is about to be written. */
    onceBefore(isMeant: (update: DeliveryUpdate) => boolean, act: () => Promise<void>) {
      beforeSave = async (updates) => {
        if (!updates.some(isMeant)) return;
        beforeSave = undefined;
        await act();
      };
    },
    /** Another machine takes the delivery, because for that machine the claim has expired. */
    async takeOver(permitId: string): Promise<ClaimedDelivery> {
      const now = new Date(scripted.now() + 2 * MINUTE_MS);
      const taken = await ledger.claimOne({ providerId: "alpha", permitId }, { now, leaseMs: MINUTE_MS });
      if (taken === undefined) throw new Error("It was not to be had.");
      return taken;
    },
    async giveBack(taken: ClaimedDelivery): Promise<void> {
      const release = { dueAt: new Date(START), settled: false };
      await ledger.save([{ ...taken, release }]);
    },
  };
}

const isKept = ({ release }: DeliveryUpdate) => release === undefined;

describe("a claim that another machine has taken over", () => {
  it("sends nothing that was not saved: the machine that holds the claim decides", async () => {
    const { sync, vendor, onceBefore, takeOver, giveBack, pass, until, types } = syncWithRival();
    let taken: ClaimedDelivery | undefined;
    onceBefore(isKept, async () => {
      taken = await takeOver("P1");
    });
    await until(sync.start());
    await until(sync.issueMany([permit("P1"), permit("P2")]));
    await pass(MINUTE_MS);
    expect(vendor().requests).toEqual(["register P2"]);
    await giveBack(taken as ClaimedDelivery);
    await until(sync.refresh());
    await until(sync.idle());
    expect(vendor().requests).toEqual(["register P2", "register P1"]);
    expect(types()).toEqual(["acknowledged", "acknowledged"]);
    await until(sync.stop());
  });

  it("saves nothing and emits no event for a request that ended meanwhile", async () => {
    const { sync, ledger, vendor, takeOver, giveBack, pass, until, types } = syncWithRival();
    const alpha = vendor();
    alpha.latencyMs = 5_000;
    await until(sync.start());
    await until(sync.issue(permit("P1")));
    await pass(1_000);
    expect(alpha.requests).toEqual(["register P1"]);
    const taken = await takeOver("P1");
    await pass(10_000);
    expect(types()).toEqual([]);
    await giveBack(taken);
    const [again] = await ledger.claim({ limits: new Map([["alpha", 1]]), now: new Date(START), leaseMs: 1 });
    expect(again?.delivery).toEqual(taken.delivery);
    await until(sync.refresh());
    await until(sync.idle());
    // By its reference it is the same registration.
    expect(alpha.requests).toEqual(["register P1", "register P1"]);
    expect(alpha.live.size).toBe(1);
    expect(types()).toEqual(["acknowledged"]);
    await until(sync.stop());
  });

  it("does not resume the old work when it is claimed again in the state that the other machine saved", async () => {
    const { sync, ledger, vendor, takeOver, pass, until, types } = syncWithRival();
    const alpha = vendor();
    alpha.latencyMs = 5_000;
    await until(sync.start());
    await until(sync.issue(permit("P1")));
    await pass(1_000);
    const taken = await takeOver("P1");
    const [right] = taken.delivery.rights;
    if (right === undefined) throw new Error("Nothing was decided.");
    const delivery = { ...taken.delivery, rights: [{ ...right, intent: null }], used: ["by the other"] };
    await ledger.save([{ ...taken, delivery, release: { dueAt: new Date(START), settled: false } }]);
    await until(sync.refresh());
    await pass(MINUTE_MS);
    expect(types()).toEqual(["acknowledged"]);
    await until(sync.revoke("P1"));
    await until(sync.idle());
    expect((await takeOver("P1")).delivery.used).toContain("by the other");
    expect(alpha.live.size).toBe(0);
    await until(sync.stop());
  });

  it("does not count as newer because the clock was set back", async () => {
    const claims: string[] = [];
    const { sync, vendor, jump, pass, until } = scriptedSync(["alpha"], {
      ...{ batchSize: 1, concurrency: 1 },
      wrap: (ledger) => ({
        ...ledger,
        async claim(request) {
          const claimed = await ledger.claim(request);
          claims.push(...claimed.map(({ permitId }) => permitId));
          return claimed;
        },
      }),
    });
    vendor().latencyMs = 16_000;
    await until(sync.start());
    await until(sync.issueMany([permit("P1"), permit("P2")]));
    await pass(15_000);
    jump(-10_000);
    await pass(10_000);
    // The delivery that waited behind the slow request is claimed again before it is sent.
    expect(claims.filter((id) => id === "P2")).toHaveLength(2);
    expect(vendor().requests).toEqual(["register P1", "register P2"]);
    await until(sync.stop());
  });
});
