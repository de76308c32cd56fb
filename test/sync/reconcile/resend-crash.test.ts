import { describe, expect, it } from "vitest";
import { memoryDirectory } from "../../../src/core/directory/directory.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { createSandbox } from "../../../src/sandbox/sandbox.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { createPermitSyncWith } from "../../../src/sync/permit-sync.ts";
import { createHotSpotProvider } from "../../../src/vendors/hotspot/provider.ts";
import { createVirtualTime } from "../histories/virtual-time.ts";

const START = new Date("2026-09-15T12:00:00.000Z");

describe("a process that dies while it says acknowledged rights again", () => {
  it("leaves a delivery that the next one takes up", async () => {
    const virtual = createVirtualTime(START.getTime());
    const timers = virtual.createTimers();
    const clock = timers.now;
    const { hotspot } = createSandbox({
      clock,
      hotspot: { token: "t0ken", spotIds: ["00001"], strict: true },
    });
    const providerThat = (answer: typeof hotspot.fetch) =>
      createHotSpotProvider({
        ...{ id: "hotspot", baseUrl: "https://sandbox.invalid/hotspot", token: "t0ken", clock, retries: 0 },
        fetch: (input, init) => answer(new Request(input as Request, init)),
      });
    const on = { enabled: true, target: "00001" };
    const directory = memoryDirectory({
      companies: [{ id: "c", name: "C", providers: { hotspot: { enabled: true } } }],
      locations: [{ id: "lot", companyId: "c", name: "Lot", region: "NB", providers: { hotspot: on } }],
    });
    const ledger = memoryLedger();
    let asked = () => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    let isHanging = false;
    const first = createPermitSyncWith(
      {
        providers: [
          providerThat((request) => {
            if (!isHanging) return hotspot.fetch(request);
            asked();
            return new Promise(() => {});
          }),
        ],
        ...{ ledger, directory, clock },
      },
      { timers },
    );
    await first.start();
    await first.issue({
      ...{ id: "P-1", companyId: "c", plates: [parsePlate("GXK204")], locationIds: ["lot"], revision: 1 },
      ...{ validFrom: START, validTo: new Date(START.getTime() + 86_400_000) },
    });
    await first.idle();
    const shown = () => hotspot.findPermits({ at: clock() }).map(({ plate }) => plate);
    expect(shown()).toEqual(["GXK204"]);
    await first.stop();

    // The vendor loses it, and dies away in the middle of hearing it again; so does the process.
    (hotspot.permits as Map<string, unknown>).clear();
    isHanging = true;
    void first.reassert("hotspot").catch(() => {});
    await isAsked;

    await virtual.advance(120_000);
    const second = createPermitSyncWith(
      { providers: [providerThat(hotspot.fetch)], ledger, directory, clock },
      { timers },
    );
    await second.start();
    await second.idle();
    expect(shown()).toEqual(["GXK204"]);
    await second.stop();
  });
});
