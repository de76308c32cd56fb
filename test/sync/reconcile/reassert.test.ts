import { describe, expect, it } from "vitest";
import { memoryDirectory } from "../../../src/core/directory/directory.ts";
import type { PermitInput } from "../../../src/core/permit/permit.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { createSandbox } from "../../../src/sandbox/sandbox.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { createPermitSyncWith } from "../../../src/sync/permit-sync.ts";
import type { ReassertProgress } from "../../../src/sync/reconcile/reassert.ts";
import { createHotSpotProvider } from "../../../src/vendors/hotspot/provider.ts";
import { failureOf } from "../../support/registrations.ts";
import { createVirtualTime, type VirtualTime } from "../histories/virtual-time.ts";
import { listAll } from "../list-all.ts";

const START = new Date("2026-09-15T12:00:00.000Z");
const HOUR_MS = 60 * 60_000;

function setUp() {
  const virtual = createVirtualTime(START.getTime());
  const timers = virtual.createTimers();
  const clock = timers.now;
  const spotIds = ["00001", "00002", "00003"];
  const { hotspot } = createSandbox({ clock, hotspot: { token: "t0ken", spotIds, strict: true } });
  const provider = createHotSpotProvider({
    ...{ id: "hotspot", baseUrl: "https://sandbox.invalid/hotspot", token: "t0ken", clock, retries: 0 },
    fetch: (input, init) => hotspot.fetch(new Request(input as Request, init)),
  });
  const on = { hotspot: { enabled: true } };
  const directory = memoryDirectory({
    companies: [{ id: "c", name: "C", providers: on }],
    locations: spotIds.map((target, index) => ({
      ...{ id: `lot-${index + 1}`, companyId: "c", name: `Lot ${index + 1}`, region: "NB" },
      providers: { hotspot: { enabled: true, target } },
    })),
  });
  const ledger = memoryLedger();
  const sync = createPermitSyncWith({ providers: [provider], ledger, directory, clock }, { timers });
  return {
    time: {
      pass: (milliseconds: number) => virtual.advance(milliseconds),
      settle: <Value>(promise: Promise<Value>) => settle(promise, virtual),
    },
    ...{ hotspot, provider, sync, clock },
    seen: () =>
      hotspot
        .findPermits({ at: clock() })
        .map(({ plate, endTime }) => `${plate} ${endTime.toISOString()}`)
        .sort(),
    /** The vendor forgets everything. */
    loseAll: () => (hotspot.permits as Map<string, unknown>).clear(),
  };
}

/** Lets time pass from timer to timer until a promise settles. */
async function settle<Value>(promise: Promise<Value>, virtual: VirtualTime): Promise<Value> {
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  promise.then(end, end);
  while (!isOver) {
    // Work that needs no time is done first: a request to the sandbox takes some turns of the event loop.
    for (let turn = 0; turn < 50 && !isOver; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    if (isOver) break;
    virtual.advance(virtual.untilNext() ?? 0);
    virtual.runDue();
  }
  return promise;
}

function permit(index: number, changes: Partial<PermitInput> = {}): PermitInput {
  return {
    ...{ id: `P-${index}`, companyId: "c", locationIds: [`lot-${(index % 3) + 1}`], revision: 1 },
    plates: [parsePlate(`AB ${String(index).padStart(4, "0")}`, { region: "NB" })],
    ...{ validFrom: new Date(START.getTime() - HOUR_MS), validTo: new Date(START.getTime() + 240 * HOUR_MS) },
    ...changes,
  };
}

async function deliver({ sync, time }: ReturnType<typeof setUp>, permits: readonly PermitInput[]) {
  await sync.start();
  await sync.issueMany(permits);
  await time.settle(sync.idle());
}

describe("reassert", () => {
  it("restores what a vendor lost, and changes nothing where it lost nothing", async () => {
    const bench = setUp();
    await deliver(
      bench,
      Array.from({ length: 9 }, (_, index) => permit(index)),
    );
    const seen = bench.seen();
    expect(seen).toHaveLength(9);

    const idle = await bench.time.settle(bench.sync.reassert("hotspot"));
    expect(idle).toMatchObject({
      providerId: "hotspot",
      acknowledged: 9,
      refused: 0,
      inFlight: 0,
      targets: 3,
    });
    expect(bench.seen()).toEqual(seen);

    bench.loseAll();
    await bench.time.settle(bench.sync.reassert("hotspot"));
    await bench.time.settle(bench.sync.idle());
    expect(bench.seen()).toEqual(seen);
    // A restored right is known as before: it can be withdrawn.
    await bench.sync.revoke("P-1");
    await bench.time.settle(bench.sync.idle());
    expect(bench.seen()).toHaveLength(8);
    await bench.sync.stop();
  });

  it("repeats no more rights in a second than its limit", async () => {
    const bench = setUp();
    await deliver(
      bench,
      Array.from({ length: 30 }, (_, index) => permit(index)),
    );
    const began = bench.clock().getTime();
    await bench.time.settle(bench.sync.reassert("hotspot", { perSecond: 5 }));
    const seconds = (bench.clock().getTime() - began) / 1_000;
    expect(seconds).toBeGreaterThanOrEqual(6);
    expect(seconds).toBeLessThan(8);
    await bench.sync.stop();
  });

  it("leaves out rights that were withdrawn or have ended, and never restores them", async () => {
    const bench = setUp();
    await deliver(bench, [permit(0), permit(1), permit(2, { validTo: new Date(START.getTime() + HOUR_MS) })]);
    await bench.sync.revoke("P-1");
    await bench.time.settle(bench.sync.idle());
    bench.time.pass(2 * HOUR_MS);
    const seen = bench.seen();
    const report = await bench.time.settle(bench.sync.reassert("hotspot"));
    expect(report).toMatchObject({ acknowledged: 1 });
    expect(bench.seen()).toEqual(seen);
    await bench.sync.stop();
  });

  it("continues where it was interrupted", async () => {
    const bench = setUp();
    await deliver(
      bench,
      Array.from({ length: 9 }, (_, index) => permit(index)),
    );
    const seen = bench.seen();
    bench.loseAll();
    const controller = new AbortController();
    let last: ReassertProgress | undefined;
    const onProgress = (progress: ReassertProgress) => {
      last = progress;
      if (progress.targetsDone === 1) controller.abort();
    };
    const broken = bench.sync.reassert("hotspot", { signal: controller.signal, onProgress });
    expect(await failureOf(() => bench.time.settle(broken))).toMatchObject({ code: "aborted" });
    expect(last).toMatchObject({ lastTarget: "00001", targetsDone: 1, targets: 3 });

    const after = last?.lastTarget ?? "";
    const report = await bench.time.settle(bench.sync.reassert("hotspot", { after }));
    await bench.time.settle(bench.sync.idle());
    expect(report).toMatchObject({ targetsDone: 3, lastTarget: "00003" });
    expect(report.acknowledged).toBeLessThan(9);
    expect(bench.seen()).toEqual(seen);
    await bench.sync.stop();
  });

  it("ends when the vendor is down; what it had begun is delivered when the vendor is back", async () => {
    const bench = setUp();
    await deliver(bench, [permit(0), permit(3)]);
    const seen = bench.seen();
    bench.loseAll();
    bench.hotspot.faults.add({ kind: "reset-before", times: 2 });
    const failing = bench.sync.reassert("hotspot");
    expect(await failureOf(() => bench.time.settle(failing))).toMatchObject({ code: "unavailable" });
    await bench.time.settle(bench.sync.idle());
    expect(bench.seen()).toEqual(seen);
    await bench.sync.stop();
  });

  it("keeps a right as acknowledged when its repeat is refused", async () => {
    const bench = setUp();
    await deliver(bench, [permit(0)]);
    const body = { ErrorCode: 9999, ErrorMessage: "No repeats." };
    bench.hotspot.faults.add({ kind: "status", status: 400, body });
    expect(await bench.time.settle(bench.sync.reassert("hotspot"))).toMatchObject({
      ...{ acknowledged: 0, refused: 1 },
      refusals: [{ permitId: "P-0", target: "00001", code: "rejected" }],
    });
    expect(await listAll(bench.sync.failures())).toEqual([]);
    await bench.sync.revoke("P-0");
    await bench.time.settle(bench.sync.idle());
    expect(bench.seen()).toEqual([]);
    await bench.sync.stop();
  });

  it("names an option that is wrong", async () => {
    const { sync } = setUp();
    const wrong: [object, string][] = [
      [{ perSecond: 0 }, "options.perSecond"],
      [{ perSecond: 1.5 }, "options.perSecond"],
      [{ after: "" }, "options.after"],
      [{ signal: 1 }, "options.signal"],
      [{ other: 1 }, "options"],
    ];
    for (const [options, field] of wrong) {
      expect(await failureOf(() => sync.reassert("hotspot", options))).toMatchObject({
        code: "invalid_input",
        field,
      });
    }
    expect(await failureOf(() => sync.reassert("other"))).toMatchObject({ field: "providerId" });
  });
});
