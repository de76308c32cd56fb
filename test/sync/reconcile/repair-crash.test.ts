import { describe, expect, it } from "vitest";
import { memoryDirectory } from "../../../src/core/directory/directory.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { createSandbox } from "../../../src/sandbox/sandbox.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { createPermitSyncWith } from "../../../src/sync/permit-sync.ts";
import { createHotSpotProvider } from "../../../src/vendors/hotspot/provider.ts";
import { createVirtualTime } from "../histories/virtual-time.ts";

const START = new Date("2026-09-15T12:00:00.000Z");

/** A ledger, a vendor that shows one permit, and processes that share both and may die. */
async function setUp() {
  const virtual = createVirtualTime(START.getTime());
  const clock = virtual.createTimers().now;
  const { hotspot } = createSandbox({
    clock,
    hotspot: { token: "t0ken", spotIds: ["00001"], strict: true },
  });
  const on = { enabled: true, target: "00001" };
  const directory = memoryDirectory({
    companies: [{ id: "c", name: "C", providers: { hotspot: { enabled: true } } }],
    locations: [{ id: "lot", companyId: "c", name: "Lot", region: "NB", providers: { hotspot: on } }],
  });
  const ledger = memoryLedger();

  function beginProcess(answer: (request: Request) => Promise<Response> = hotspot.fetch) {
    const timers = virtual.createTimers();
    const provider = createHotSpotProvider({
      id: "hotspot",
      baseUrl: "https://sandbox.invalid/hotspot",
      token: "t0ken",
      clock,
      retries: 0,
      fetch: (input, init) => answer(new Request(input as Request, init)),
    });
    const sync = createPermitSyncWith({ providers: [provider], ledger, directory, clock }, { timers });
    return { sync, die: () => timers.clear() };
  }

  const shown = () => hotspot.findPermits({ at: clock() }).map(({ plate }) => plate);
  const before = beginProcess();
  await before.sync.start();
  await before.sync.issue({
    id: "P-1",
    companyId: "c",
    plates: [parsePlate("GXK204")],
    locationIds: ["lot"],
    revision: 1,
    validFrom: START,
    validTo: new Date(START.getTime() + 86_400_000),
  });
  await before.sync.idle();
  expect(shown()).toEqual(["GXK204"]);
  await before.sync.stop();
  (hotspot.permits as Map<string, unknown>).clear();
  return { virtual, beginProcess, shown };
}

describe("a process that dies while it repeats acknowledged rights", () => {
  it("after a repeat was saved and before it was sent: the next process sends it", async () => {
    const { virtual, beginProcess, shown } = await setUp();
    // A process that does not deliver writes, and sends nothing.
    let requests = 0;
    const first = beginProcess(async () => {
      requests += 1;
      return new Response();
    });
    const reports: object[] = [];
    const reasserting = first.sync.reassert("hotspot").then((report) => reports.push(report));
    for (let turn = 0; turn < 100 && reports.length === 0; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      virtual.advance(10);
      virtual.runDue();
    }
    await reasserting;
    expect(reports).toMatchObject([{ acknowledged: 0, refused: 0, inFlight: 1 }]);
    first.die();
    expect([requests, shown()]).toEqual([0, []]);

    const second = beginProcess();
    await second.sync.start();
    await second.sync.idle();
    expect(shown()).toEqual(["GXK204"]);
    await second.sync.stop();
  });

  it("while the vendor carries it out: the next process continues when the claim has expired", async () => {
    const { virtual, beginProcess, shown } = await setUp();
    let asked = () => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const first = beginProcess(() => {
      asked();
      return new Promise(() => {});
    });
    await first.sync.start();
    void first.sync.reassert("hotspot").catch(() => {});
    await isAsked;
    first.die();

    await virtual.advance(120_000);
    const second = beginProcess();
    await second.sync.start();
    await second.sync.idle();
    expect(shown()).toEqual(["GXK204"]);
    await second.sync.stop();
  });
});
