import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { PushProvider, RegistrationPage } from "../../../src/core/provider.ts";
import type { ProviderState } from "../../../src/sync/ledger/delivery.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { Pace } from "../../../src/sync/pace/pace.ts";
import { type ReconcileContext, reconcileProvider } from "../../../src/sync/reconcile/reconcile.ts";
import { passportSetup } from "../../../src/vendors/passport/setup.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

const NOW = new Date("2026-09-15T12:00:00.000Z");
const FROM = "2026-09-01T00:00:00.000Z";
const TO = "2026-12-31T00:00:00.000Z";
const PER_TARGET = 500;
const PAGE = 100;
const MIB = 2 ** 20;

const referenceOf = (index: number) => `0ff57ee7-0000-8000-a000-${String(index).padStart(12, "0")}`;
const plateOf = (index: number) => ({ number: `P${index}`, region: "CA-NB" });
// The vendor has lost one right in a hundred, and shows one of another system for each of sync's.
const isLost = (index: number) => index % 100 === 7;

/** A ledger and a vendor that create their rows when these are read: none of them is kept in memory. */
function madeUp(count: number): Pick<ReconcileContext, "provider" | "ledger"> & { vendorRows: () => number } {
  let vendorRows = 0;
  const targets = Math.ceil(count / PER_TARGET);
  const indexesAt = (target: string) => {
    const first = Number(target.slice(1)) * PER_TARGET;
    return Array.from({ length: Math.min(PER_TARGET, count - first) }, (_, offset) => first + offset);
  };
  async function* listRegistrations({ target }: { target: string }): AsyncGenerator<RegistrationPage> {
    const indexes = indexesAt(target);
    for (let start = 0; start < indexes.length; start += PAGE) {
      const page = indexes.slice(start, start + PAGE).flatMap((index) => {
        const times = { target, validFrom: new Date(FROM), validTo: new Date(TO) };
        const foreign = { ...times, reference: `meter-${index}`, plate: plateOf(index) };
        const own = { ...times, reference: referenceOf(index), plate: plateOf(index) };
        return isLost(index) ? [foreign] : [foreign, own];
      });
      vendorRows += page.length;
      yield { registrations: page, end: start + PAGE < indexes.length ? "more" : "complete" };
    }
  }
  const provider = {
    ...{ id: "passport", vendor: "passport", delivery: "push", setup: passportSetup, listRegistrations },
    capabilities: {
      ...{ batchSize: 100, openEndedDays: 30, listZones: false, find: false },
      listRegistrations: true,
    },
  } as unknown as PushProvider;
  const ledger = {
    async *listCompanies() {},
    async *listTargets() {
      for (let target = 0; target < targets; target += 1) yield `T${String(target).padStart(6, "0")}`;
    },
    async *listAt(_: string, target: string) {
      for (const index of indexesAt(target)) {
        yield { providerId: "passport", permitId: `P-${index}`, delivery: deliveryOf(index, target) };
      }
    },
    getPermit: async () => ({ state: "active" }),
    noteReadBack: async () => {},
  } as unknown as Ledger;
  return { provider, ledger, vendorRows: () => vendorRows };
}

function deliveryOf(index: number, target: string): ProviderState {
  const reference = referenceOf(index);
  const registration = {
    ...{ companyId: "c", permitId: `P-${index}`, locationId: target, plate: plateOf(index), target },
    ...{ validFrom: FROM, validTo: TO, generation: 0 },
  };
  const receipt = {
    v: 1,
    providerId: "passport",
    reference,
    target,
    registration,
    coveredUntil: TO,
  } as const;
  return {
    ...{ v: 1, used: [reference], generation: 0, decidedAt: FROM, unmapped: [] },
    rights: [{ reference, registration, receipt, intent: null, failure: null }],
  };
}

/** How far the heap grows while so many registrations are compared, in MiB. */
async function measureGrowth(count: number): Promise<number> {
  const { provider, ledger, vendorRows } = madeUp(count);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  let peak = before;
  const context = { provider, ledger, views: { read: async () => undefined } };
  const report = await reconcileProvider(
    {
      ...context,
      clock: () => NOW,
      pace: new Pace(),
      neighbours: [],
      writeAt: (_, write) => write(),
      forget: async () => {},
      changeDelivery: async () => false,
      mayHaveEndedAhead: () => false,
      sendNow: async () => new Map(),
    },
    {
      repair: false,
      onProgress({ targetsDone, targets }) {
        if (targetsDone % Math.ceil(targets / 10) !== 0) return;
        collectGarbage();
        peak = Math.max(peak, process.memoryUsage().heapUsed);
      },
    },
  );
  expect(report).toMatchObject({ compared: count, foreign: count, drift: { missing: count / 100 } });
  expect(report.findings).toHaveLength(100);
  // Twice the number of rights, because every target has drift and is read again.
  expect(vendorRows()).toBe((2 * count - count / 100) * 2);
  return (peak - before) / MIB;
}

describe("the memory of reconcile", () => {
  it("does not grow with the number of registrations", async () => {
    await measureGrowth(5_000 * 2);
    const few = await measureGrowth(20_000);
    const many = await measureGrowth(200_000);
    console.info(
      `reconcile: 20,000 registrations grow the heap by ${few.toFixed(2)} MiB, 200,000 by ${many.toFixed(2)} MiB`,
    );
    // Ten times as many. A single reference kept of each would be more than 10 MiB.
    expect(many - few).toBeLessThan(2);
  });
});
