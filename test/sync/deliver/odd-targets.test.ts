import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Directory } from "../../../src/core/directory/directory.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { createSandbox } from "../../../src/sandbox/sandbox.ts";
import type { SyncEvent } from "../../../src/sync/deliver/events.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { createPermitSync } from "../../../src/sync/permit-sync.ts";
import { createHotSpotProvider } from "../../../src/vendors/hotspot/provider.ts";
import { makeFolder, makeLedger } from "../sqlite/folder.ts";

const START = new Date("2026-09-10T00:00:00Z");

/** What a host's own directory may return for a location's providers, and the field that is named. */
const ODD: readonly (readonly [name: string, providers: unknown, field: string])[] = [
  ["a target that is null", withEntry({ enabled: true, target: null }), 'providers["hotspot"].target'],
  ["a target that is a number", withEntry({ enabled: true, target: 42 }), 'providers["hotspot"].target'],
  ["a target that is true", withEntry({ enabled: true, target: true }), 'providers["hotspot"].target'],
  [
    "an object as target",
    withEntry({ enabled: true, target: { zone: "017" } }),
    'providers["hotspot"].target',
  ],
  ["a function as target", withEntry({ enabled: true, target: () => "017" }), 'providers["hotspot"].target'],
  ["a switch that is 1", withEntry({ enabled: 1, target: "018" }), 'providers["hotspot"].enabled'],
  ["no providers", null, "providers"],
  ["providers as JSON text", '{"hotspot":{"enabled":true,"target":"018"}}', "providers"],
];

function withEntry(hotspot: object): unknown {
  return { hotspot };
}

const LEDGERS: Readonly<Record<string, () => Ledger>> = {
  memory: memoryLedger,
  sqlite: () => makeLedger(join(makeFolder(), "permits.db")).ledger,
};

describe.each(Object.entries(LEDGERS))("with a ledger of the kind %s", (_, createLedger) => {
  it.each(ODD)(
    "%s: the location waits and is reported, delays no other, and continues when it is corrected",
    async (__, oddProviders, field) => {
      const sandbox = createSandbox({
        clock: () => START,
        hotspot: { token: "t0ken", spotIds: ["017", "018"], strict: true },
      });
      const provider = createHotSpotProvider({
        ...{ id: "hotspot", baseUrl: "https://sandbox.invalid/hotspot", token: "t0ken" },
        fetch: (input, init) => sandbox.fetch(input as Request, init),
        clock: () => START,
      });
      const place = (id: string, providers: unknown) => ({
        id,
        companyId: "c",
        name: id,
        region: "NB",
        providers,
      });
      let odd = place("odd", oddProviders);
      const directory: Directory = {
        getCompany: async () => ({ id: "c", name: "C", providers: { hotspot: { enabled: true } } }),
        listLocations: async () => [place("good", withEntry({ enabled: true, target: "017" })), odd] as never,
      };
      const events: SyncEvent[] = [];
      let onEvent = () => {};
      const happened = async (...types: SyncEvent["type"][]) => {
        while (!types.every((type) => events.some((event) => event.type === type))) {
          await new Promise<void>((resolve) => {
            onEvent = resolve;
          });
        }
      };
      const sync = createPermitSync({
        ...{ providers: [provider], ledger: createLedger(), directory, clock: () => START },
        onEvent(event) {
          events.push(event);
          onEvent();
        },
      });
      const permit = (id: string, locationIds: string[]) => ({
        ...{ id, companyId: "c", plates: [parsePlate("GXK 204")], locationIds, revision: 1 },
        ...{ validFrom: "2026-09-01T00:00:00Z", validTo: "2026-12-31T00:00:00Z" },
      });
      await sync.start();

      await sync.issueMany([permit("P-1", ["odd"]), permit("P-2", ["good"])]);
      await happened("directory_failed", "acknowledged");
      expect([...sandbox.hotspot.permits.values()]).toHaveLength(1);
      expect(events.find(({ type }) => type === "directory_failed")).toMatchObject({
        ...{ companyId: "c", locationId: "odd", field },
      });

      odd = place("odd", withEntry({ enabled: true, target: "018" }));
      await sync.refresh({ companyId: "c" });
      await sync.idle();
      expect(sandbox.hotspot.permits.size).toBe(2);
      expect(events.map(({ type }) => type)).toContain("directory_recovered");
      await sync.stop();
    },
  );
});
