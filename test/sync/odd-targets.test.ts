import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Directory } from "../../src/core/directory.ts";
import { parsePlate } from "../../src/core/plate.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import type { Ledger } from "../../src/sync/ledger.ts";
import { memoryLedger } from "../../src/sync/memory-ledger.ts";
import { createPermitSync } from "../../src/sync/permit-sync.ts";
import { createHotSpotProvider } from "../../src/vendors/hotspot/provider.ts";
import { listAll } from "./list-all.ts";
import { makeFolder, makeLedger } from "./sqlite-folder.ts";

const START = new Date("2026-09-10T00:00:00Z");

const ODD: readonly (readonly [name: string, target: unknown])[] = [
  ["null", null],
  ["a number", 42],
  ["true", true],
  ["an object", { zone: "017" }],
  ["a function", () => "017"],
];

const LEDGERS: Readonly<Record<string, () => Ledger>> = {
  memory: memoryLedger,
  sqlite: () => makeLedger(join(makeFolder(), "permits.db")).ledger,
};

/** A host's own directory, of which nobody checks what it says: one location has a target, the other something else. */
function directoryWith(target: unknown): Directory {
  const providers = (entry: object) => ({ hotspot: { enabled: true, ...entry } });
  const locations = [
    { id: "good", companyId: "c", name: "Good", region: "CA-NB", providers: providers({ target: "017" }) },
    { id: "odd", companyId: "c", name: "Odd", region: "CA-NB", providers: providers({ target }) },
  ];
  return {
    getCompany: async () => ({ id: "c", name: "C", providers: providers({}) }),
    listLocations: async () => locations as never,
  };
}

describe.each(Object.entries(LEDGERS))("over a ledger of kind %s", (_, createLedger) => {
  it.each(ODD)("a target that is %s is none, and holds up nobody", async (__, target) => {
    const sandbox = createSandbox({
      clock: () => START,
      hotspot: { token: "t0ken", spotIds: ["017"], strict: true },
    });
    const provider = createHotSpotProvider({
      ...{ id: "hotspot", baseUrl: "https://sandbox.invalid/hotspot", token: "t0ken" },
      fetch: (input, init) => sandbox.fetch(input as Request, init),
      clock: () => START,
    });
    const ledger = createLedger();
    const directory = directoryWith(target);
    const sync = createPermitSync({ providers: [provider], ledger, directory, clock: () => START });
    const permit = (id: string, locationIds: string[]) => ({
      ...{ id, companyId: "c", plates: [parsePlate("GXK 204")], locationIds, revision: 1 },
      ...{ validFrom: "2026-09-01T00:00:00Z", validTo: "2026-12-31T00:00:00Z" },
    });
    await sync.start();

    await sync.issueMany([permit("P-1", ["odd"]), permit("P-2", ["good"])]);
    await sync.idle();

    expect(sandbox.hotspot.permits.size).toBe(1);
    const unmapped = await listAll(ledger.listUnmapped("hotspot"));
    expect(unmapped).toEqual([{ providerId: "hotspot", permitId: "P-1", locationIds: ["odd"] }]);
    await sync.stop();
  });
});
