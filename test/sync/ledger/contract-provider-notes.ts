import { expect, it } from "vitest";
import type { Ledger, PermitRecord } from "../../../src/sync/ledger/ledger.ts";
import type { Place } from "./contract.ts";
import * as given from "./fixtures.ts";

const { claimOnly, deliveryOf, issue, minute, rightAt, say, updateOf } = given;

/** What a ledger keeps of providers: their outages, and the readings of their lists. */
export function describeProviderNotes(place: Place): void {
  it("keeps when a provider went down and came back, for the records of its permits", async () => {
    const { ledger } = place;
    await say(ledger, issue({}, 1, ["passport", "hotspot"]));
    await down(ledger, 10, "unavailable");
    expect(await outagesOf(ledger)).toEqual([outage(10, "unavailable")]);
    await up(ledger, 12);
    await down(ledger, 20, "unauthorized");
    const reopened = await place.reopen();
    const record = await reopened.readRecord("permit-1");
    expect(record?.deliveries.map(({ providerId, outages }) => ({ providerId, outages }))).toEqual([
      { providerId: "hotspot", outages: [] },
      { providerId: "passport", outages: [outage(10, "unavailable", 12), outage(20, "unauthorized")] },
    ]);
  });

  it("takes an opening during an outage, and a closing without one, for nothing new", async () => {
    const { ledger } = place;
    await say(ledger, issue());
    await up(ledger, 1);
    expect(await outagesOf(ledger)).toEqual([]);
    await down(ledger, 2, "timeout");
    await down(ledger, 3, "unavailable");
    await up(ledger, 4);
    await up(ledger, 5);
    expect(await outagesOf(ledger)).toEqual([outage(2, "timeout", 4)]);
  });

  it("lets no outage end before it began, when the clock was set back", async () => {
    const { ledger } = place;
    await say(ledger, issue());
    await down(ledger, 50, "timeout");
    await up(ledger, 5);
    expect(await outagesOf(ledger)).toEqual([outage(50, "timeout", 50)]);
  });

  it("keeps the last 20 outages of each provider, in their order", async () => {
    const { ledger } = place;
    await say(ledger, issue({}, 0, ["passport", "hotspot"]));
    await down(ledger, 1, "timeout", "hotspot");
    for (let count = 0; count < 23; count += 1) {
      await down(ledger, 10 * count, "unavailable");
      await down(ledger, 10 * count + 1, "unavailable");
      if (count < 22) await up(ledger, 10 * count + 5);
    }
    const kept = Array.from({ length: 20 }, (_, index) => 10 * (index + 3));
    expect(await outagesOf(ledger)).toEqual(
      kept.map((at) => outage(at, "unavailable", at < 220 ? at + 5 : undefined)),
    );
    expect(await outagesOf(ledger, "hotspot")).toEqual([outage(1, "timeout")]);
  });

  it("keeps the last reading of each target, for the records that have a right there", async () => {
    const { ledger } = place;
    await recordRights(ledger, ["Zone 1", "Zone 2"]);
    await noteReadBack(ledger, ["Zone 1"], 30, ["89abcdef"]);
    await noteReadBack(ledger, ["Zone 1", "Old name"], 40, ["01234567", "76543210"]);
    await noteReadBack(ledger, ["Zone 3"], 41, []);
    await ledger.noteReadBack({
      providerId: "hotspot",
      targets: ["Zone 2"],
      readBack: { at: minute(42), unseen: [] },
    });
    const expected = new Map([["Zone 1", { at: minute(40), unseen: ["01234567", "76543210"] }]]);
    expect(await readBacksOf(ledger)).toEqual(expected);
    const reopened = await place.reopen();
    expect(await readBacksOf(reopened)).toEqual(expected);
    await reopened.noteReadBack({ providerId: "passport", targets: ["Zone 1", "Zone 9"], readBack: null });
    expect(await readBacksOf(reopened)).toEqual(new Map());
  });

  it("forgets readings that are dated ahead of a clock that was set back", async () => {
    const { ledger } = place;
    await recordRights(ledger, ["Zone 1", "Zone 2"]);
    await noteReadBack(ledger, ["Zone 1"], 30, []);
    await noteReadBack(ledger, ["Zone 2"], 90, []);
    await ledger.rewind({ providerId: "passport", latest: minute(90), now: minute(30) });
    expect([...(await readBacksOf(ledger)).keys()]).toEqual(["Zone 1"]);
  });

  it("takes targets of every kind", async () => {
    const { ledger } = place;
    const targets = ['O\'Brien "quoted" \\ {a,b}', "constructor", "🅿️", "x".repeat(512), "é".repeat(2_000)];
    await recordRights(ledger, targets);
    await noteReadBack(ledger, targets, 30, []);
    expect([...(await readBacksOf(ledger)).keys()].sort()).toEqual(targets.sort());
  });

  it("keeps both when permits are erased, and names neither a plate nor a permit in them", async () => {
    const { ledger } = place;
    await recordRights(ledger, ["Zone 1"]);
    await down(ledger, 5, "unavailable");
    await noteReadBack(ledger, ["Zone 1"], 30, []);
    expect(await ledger.erase({ endedBefore: minute(700), now: minute(700), limit: 10 })).toBe(1);
    await say(ledger, issue({ revision: 2, validTo: minute(2_000) }, 710));
    await ledger.save([
      updateOf(await claimOnly(ledger, 710), { delivery: deliveryOf([rightAt("Zone 1")]) }),
    ]);
    expect(await outagesOf(ledger)).toEqual([outage(5, "unavailable")]);
    expect(await readBacksOf(ledger)).toEqual(new Map([["Zone 1", { at: minute(30), unseen: [] }]]));
  });
}

async function recordRights(ledger: Ledger, targets: readonly string[]): Promise<void> {
  await say(ledger, issue());
  const delivery = deliveryOf(targets.map((target) => rightAt(target)));
  await ledger.save([updateOf(await claimOnly(ledger, 2), { delivery })]);
}

function down(ledger: Ledger, at: number, code: string, providerId = "passport"): Promise<void> {
  return ledger.noteOutage({ providerId, at: minute(at), code });
}

function up(ledger: Ledger, at: number): Promise<void> {
  return ledger.noteOutage({ providerId: "passport", at: minute(at), code: null });
}

function outage(from: number, code: string, until?: number) {
  return { downSince: minute(from), code, upAt: until === undefined ? null : minute(until) };
}

function noteReadBack(
  ledger: Ledger,
  targets: readonly string[],
  at: number,
  unseen: readonly string[],
): Promise<void> {
  return ledger.noteReadBack({ providerId: "passport", targets, readBack: { at: minute(at), unseen } });
}

async function outagesOf(ledger: Ledger, providerId = "passport") {
  return deliveryAt(await ledger.readRecord("permit-1"), providerId)?.outages;
}

async function readBacksOf(ledger: Ledger) {
  return deliveryAt(await ledger.readRecord("permit-1"), "passport")?.readBacks ?? new Map();
}

function deliveryAt(record: PermitRecord | undefined, providerId: string) {
  return record?.deliveries.find((delivery) => delivery.providerId === providerId);
}
