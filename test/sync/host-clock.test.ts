import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parsePlate } from "../../src/core/plate.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { memoryLedger } from "../../src/sync/memory-ledger.ts";
import { createPermitSync } from "../../src/sync/permit-sync.ts";
import { systemTimers } from "../../src/sync/timers.ts";
import { createHotSpotProvider } from "../../src/vendors/hotspot/provider.ts";
import { misbehaviours } from "../support/misbehaviour.ts";

const SHOWN = new Date("2026-09-15T12:00:00Z");

let unhandled = 0;
const note = () => {
  unhandled += 1;
};
beforeAll(() => process.on("unhandledRejection", note));
afterAll(() => {
  process.off("unhandledRejection", note);
});

describe("the clock of durable sync", () => {
  const hows = misbehaviours(1);

  it.each(hows)("that $name: time goes on from what it showed last", async (how) => {
    let isWell = true;
    const { now } = systemTimers(() => (isWell ? SHOWN : (how.run() as Date)));
    expect(now()).toEqual(SHOWN);
    isWell = false;
    const before = now().getTime();
    expect(before).toBeGreaterThanOrEqual(SHOWN.getTime());
    await new Promise((resolve) => setImmediate(resolve));
    expect(now().getTime()).toBeGreaterThanOrEqual(before);
    isWell = true;
    expect(now()).toEqual(SHOWN);
    expect(unhandled).toBe(0);
  });

  it("prints how many there were", () => {
    console.log(`sync: 1 clock, ${hows.length} misbehaviours of it`);
    expect(hows.length).toBeGreaterThan(40);
  });

  it("that never shows a date loses nothing", { timeout: 120_000 }, async () => {
    const sandbox = createSandbox({ hotspot: { token: "t0ken", spotIds: ["017"] } });
    const provider = createHotSpotProvider({
      ...{ id: "hotspot", baseUrl: "https://sandbox.invalid/hotspot", token: "t0ken" },
      fetch: (input, init) => sandbox.fetch(input as Request, init),
    });
    const sync = createPermitSync({
      ...{ providers: [provider], ledger: memoryLedger(), clock: () => undefined as never },
      directory: {
        getCompany: () => ({ id: "c", name: "C", providers: { hotspot: { enabled: true } } }),
        listLocations: () => [
          { id: "a", companyId: "c", name: "A", providers: { hotspot: { enabled: true, target: "017" } } },
        ],
      },
    });
    await sync.start();
    await sync.issue({
      ...{ id: "P-1", companyId: "c", locationIds: ["a"], revision: 1 },
      plates: [parsePlate("GXK 204", { region: "NB" })],
      ...{ validFrom: new Date(Date.now() - 60_000), validTo: new Date(Date.now() + 86_400_000) },
    });
    await sync.idle();
    expect(sandbox.hotspot.permits.size).toBe(1);
    await sync.stop();
  });
});
