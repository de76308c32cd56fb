import { expect, it } from "vitest";
import { NO_DELIVERY } from "../../../src/sync/ledger/delivery.ts";
import type { ClaimedDelivery, Ledger } from "../../../src/sync/ledger/ledger.ts";
import type { Place } from "./contract.ts";
import { countOf } from "./count-of.ts";
import * as given from "./fixtures.ts";

const {
  claim,
  claimOnly,
  deliveryOf,
  issue,
  keepOf,
  minute,
  nextDue,
  revise,
  revoke,
  rightAt,
  say,
  updateOf,
} = given;

/** Which worker has which delivery, and when a delivery is due. */
export function describeClaims(place: Place): void {
  it("claims due deliveries for one worker, longest due first, with their permits", async () => {
    const { ledger } = place;
    for (const [id, at] of [
      ["late", 7],
      ["early", 2],
      ["middle", 5],
      ["future", 60],
    ] as const) {
      await say(ledger, issue({ id }, at));
    }
    const first = await claim(ledger, 10, { limit: 2 });
    expect(first.map(({ permitId }) => permitId)).toEqual(["early", "middle"]);
    expect(first[0]).toMatchObject({
      ...{ providerId: "passport", companyId: "university", delivery: NO_DELIVERY, dueSince: minute(2) },
      stored: { permit: given.permitOf({ id: "early" }), state: "active", changedAt: minute(2) },
    });
    expect((await claim(ledger, 10)).map(({ permitId }) => permitId)).toEqual(["late"]);
    expect(await claim(ledger, 10)).toEqual([]);
    expect(await claim(ledger, 10, { providerId: "hotspot" })).toEqual([]);
  });

  it("claims what an urgent change made due before others, but not before what is due for a day longer", async () => {
    const { ledger } = place;
    const day = 24 * 60;
    for (const [id, at] of [
      ["a day and a minute", -1],
      ["a day less a minute", 1],
      ["one of many", day - 5],
    ] as const)
      await say(ledger, issue({ id }, at));
    const alone = { ...issue({ id: "alone" }, day), isUrgent: true };
    expect(await say(ledger, alone)).toBe("recorded");
    expect(await nextDue(ledger, "passport")).toEqual(minute(-1));
    const claimed = await claim(ledger, day, { limit: 3 });
    expect(claimed.map(({ permitId, isUrgent }) => [permitId, isUrgent])).toEqual([
      ["a day and a minute", false],
      ["alone", true],
      ["a day less a minute", false],
    ]);
    expect(claimed[1]?.dueSince).toEqual(minute(day));
    expect(await countOf(ledger, "passport", minute(day))).toMatchObject({
      ...{ pending: 4, oldestDueSince: minute(-1) },
    });
  });

  it("gives an urgent change during a claim its place, and the time since when it waits", async () => {
    const { ledger } = place;
    await say(ledger, issue({}, 0));
    const claimed = await claimOnly(ledger, 0);
    await say(ledger, { ...revoke(10), isUrgent: true });
    await say(ledger, issue({ id: "backlog" }, 9));
    await ledger.save([updateOf(claimed)]);
    const again = await claim(ledger, 10);
    expect(again.map(({ permitId, isUrgent }) => [permitId, isUrgent])).toEqual([
      ["permit-1", true],
      ["backlog", false],
    ]);
    expect(again[0]?.dueSince).toEqual(minute(10));
    await ledger.save(again.map((one) => updateOf(one, { dueAt: 12 })));
    expect((await claim(ledger, 12)).map(({ isUrgent }) => isUrgent)).toEqual([false, false]);
  });

  it("claims for several providers at once, the longest due of each, up to each one's limit", async () => {
    const { ledger } = place;
    for (const [id, at] of [
      ["late", 9],
      ["early", 2],
      ["middle", 4],
    ] as const)
      await say(ledger, issue({ id }, at, ["passport", "hotspot"]));
    await say(ledger, issue({ id: "other's" }, 1, ["other"]));
    const limits = new Map([
      ["hotspot", 1],
      ["passport", 2],
      ["never heard of", 5],
    ]);
    const claimed = await ledger.claim({ limits, now: minute(10), leaseMs: given.LEASE_MS });
    const of = (providerId: string) =>
      claimed.filter((one) => one.providerId === providerId).map(({ permitId }) => permitId);
    expect(of("passport")).toEqual(["early", "middle"]);
    expect(of("hotspot")).toEqual(["early"]);
    expect(claimed).toHaveLength(3);
    expect(await ledger.save(claimed.map((one) => updateOf(one)))).toEqual([true, true, true]);
    const next = await ledger.findNextDue(["hotspot", "passport", "other", "never heard of"]);
    expect(Object.fromEntries(next)).toEqual({ hotspot: minute(4), passport: minute(9), other: minute(1) });
    expect((await ledger.findNextDue([])).size).toBe(0);
    expect(await ledger.claim({ limits: new Map(), now: minute(10), leaseMs: 1 })).toEqual([]);
  });

  it("gives a delivery to another worker when its claim has expired, and not before", async () => {
    const { ledger } = place;
    await say(ledger, issue());
    const lost = await claimOnly(ledger, 0);
    expect(await given.nextDue(ledger, "passport")).toEqual(minute(1));
    expect(await claim(ledger, 0.99)).toEqual([]);
    const taken = await claimOnly(ledger, 1);
    const late = updateOf(lost, { delivery: given.deliveryOf([], { generation: 5 }) });
    expect(await ledger.save([late])).toEqual([false]);
    expect(await ledger.claimOne(taken, { now: minute(1), leaseMs: 1 })).toBeUndefined();
    expect(await ledger.save([updateOf(taken)])).toEqual([true]);
    expect(await ledger.claimOne(taken, { now: minute(2), leaseMs: 1 })).toMatchObject({
      delivery: NO_DELIVERY,
    });
  });

  it("makes due, after a clock was set back, the deliveries that wait for its later instants, and no others", async () => {
    const { ledger } = place;
    for (const id of ["waits", "planned soon", "planned later", "settled"])
      await say(ledger, issue({ id }, 0));
    const claimed = new Map((await claim(ledger, 0)).map((one) => [one.permitId, one]));
    const release = (id: string, dueAt: number | null, settled: boolean) =>
      updateOf(claimed.get(id) as ClaimedDelivery, { dueAt, settled });
    await ledger.save([
      release("waits", 55, false),
      release("planned soon", 45, true),
      release("planned later", 70, true),
      release("settled", null, true),
    ]);
    await say(ledger, issue({ id: "new" }, 50));
    expect(await countOf(ledger, "passport", minute(-10))).toMatchObject({ pending: 0 });

    await ledger.rewind({ providerId: "hotspot", latest: minute(60), now: minute(-10) });
    expect(await countOf(ledger, "passport", minute(-10))).toMatchObject({ pending: 0 });
    await ledger.rewind({ providerId: "passport", latest: minute(60), now: minute(-10) });
    expect(await countOf(ledger, "passport", minute(-10))).toMatchObject({
      pending: 3,
      oldestDueSince: minute(-10),
    });
    const due = (await claim(ledger, -10)).map(({ permitId }) => permitId);
    expect(due.sort()).toEqual(["new", "planned soon", "waits"]);
    expect(await given.nextDue(ledger, "passport")).toEqual(minute(-9));
    expect((await claim(ledger, 70)).map(({ permitId }) => permitId)).toContain("planned later");
  });

  it("makes due what was decided at a later instant than the clock shows, and what is claimed", async () => {
    const { ledger } = place;
    for (const id of ["ahead", "before", "never", "worked on"]) await say(ledger, issue({ id }, 0));
    const claimed = await claim(ledger, 0);
    const decided = (id: string, decidedAt: string | null) => {
      const one = claimed.find(({ permitId }) => permitId === id) as ClaimedDelivery;
      const delivery = { ...deliveryOf([rightAt("Zone 1")]), decidedAt, unmapped: ["lot"] };
      return updateOf(one, { delivery, dueAt: null, settled: true });
    };
    await ledger.save([
      decided("ahead", minute(55).toISOString()),
      decided("before", minute(-1).toISOString()),
      decided("never", null),
    ]);
    expect(await countOf(ledger, "passport", minute(0))).toMatchObject({ pending: 1 });
    await ledger.rewind({ providerId: "passport", latest: minute(60), now: minute(0) });
    expect((await claim(ledger, 0)).map(({ permitId }) => permitId)).toContain("ahead");
    await ledger.save([decided("worked on", minute(55).toISOString())]);
    const later = (await claim(ledger, 0)).map(({ permitId }) => permitId);
    expect(later).toEqual(["worked on"]);
    expect(await countOf(ledger, "passport", minute(0))).toMatchObject({ pending: 2 });
  });

  it("lets no claim outlast a newer one after the clock went back", async () => {
    const { ledger } = place;
    await say(ledger, issue({}, 60));
    await claimOnly(ledger, 60);
    await ledger.rewind({ providerId: "passport", latest: minute(60), now: minute(0) });
    expect(await claim(ledger, 0)).toEqual([]);
    expect(await claim(ledger, 2)).toHaveLength(1);
  });

  it("lets a delivery be claimed again after the clock went back, when its claim expired without being saved", async () => {
    const { ledger } = place;
    const id = { providerId: "passport", permitId: "permit-1" };
    await say(ledger, issue({}, 0));
    const one = await claimOnly(ledger, 0);
    await ledger.save([updateOf(one, { dueAt: 600, settled: true })]);
    expect(await ledger.claimOne(id, { now: minute(1), leaseMs: 60_000 })).toBeDefined();
    await ledger.rewind({ providerId: "passport", latest: minute(1), now: minute(0) });
    // A delivery that counts as due can be claimed: otherwise a loop would ask again and again.
    const next = await given.nextDue(ledger, "passport");
    expect(next?.getTime()).toBeLessThanOrEqual(minute(2).getTime());
    expect(await claim(ledger, 3)).toHaveLength(1);
  });

  it("remembers the clock across a restart", async () => {
    let { ledger } = place;
    expect(await ledger.readClock()).toMatchObject({ latest: null, leap: null });
    await ledger.noteClock({ latest: minute(5) });
    const leap = { steadyAt: minute(50), byMs: -1_000 };
    await ledger.noteClock({ leap });
    await ledger.noteClock({ latest: minute(4) });
    ledger = await place.reopen();
    expect(await ledger.readClock()).toMatchObject({ latest: minute(5), leap });
    await ledger.noteClock({ latest: minute(4) }, { isSettled: true });
    await ledger.noteClock({ leap: null });
    expect(await ledger.readClock()).toMatchObject({ latest: minute(4), leap: null });
    await ledger.noteClock({ leap }, { isSettled: true });
    await ledger.noteClock({ latest: null }, { isSettled: true });
    expect(await ledger.readClock()).toMatchObject({ latest: minute(4), leap });
  });

  it("keeps a claim that has not expired because the clock went back", async () => {
    const { ledger } = place;
    await say(ledger, issue());
    const first = await claimOnly(ledger, 0);
    await say(ledger, issue({ id: "longer due" }, -5));
    // The claim is over, and another caller looks for work without claiming any.
    const [other] = await claim(ledger, 1.5, { limit: 1 });
    expect(other?.permitId).toBe("longer due");
    expect(await claim(ledger, 0.5)).toEqual([]);
    expect(await ledger.claimOne(first, { now: minute(0.5), leaseMs: 1 })).toBeUndefined();
    await ledger.save([updateOf(first, { delivery: given.deliveryOf([], { generation: 5 }), dueAt: 30 })]);
    await ledger.save([updateOf(other as typeof first)]);
    expect(await given.nextDue(ledger, "passport")).toEqual(minute(30));
    expect((await claimOnly(ledger, 30)).delivery.generation).toBe(5);
  });

  it.each([
    ["a permit that is new", (ledger) => say(ledger, issue({ id: "earlier" }, 3))],
    ["one that is revised", (ledger) => say(ledger, revise({ id: "settled", revision: 2 }, 3))],
    ["one that is revoked", (ledger) => say(ledger, revoke(3, "settled"))],
    [
      "a company's",
      (ledger) => ledger.makeDue({ companyId: "college", providerIds: ["passport"], at: minute(3) }),
    ],
    ["one that is released", (ledger, kept) => ledger.save([updateOf(kept, { dueAt: 3, settled: false })])],
  ] satisfies [string, (ledger: Ledger, kept: ClaimedDelivery) => Promise<unknown>][])(
    "claims a delivery that became due earlier than the last one claimed, after the clock went back: %s",
    async (_, becomeDue) => {
      const { ledger } = place;
      for (const id of ["settled", "kept"]) await say(ledger, issue({ id }, 9));
      await say(ledger, issue({ id: "college's", companyId: "college" }, 9));
      const first = await claim(ledger, 9);
      const kept = first.find(({ permitId }) => permitId === "kept") as ClaimedDelivery;
      await ledger.save(first.filter((one) => one !== kept).map((one) => updateOf(one)));
      await say(ledger, issue({ id: "given last" }, 9.5));
      expect(await claim(ledger, 9.5)).toMatchObject([{ permitId: "given last" }]);
      await becomeDue(ledger, kept);
      expect(await claim(ledger, 9.5)).toHaveLength(1);
    },
  );

  it("accepts a late save as long as no other worker has the claim", async () => {
    const { ledger } = place;
    await say(ledger, issue());
    const late = await claimOnly(ledger, 0);
    const update = updateOf(late, { delivery: given.deliveryOf([], { generation: 5 }) });
    expect(await ledger.save([update])).toEqual([true]);
    expect(await claim(ledger, 60)).toEqual([]);
    const again = await ledger.claimOne(late, { now: minute(60), leaseMs: 1 });
    expect(again?.delivery.generation).toBe(5);
  });

  it("saves and keeps the claim", async () => {
    const { ledger } = place;
    await say(ledger, issue());
    const claimed = await claimOnly(ledger, 0);
    const [one, two] = [
      given.deliveryOf([given.rightAt("Zone 1")]),
      given.deliveryOf([given.rightAt("Zone 2")]),
    ];
    expect(await ledger.save([keepOf(claimed, one)])).toEqual([true]);
    expect(await claim(ledger, 0.5)).toEqual([]);
    expect(await given.collect(ledger.listAt("passport", "Zone 1"))).toMatchObject([{ delivery: one }]);
    await ledger.save([updateOf(claimed, { delivery: two, dueAt: 9 })]);
    expect(await given.nextDue(ledger, "passport")).toEqual(minute(9));
    expect(await claimOnly(ledger, 9)).toMatchObject({ delivery: two, dueSince: minute(9) });
  });

  it("changes nothing for a claim that was released or never made", async () => {
    const { ledger } = place;
    await say(ledger, issue());
    const claimed = await claimOnly(ledger, 0);
    await ledger.save([updateOf(claimed, { dueAt: 30 })]);
    const delivery = given.deliveryOf([given.rightAt("Zone 1")]);
    const over = [updateOf(claimed, { delivery, dueAt: 1 }), keepOf(claimed, delivery)];
    expect(await ledger.save(over)).toEqual([false, false]);
    const unknown = { ...updateOf(claimed, { delivery }), permitId: "never heard of" };
    expect(await ledger.save([unknown])).toEqual([false]);
    expect(await given.nextDue(ledger, "passport")).toEqual(minute(30));
    expect(await claimOnly(ledger, 30)).toMatchObject({ delivery: NO_DELIVERY });
  });

  it("accepts one of two saves in one call: that of the claim that is still held", async () => {
    const { ledger } = place;
    await say(ledger, issue());
    const lost = await claimOnly(ledger, 0);
    const taken = await claimOnly(ledger, 1);
    const delivery = given.deliveryOf([given.rightAt("Zone 2")]);
    const effects = await ledger.save([
      updateOf(lost, { delivery: given.deliveryOf([given.rightAt("Zone 1")]) }),
      updateOf(taken, { delivery }),
    ]);
    expect(effects).toEqual([false, true]);
    expect(await given.collect(ledger.listTargets("passport"))).toEqual(["Zone 2"]);
    expect(await given.collect(ledger.listAt("passport", "Zone 2"))).toMatchObject([{ delivery }]);
    expect(await given.collect(ledger.listAt("passport", "Zone 1"))).toEqual([]);
  });

  it("makes a delivery that changed meanwhile due at once, whatever the worker saves", async () => {
    const { ledger } = place;
    await say(ledger, issue());
    const claimed = await claimOnly(ledger, 1);
    await say(ledger, revise({ revision: 2 }, 2));
    await say(ledger, revoke(3));
    expect(await claim(ledger, 1.5)).toEqual([]);
    await ledger.save([updateOf(claimed, { dueAt: 500 })]);
    expect(await given.nextDue(ledger, "passport")).toEqual(minute(2));
    const again = await claimOnly(ledger, 3);
    expect(again).toMatchObject({ dueSince: minute(2), stored: { state: "revoked" } });
    await ledger.save([updateOf(again, { dueAt: 500 })]);
    expect(await given.nextDue(ledger, "passport")).toEqual(minute(500));
  });

  it("remembers since when work is pending until it is done", async () => {
    const { ledger } = place;
    await say(ledger, issue({}, 2));
    await ledger.save([updateOf(await claimOnly(ledger, 3), { dueAt: 8, settled: false })]);
    expect(await claim(ledger, 7)).toEqual([]);
    const second = await claimOnly(ledger, 8);
    expect(second.dueSince).toEqual(minute(2));
    await ledger.save([updateOf(second, { dueAt: 20 })]);
    expect((await claimOnly(ledger, 21)).dueSince).toEqual(minute(20));
  });

  it("claims one named delivery whether it is due or not", async () => {
    const { ledger } = place;
    const id = { providerId: "passport", permitId: "permit-1" };
    const request = { now: minute(5), leaseMs: given.LEASE_MS };
    expect(await ledger.claimOne(id, request)).toBeUndefined();
    await say(ledger, issue({}, 60));
    const claimed = await ledger.claimOne(id, request);
    expect(claimed).toMatchObject({ ...id, dueSince: minute(5), delivery: NO_DELIVERY });
    expect(await ledger.claimOne(id, request)).toBeUndefined();
    expect(await ledger.claimOne({ ...id, providerId: "hotspot" }, request)).toBeUndefined();
    expect(await ledger.claimOne(id, { ...request, now: minute(6) })).toMatchObject(id);
  });

  it("makes all of a company's deliveries due, and creates the requested ones of permits that are neither revoked nor over", async () => {
    const { ledger } = place;
    await ledger.record([
      ...[issue(), issue({ id: "over", validTo: minute(5) }), issue({ id: "revoked" })],
      ...[issue({ id: "bare" }, 0, []), issue({ id: "other", companyId: "city" })],
      issue({ id: "elsewhere" }, 0, ["switched off"]),
      revoke(1, "revoked"),
    ]);
    for (const providerId of ["passport", "switched off"]) {
      const claimed = await claim(ledger, 1, { providerId });
      await ledger.save(claimed.map((one) => updateOf(one, { dueAt: 400 })));
    }
    const selection = { companyId: "university", providerIds: ["passport", "hotspot"], at: minute(10) };
    expect(await ledger.makeDue(selection)).toBe(9);
    const dueIds = async (providerId: string) =>
      (await claim(ledger, 10, { providerId })).map(({ permitId }) => permitId).sort();
    expect(await dueIds("passport")).toEqual(["bare", "elsewhere", "over", "permit-1", "revoked"]);
    expect(await dueIds("hotspot")).toEqual(["bare", "elsewhere", "permit-1"]);
    expect(await dueIds("switched off")).toEqual(["elsewhere"]);
    expect(await ledger.makeDue({ ...selection, companyId: "nobody" })).toBe(0);
    // No delivery is created, and the holders of claims learn of the change.
    expect(await ledger.makeDue({ ...selection, providerIds: [], at: minute(11) })).toBe(9);
    expect(await ledger.makeDue({ ...selection, companyId: "city", providerIds: [] })).toBe(1);
  });

  it("tells a worker that its company's mapping has changed since the claim", async () => {
    const { ledger } = place;
    await say(ledger, issue());
    const claimed = await claimOnly(ledger, 0);
    await ledger.makeDue({ companyId: "university", providerIds: [], at: minute(1) });
    await ledger.save([updateOf(claimed, { dueAt: null })]);
    expect(await claimOnly(ledger, 1)).toMatchObject({ dueSince: minute(1) });
  });

  it("returns for each delivery whether it was saved, in order", async () => {
    const { ledger } = place;
    for (const id of ["kept", "taken over", "erased", "given back"]) await say(ledger, issue({ id }));
    const claimed = new Map((await claim(ledger, 0)).map((one) => [one.permitId, one]));
    const of = (id: string) => claimed.get(id) as ClaimedDelivery;
    await ledger.save([updateOf(of("given back"), { dueAt: 30 })]);
    await say(ledger, given.forget(0, "erased"));
    expect(await ledger.erase({ endedBefore: minute(0), now: minute(1), limit: 5 })).toBe(1);
    const id = { providerId: "passport", permitId: "taken over" };
    expect(await ledger.claimOne(id, { now: minute(1), leaseMs: given.LEASE_MS })).toBeDefined();
    const effects = await ledger.save([
      updateOf(of("given back")),
      updateOf(of("taken over")),
      updateOf(of("kept")),
      updateOf(of("erased")),
    ]);
    expect(effects).toEqual([false, false, true, false]);
    expect(await ledger.save([])).toEqual([]);
  });

  it("releases claims when it is closed", async () => {
    await say(place.ledger, issue());
    const lost = await claimOnly(place.ledger, 0);
    const ledger = await place.reopen();
    const taken = await claimOnly(ledger, 0);
    const late = updateOf(lost, { delivery: given.deliveryOf([given.rightAt("Zone 1")]) });
    expect(await ledger.save([late])).toEqual([false]);
    expect(await claim(ledger, 0)).toEqual([]);
    await ledger.save([updateOf(taken)]);
    expect(await given.collect(ledger.listTargets("passport"))).toEqual([]);
  });
}
