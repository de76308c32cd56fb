import { describe, expect, it } from "vitest";
import { memoryDirectory } from "../../src/core/directory/directory.ts";
import type { PermitInput } from "../../src/core/permit/permit.ts";
import { parsePlate } from "../../src/core/permit/plate.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import type { SyncEvent } from "../../src/sync/deliver/events.ts";
import { memoryLedger } from "../../src/sync/memory/memory-ledger.ts";
import { createPermitSync } from "../../src/sync/permit-sync.ts";
import { createHotSpotProvider } from "../../src/vendors/hotspot/provider.ts";

const now = new Date("2026-09-15T12:00:00.000Z");

function setUp() {
  const sandbox = createSandbox({
    clock: () => now,
    hotspot: { token: "t0ken", spotIds: ["017"], strict: true },
  });
  const provider = createHotSpotProvider({
    ...{ id: "hotspot", baseUrl: "https://sandbox.invalid/hotspot", token: "t0ken" },
    fetch: (input, init) => sandbox.fetch(input as Request, init),
    clock: () => now,
  });
  const directory = memoryDirectory({
    companies: [{ id: "c", name: "C", providers: { hotspot: { enabled: true } } }],
    locations: [
      { id: "lot", companyId: "c", name: "Lot", providers: { hotspot: { enabled: true, target: "017" } } },
    ],
  });
  const events: SyncEvent[] = [];
  const ledger = memoryLedger();
  const sync = createPermitSync({
    ...{ providers: [provider], ledger, directory, clock: () => now },
    onEvent: (event) => events.push(event),
  });
  return { sandbox, provider, directory, events, ledger, sync };
}

function permit(changes: Partial<PermitInput> = {}): PermitInput {
  return {
    ...{ id: "P-1", companyId: "c", plates: [parsePlate("GXK 204", { region: "NB" })], locationIds: ["lot"] },
    ...{ validFrom: "2026-09-01T00:00:00Z", validTo: "2026-12-31T00:00:00Z", revision: 1 },
    ...changes,
  };
}

describe("a permit", () => {
  it("reaches the vendor, follows its changes, and is withdrawn when it is revoked", async () => {
    const { sync, sandbox } = setUp();
    await sync.start();
    expect(await sync.issue(permit())).toEqual({ permitId: "P-1", status: "recorded" });
    await sync.idle();
    const rights = () =>
      [...sandbox.hotspot.permits.values()].map(({ plate, status, endTime }) => [
        plate,
        status,
        endTime.toISOString(),
      ]);
    expect(rights()).toEqual([["GXK204", "active", "2026-12-31T00:00:00.000Z"]]);
    await sync.revise(permit({ validTo: "2027-01-31T00:00:00Z", revision: 2 }));
    await sync.idle();
    expect(rights()).toEqual([["GXK204", "active", "2027-01-31T00:00:00.000Z"]]);
    await sync.revoke("P-1");
    await sync.idle();
    expect(rights()).toEqual([["GXK204", "cancelled", now.toISOString()]]);
    await sync.stop();
  });
});
