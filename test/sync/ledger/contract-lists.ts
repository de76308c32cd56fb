import { expect, it } from "vitest";
import type { Refusal } from "../../../src/sync/ledger/delivery.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import type { Place } from "./contract.ts";
import { countOf } from "./count-of.ts";
import * as given from "./fixtures.ts";

const { claim, collect, deliveryOf, issue, minute, rightAt, say, updateOf } = given;

function refusal(failedAt: number, changes: Partial<Refusal> = {}): Refusal {
  const words = { code: "rejected", message: "passport: refused", vendorMessage: "zone is closed" };
  return {
    operation: "register",
    validTo: null,
    failedAt: minute(failedAt).toISOString(),
    ...words,
    ...changes,
  };
}

/** Issues permits and saves a delivery for each. */
async function deliver(
  ledger: Ledger,
  deliveries: Record<string, ReturnType<typeof deliveryOf>>,
  dueAt: number | null = null,
): Promise<void> {
  await ledger.record(Object.keys(deliveries).map((id) => issue({ id })));
  const claimed = await claim(ledger, 0, { limit: 10_000 });
  await ledger.save(
    claimed.map((one) => updateOf(one, { delivery: deliveries[one.permitId] ?? one.delivery, dueAt })),
  );
}

/** Lists and counts. */
export function describeLists(place: Place): void {
  it("counts deliveries that are pending, refused, or without a target", async () => {
    const { ledger } = place;
    const nothing = { pending: 0, oldestDueSince: null, failed: 0, unmapped: 0 };
    expect(await countOf(ledger, "passport", minute(0))).toEqual(nothing);
    const refused = rightAt("Zone 1", { receipt: null, failure: refusal(1) });
    await deliver(ledger, {
      two: deliveryOf([refused, { ...refused, reference: "another" }]),
      dismissed: deliveryOf([{ ...refused, failure: refusal(1, { dismissed: true }) }]),
      unmapped: deliveryOf([], { unmapped: ["lot-7", "lot-8"] }),
    });
    expect(await countOf(ledger, "passport", minute(9))).toEqual({ ...nothing, failed: 2, unmapped: 1 });
    await say(ledger, issue({ id: "later" }, 20));
    await say(ledger, issue({ id: "sooner" }, 10));
    expect(await countOf(ledger, "passport", minute(9))).toMatchObject({ pending: 0 });
    expect(await countOf(ledger, "passport", minute(15))).toMatchObject({
      pending: 1,
      oldestDueSince: minute(10),
    });
    const claimed = await claim(ledger, 15);
    expect(await countOf(ledger, "passport", minute(15))).toMatchObject({
      pending: 1,
      oldestDueSince: minute(10),
    });
    await ledger.save(claimed.map((one) => updateOf(one, { dueAt: 500, settled: false })));
    expect(await countOf(ledger, "passport", minute(15))).toMatchObject({
      pending: 1,
      oldestDueSince: minute(10),
    });
    expect(await countOf(ledger, "passport", minute(20))).toMatchObject({
      pending: 2,
      oldestDueSince: minute(10),
    });
    expect(await countOf(ledger, "hotspot", minute(20))).toEqual(nothing);
    const together = await ledger.count(["hotspot", "passport", "no such provider"], minute(20));
    expect([...together].map(([id, { pending }]) => [id, pending])).toEqual([
      ["hotspot", 0],
      ["passport", 2],
      ["no such provider", 0],
    ]);
    expect(await ledger.count([], minute(20))).toEqual(new Map());
  });

  it("counts as without a target only deliveries that could still be registered", async () => {
    const { ledger } = place;
    const unmapped = deliveryOf([], { unmapped: ["lot-7"] });
    await deliver(ledger, { lasting: unmapped, over: unmapped, revoked: unmapped, forgotten: unmapped });
    await say(ledger, issue({ id: "over", revision: 2, validTo: minute(5) }, 1));
    await say(ledger, given.revoke(3, "revoked"));
    await say(ledger, given.forget(3, "forgotten"));
    const countAt = async (at: number) => (await countOf(ledger, "passport", minute(at))).unmapped;
    expect(await countAt(4)).toBe(2);
    expect(await countAt(5)).toBe(1);
    // A clock that goes back restores no revoked permit.
    expect(await countAt(2)).toBe(2);
    expect(await collect(ledger.listUnmapped("passport"))).toHaveLength(4);
  });

  it("counts a claimed delivery as pending although it was not due", async () => {
    const { ledger } = place;
    await deliver(ledger, { "permit-1": deliveryOf([]) });
    const id = { providerId: "passport", permitId: "permit-1" };
    await ledger.claimOne(id, { now: minute(5), leaseMs: given.LEASE_MS });
    expect(await countOf(ledger, "passport", minute(5))).toMatchObject({
      pending: 1,
      oldestDueSince: minute(5),
    });
    expect(await countOf(ledger, "passport", minute(6))).toMatchObject({ pending: 0, oldestDueSince: null });
  });

  it("counts a claimed delivery as pending although it is no longer due, because the clock went back", async () => {
    const { ledger } = place;
    await ledger.record([issue({}, 5), issue({ id: "later" }, 20)]);
    await given.claimOnly(ledger, 6);
    const worked = { pending: 1, oldestDueSince: minute(5) };
    expect(await countOf(ledger, "passport", minute(6))).toMatchObject(worked);
    expect(await countOf(ledger, "passport", minute(2))).toMatchObject(worked);
    expect(await countOf(ledger, "hotspot", minute(2))).toMatchObject({ pending: 0, oldestDueSince: null });
    const reopened = await place.reopen();
    expect(await countOf(reopened, "passport", minute(2))).toMatchObject({
      pending: 0,
      oldestDueSince: null,
    });
  });

  it("lists refusals of one provider or of all, oldest first, with the vendor's words", async () => {
    const { ledger } = place;
    const entries = Array.from({ length: 230 }, (_, index) => {
      const right = rightAt("Zone 1", { receipt: null, failure: refusal((index * 37) % 115) });
      return [`permit-${index}`, deliveryOf([right])] as const;
    });
    await deliver(ledger, Object.fromEntries(entries));
    const failures = await collect(ledger.listFailures("passport"));
    expect(failures).toHaveLength(230);
    const times = failures.map(({ failedAt }) => Date.parse(failedAt));
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(new Set(failures.map(({ permitId }) => permitId)).size).toBe(230);
    expect(failures.find(({ permitId }) => permitId === "permit-3")).toEqual({
      ...refusal((3 * 37) % 115),
      ...{ key: "reference of Zone 1", locationId: "lot-1", target: "Zone 1" },
      ...{ providerId: "passport", permitId: "permit-3", companyId: "university" },
    });
    expect(await collect(ledger.listFailures())).toHaveLength(230);
    expect(await collect(ledger.listFailures("hotspot"))).toEqual([]);
  });

  it("stops listing a refusal when it was dismissed or has no right any more", async () => {
    const { ledger } = place;
    const refused = rightAt("Zone 1", { failure: refusal(1) });
    await deliver(ledger, { "permit-1": deliveryOf([refused]), other: deliveryOf([refused]) }, 5);
    expect(await collect(ledger.listFailures())).toHaveLength(2);
    const dismissed = deliveryOf([{ ...refused, failure: refusal(1, { dismissed: true }) }]);
    const [one, two] = await claim(ledger, 5);
    if (one === undefined || two === undefined) throw new Error("Both are due.");
    await ledger.save([updateOf(one, { delivery: dismissed }), updateOf(two, { delivery: deliveryOf([]) })]);
    expect(await collect(ledger.listFailures())).toEqual([]);
    expect(await countOf(ledger, "passport", minute(9))).toMatchObject({ failed: 0 });
  });

  it("lists deliveries without a target, in pages", async () => {
    const { ledger } = place;
    const ids = Array.from({ length: 230 }, (_, index) => `permit-${index}`);
    const unmapped = (id: string) => deliveryOf([], { unmapped: [`lot of ${id}`] });
    await deliver(ledger, Object.fromEntries(ids.map((id) => [id, unmapped(id)])));
    await deliver(ledger, { mapped: deliveryOf([]) });
    const listed = await collect(ledger.listUnmapped("passport"));
    expect(listed.map(({ permitId }) => permitId).sort()).toEqual(ids.toSorted());
    expect(listed.every(({ permitId, locationIds }) => locationIds[0] === `lot of ${permitId}`)).toBe(true);
    expect(await collect(ledger.listUnmapped("hotspot"))).toEqual([]);
  });

  it("lists deliveries by target, in pages: the acknowledged target, or the registration's before one is acknowledged", async () => {
    const { ledger } = place;
    const ids = Array.from({ length: 230 }, (_, index) => `permit-${index}`);
    const deliveries = Object.fromEntries(ids.map((id) => [id, deliveryOf([rightAt("Zone 1")])]));
    const acknowledged = rightAt("Zone 2");
    const { receipt } = acknowledged;
    await deliver(ledger, {
      ...deliveries,
      both: deliveryOf([rightAt("Zone 1"), rightAt("Zone 2", { receipt: null })]),
      elsewhere: deliveryOf([{ ...acknowledged, receipt: receipt && { ...receipt, target: "zone-id-3" } }]),
    });
    const idsAt = async (target: string) =>
      (await collect(ledger.listAt("passport", target))).map(({ permitId }) => permitId).sort();
    expect(await idsAt("Zone 1")).toEqual([...ids, "both"].sort());
    expect(await idsAt("Zone 2")).toEqual(["both"]);
    expect(await idsAt("zone-id-3")).toEqual(["elsewhere"]);
    expect(await idsAt("Zone 4")).toEqual([]);
    expect((await collect(ledger.listTargets("passport"))).sort()).toEqual(["Zone 1", "Zone 2", "zone-id-3"]);
    expect(await collect(ledger.listTargets("hotspot"))).toEqual([]);
    expect(await collect(ledger.listAt("hotspot", "Zone 1"))).toEqual([]);
    const [first] = await collect(ledger.listAt("passport", "Zone 2"));
    expect(first).toMatchObject({ providerId: "passport", delivery: { rights: [{}, { receipt: null }] } });
  });

  it("follows a right from target to target, across a restart", async () => {
    await deliver(place.ledger, { "permit-1": deliveryOf([rightAt("Zone 1")]) }, 5);
    const ledger = await place.reopen();
    const claimed = await given.claimOnly(ledger, 5);
    expect(claimed.delivery).toEqual(deliveryOf([rightAt("Zone 1")]));
    await ledger.save([updateOf(claimed, { delivery: deliveryOf([rightAt("Zone 2")]) })]);
    expect(await collect(ledger.listTargets("passport"))).toEqual(["Zone 2"]);
    expect(await collect(ledger.listAt("passport", "Zone 1"))).toEqual([]);
  });
}
