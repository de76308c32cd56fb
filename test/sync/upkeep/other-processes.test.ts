import { expect, it } from "vitest";
import { readPermit } from "../../../src/core/permit/permit.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { permit, scriptedSync } from "../scripted-sync.ts";

// Another process works with the same ledger, and the sync of this one gets no notice of what it plans.

const IDS = ["alpha", "beta", "gamma"];

/** A ledger that other processes share, whose notices a test sends. It counts what a sync asks it. */
function sharedSync() {
  const asked: string[] = [];
  let notify: (providerId?: string) => void = () => {};
  const scripted = scriptedSync(IDS, {
    wrap: (inner: Ledger): Ledger => ({
      ...inner,
      claim(request) {
        asked.push(`claim ${[...request.limits.keys()]}`);
        return inner.claim(request);
      },
      findNextDue(providerIds) {
        asked.push(`next ${providerIds}`);
        return inner.findNextDue(providerIds);
      },
      watch(onDue) {
        notify = onDue;
        return () => {};
      },
    }),
  });
  const record = (providerId: string) =>
    scripted.ledger.record([
      {
        kind: "issue",
        permit: readPermit(permit("P1")),
        providerIds: [providerId],
        at: new Date(scripted.now()),
      },
    ]);
  return { ...scripted, asked, record, notify: (providerId?: string) => notify(providerId) };
}

it("takes over what a process that died had claimed, when its claim ends", async () => {
  const { sync, ledger, record, vendor, now, pass, until } = sharedSync();
  await sync.start();
  await pass(10);
  await record("alpha");
  await ledger.claim({ limits: new Map([["alpha", 1]]), now: new Date(now()), leaseMs: 55_000 });
  await pass(54_000);
  expect(vendor("alpha").requests).toEqual([]);
  await pass(2_000);
  expect(vendor("alpha").requests).toEqual(["register P1"]);
  await until(sync.stop());
});

it("delivers at the instant that a process which died had planned", async () => {
  const { sync, ledger, record, vendor, now, pass, until } = sharedSync();
  await sync.start();
  await pass(10);
  await record("beta");
  const request = { now: new Date(now()), leaseMs: 60_000 };
  const [claim] = await ledger.claim({ limits: new Map([["beta", 1]]), ...request });
  if (claim === undefined) throw new Error("The other process got nothing.");
  const dueAt = new Date(now() + 40_000);
  await ledger.save([{ ...claim, release: { dueAt, settled: false } }]);
  await pass(39_900);
  expect(vendor("beta").requests).toEqual([]);
  await pass(200);
  expect(vendor("beta").requests).toEqual(["register P1"]);
  await until(sync.stop());
});

it("asks for all providers together, twice a minute, and claims for those alone that have something", async () => {
  const { sync, asked, record, notify, pass, until, hasTimer } = sharedSync();
  await sync.start();
  await pass(10);
  asked.length = 0;
  await pass(60_000);
  expect(asked).toEqual([`next ${IDS}`, `next ${IDS}`]);
  asked.length = 0;
  await record("gamma");
  notify("gamma");
  await pass(1_000);
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.every((question) => question.endsWith(" gamma"))).toBe(true);
  asked.length = 0;
  notify("of another process alone");
  await pass(1_000);
  expect(asked).toEqual([]);
  await until(sync.stop());
  expect(hasTimer()).toBe(false);
});

it("looks at all providers when notices may have been missed", async () => {
  const { sync, record, notify, vendor, pass, until } = sharedSync();
  await sync.start();
  await pass(10);
  await record("alpha");
  notify();
  await pass(1_000);
  expect(vendor("alpha").requests).toEqual(["register P1"]);
  await until(sync.stop());
});
