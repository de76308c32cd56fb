import { describe, expect, it } from "vitest";
import { memoryDirectory } from "../../../src/core/directory/directory.ts";
import type { PermitInput } from "../../../src/core/permit/permit.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { SyncEvent } from "../../../src/sync/deliver/events.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { createPermitSyncWith } from "../../../src/sync/permit-sync.ts";
import { createHotSpotProvider } from "../../../src/vendors/hotspot/provider.ts";
import { createHotSpotSandbox } from "../../../src/vendors/hotspot/sandbox/sandbox.ts";
import { createVirtualTime } from "../histories/virtual-time.ts";
import { listAll } from "../list-all.ts";

const START = Date.parse("2026-09-15T12:00:00.000Z");
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Durable sync with HotSpot's sandbox, which keeps one right for a plate and SpotID. */
function durableHotSpot() {
  const time = createVirtualTime(START);
  const timers = time.createTimers();
  const sandbox = createHotSpotSandbox({
    ...{ clock: timers.now, token: "token-1", spotIds: ["14283", "14284"], oneRightPerPlateAndSpot: true },
  });
  /** How many more requests reach it; then it is down. */
  const vendor = { requestsLeft: Number.POSITIVE_INFINITY };
  /** `create`s that are refused for good from then on. */
  const refusals = { after: Number.POSITIVE_INFINITY, creates: 0 };
  const provider = createHotSpotProvider({
    ...{ baseUrl: "https://sandbox.invalid/hotspot", token: "token-1", clock: timers.now },
    fetch: async (input, init) => {
      vendor.requestsLeft -= 1;
      if (vendor.requestsLeft < 0) return new Response("away", { status: 503 });
      const request = new Request(input, init);
      if (request.url.endsWith("/permits")) {
        refusals.creates += 1;
        if (refusals.creates === refusals.after)
          return Response.json({ ErrorCode: 9005, ErrorMessage: "No." }, { status: 400 });
      }
      return sandbox.fetch(request);
    },
  });
  const events: SyncEvent[] = [];
  const targets: Record<string, string> = { east: "14283", west: "14284" };
  const companies = [{ id: "c", name: "C", providers: { hotspot: { enabled: true } } }];
  const directory = () =>
    memoryDirectory({
      companies,
      locations: Object.entries(targets).map(([id, target]) => ({
        ...{ id, companyId: "c", name: id, region: "NB" },
        providers: { hotspot: { enabled: true, target } },
      })),
    });
  const ledger = memoryLedger();
  const sync = createPermitSyncWith(
    {
      ...{ providers: [provider], ledger, onEvent: (event: SyncEvent) => events.push(event) },
      directory: {
        getCompany: (id) => directory().getCompany(id),
        listLocations: (id) => directory().listLocations(id),
      },
    },
    { timers, random: () => 0.999 },
  );

  async function turns(): Promise<void> {
    for (let turn = 0; turn < 40; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  async function pass(milliseconds: number): Promise<void> {
    const end = time.elapsed() + milliseconds;
    for (;;) {
      await turns();
      while (time.runDue()) await turns();
      const next = time.untilNext();
      if (next === undefined || time.elapsed() + next > end) break;
      time.advance(next);
    }
    time.advance(end - time.elapsed());
    await turns();
  }

  const startsAt = (spotId: string) =>
    sandbox.findPermits({ spotId, at: timers.now() }).map(({ startTime }) => startTime.toISOString());
  return { sync, sandbox, vendor, refusals, events, targets, pass, startsAt, jump: time.jump };
}

function permit(id: string, changes: Partial<PermitInput> = {}): PermitInput {
  return {
    ...{ id, companyId: "c", plates: [parsePlate("GXK204")], locationIds: ["east"], revision: 1 },
    ...{ validFrom: "2026-09-01T00:00:00.000Z", validTo: "2026-12-31T00:00:00.000Z" },
    ...changes,
  };
}

const OLD_START = "2026-09-01T00:00:00.000Z";
const NEW_START = "2026-09-02T00:00:00.000Z";
const moved = permit("P-1", { revision: 2, validFrom: NEW_START });

describe("a moved start, at a vendor that keeps one right for a plate and target", () => {
  it("replaces the right, and reports one refusal", async () => {
    const { sync, events, pass, startsAt } = durableHotSpot();
    await sync.start();
    await sync.issue(permit("P-1"));
    await pass(MINUTE_MS);
    await sync.revise(moved);
    await pass(MINUTE_MS);
    expect(startsAt("14283")).toEqual([NEW_START]);
    expect(await listAll(sync.failures())).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual([
      ...["acknowledged", "refused"],
      ...["acknowledged", "acknowledged"],
    ]);
    await sync.stop();
  });

  it("keeps the old right while the vendor is down after the first request", async () => {
    const { sync, vendor, pass, startsAt } = durableHotSpot();
    await sync.start();
    await sync.issue(permit("P-1"));
    await pass(MINUTE_MS);
    vendor.requestsLeft = 1;
    await sync.revise(moved);
    await pass(30 * MINUTE_MS);
    expect(startsAt("14283")).toEqual([OLD_START]);
    vendor.requestsLeft = Number.POSITIVE_INFINITY;
    await pass(2 * MINUTE_MS);
    expect(startsAt("14283")).toEqual([NEW_START]);
    await sync.stop();
  });

  it("restores the old right when the vendor refuses the new one, and lists the refusal", async () => {
    const { sync, refusals, pass, startsAt } = durableHotSpot();
    await sync.start();
    await sync.issue(permit("P-1"));
    await pass(MINUTE_MS);
    // The second request for the new one.
    refusals.after = 3;
    await sync.revise(moved);
    await pass(MINUTE_MS);
    expect(startsAt("14283")).toEqual([OLD_START]);
    expect(await listAll(sync.failures())).toMatchObject([{ operation: "register", vendorCode: "9005" }]);
    await pass(5 * HOUR_MS);
    expect(startsAt("14283")).toEqual([OLD_START]);
    await sync.stop();
  });
});

describe("a permit that is refused because another permit's right exists", () => {
  it("is delivered within seconds after that one is revoked, and reported as refused once", async () => {
    const { sync, events, pass, startsAt } = durableHotSpot();
    await sync.start();
    await sync.issue(permit("P-1"));
    await pass(MINUTE_MS);
    await sync.issue(permit("P-2", { validFrom: NEW_START }));
    await pass(10 * HOUR_MS);
    expect(await listAll(sync.failures())).toMatchObject([
      { permitId: "P-2", reason: "already_exists", vendorCode: "9022" },
    ]);
    expect(events.filter(({ type }) => type === "refused")).toHaveLength(1);
    expect(startsAt("14283")).toEqual([OLD_START]);
    await sync.revoke("P-1");
    await pass(3_000);
    expect(startsAt("14283")).toEqual([NEW_START]);
    expect(await listAll(sync.failures())).toEqual([]);
    await sync.stop();
  });

  it("is sent again after its wait, also when its own right has ended by a clock that is not trusted", async () => {
    const { sync, refusals, pass, jump } = durableHotSpot();
    await sync.start();
    await sync.issue(permit("P-1", { validTo: "2026-09-15T12:30:00.000Z" }));
    await pass(HOUR_MS);
    await sync.issue(permit("P-2"));
    await pass(MINUTE_MS);
    jump(10 * MINUTE_MS);
    await sync.revise(permit("P-1", { revision: 2, validFrom: NEW_START }));
    const before = refusals.creates;
    await pass(10 * MINUTE_MS);
    // After one minute, two and four.
    expect(refusals.creates - before).toBeLessThanOrEqual(4);
    expect(await listAll(sync.failures())).toMatchObject([{ permitId: "P-1", reason: "already_exists" }]);
    await sync.stop();
  });

  it("is delivered within an hour after that one has ended", async () => {
    const { sync, pass, startsAt } = durableHotSpot();
    await sync.start();
    await sync.issue(permit("P-1", { validTo: "2026-09-15T18:00:00.000Z" }));
    await sync.issue(permit("P-2", { validFrom: NEW_START }));
    await pass(5 * HOUR_MS);
    expect(await listAll(sync.failures())).toHaveLength(1);
    await pass(2 * HOUR_MS);
    expect(startsAt("14283")).toHaveLength(1);
    expect(await listAll(sync.failures())).toEqual([]);
    await sync.stop();
  });
});

describe("two locations that swap their targets, at a vendor that keeps one right for a plate and target", () => {
  it.each([
    ["one permit", [permit("P-1", { locationIds: ["east", "west"] })]],
    ["two permits", [permit("P-1"), permit("P-2", { locationIds: ["west"], validFrom: NEW_START })]],
  ])("have both rights within seconds: of %s", async (_, permits) => {
    const { sync, sandbox, targets, pass, startsAt } = durableHotSpot();
    await sync.start();
    for (const one of permits) await sync.issue(one);
    await pass(MINUTE_MS);
    expect([startsAt("14283"), startsAt("14284")].map(({ length }) => length)).toEqual([1, 1]);
    const before = new Set(sandbox.permits.keys());
    Object.assign(targets, { east: "14284", west: "14283" });
    await sync.refresh();
    await pass(10_000);
    const live = [...sandbox.permits.values()].filter(({ status }) => status === "active");
    expect(live.map(({ spotId }) => spotId).sort()).toEqual(["14283", "14284"]);
    expect(live.every(({ permitReference }) => !before.has(permitReference))).toBe(true);
    expect(await listAll(sync.failures())).toEqual([]);
    await sync.stop();
  });
});
