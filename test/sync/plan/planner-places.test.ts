import { describe, expect, it } from "vitest";
import type { Registration } from "../../../src/core/registration/registration.ts";
import { rightKeyOf } from "../../../src/sync/plan/desired.ts";
import { dismissedRight, retriedRight } from "./planned-right.ts";
import { DAY, desire, type Fate, HOUR, MINUTE, PlannedVendor, START, wanted } from "./planned-vendor.ts";

const iso = (ms: number) => new Date(ms).toISOString();
const later = (changes: Partial<Registration> = {}) => wanted({ validFrom: iso(START - HOUR), ...changes });

/** A permit with a registered right, at a vendor that keeps one right for a plate and target. */
function started(...registrations: Registration[]): PlannedVendor {
  const world = new PlannedVendor();
  world.keepsOne = true;
  world.desired = desire(...registrations);
  world.settle();
  world.log.length = 0;
  return world;
}

const kindsOf = (world: PlannedVendor) => world.log.map((line) => line.split(" ")[0]);

/** Steps until no operation is left to be sent, with one outcome for each operation, in order; `ok` after the last. */
function settleWith(world: PlannedVendor, fates: readonly Fate[]): void {
  const left = [...fates];
  for (let round = 0; world.step(() => left.shift() ?? "ok").operations.length > 0; round += 1) {
    if (round === 20) throw new Error("It never ends.");
  }
}

describe("a right whose start or region changes, at a vendor that keeps one for a plate and target", () => {
  it.each([
    ["start", later()],
    ["region", wanted({ plate: { number: "GXK204", region: "CA-NB" } })],
  ])(
    "is registered first, and replaces the old one after the vendor said that a right exists: %s",
    (_, changed) => {
      const world = started(wanted());
      world.desired = desire(changed);
      world.settle();
      expect(kindsOf(world)).toEqual(["register", "cancel", "register"]);
      expect(world.live()).toEqual([rightKeyOf(changed)]);
      expect(world.delivery.rights).toMatchObject([{ failure: null, intent: null }]);
    },
  );

  it("keeps the old one when the vendor refuses the new one for another reason", () => {
    const world = started(wanted());
    world.desired = desire(later());
    settleWith(world, ["refused"]);
    expect(kindsOf(world)).toEqual(["register"]);
    expect(world.live()).toEqual([rightKeyOf(wanted())]);
    expect(world.delivery.rights.map(({ failure }) => failure?.operation)).toEqual([undefined, "register"]);
  });

  it("restores the old one, as a new generation and with the permit's end, when the new one is refused", () => {
    const world = started(wanted());
    const validTo = iso(START + 30 * DAY);
    world.desired = desire(later({ validTo }));
    settleWith(world, ["ok", "ok", "refused"]);
    expect(kindsOf(world)).toEqual(["register", "cancel", "register", "register"]);
    expect(world.live()).toEqual([rightKeyOf(wanted())]);
    expect(world.delivery.rights).toMatchObject([
      { failure: { operation: "register", code: "rejected", status: 422 }, receipt: null },
      { registration: { generation: 1, validFrom: wanted().validFrom, validTo }, failure: null },
    ]);
    // The two do not replace each other for ever.
    world.now += 2 * DAY;
    expect(world.step().operations).toEqual([]);
  });

  it("leaves the old one out while another permit has the place, and registers the new one when that is gone", () => {
    const world = started(wanted());
    const other = new PlannedVendor(world);
    world.desired = desire(later());
    world.step();
    world.step();
    // Now the place is free, and another permit has it.
    other.desired = desire(wanted({ permitId: "P-2" }));
    other.settle();
    world.settle();
    expect(world.live()).toEqual([rightKeyOf(wanted({ permitId: "P-2" }))]);
    // If it were sent again, the old one could get the place first, and the new one would wait for its end.
    expect(world.delivery.rights.map(({ failure }) => failure?.reason)).toEqual([
      undefined,
      "already_exists",
    ]);
    other.desired = desire();
    other.settle();
    world.now += HOUR;
    world.settle();
    expect(world.live()).toEqual([rightKeyOf(later())]);
    expect(world.delivery.rights).toHaveLength(1);
  });

  const between: [string, Fate[], string[]][] = [
    ["the new one's first request", ["limited"], ["register"]],
    ["the old one's cancellation", ["ok", "limited"], ["register", "cancel"]],
    ["the new one's second request", ["ok", "ok", "limited"], ["register", "cancel", "register"]],
    [
      "the old one's return",
      ["ok", "ok", "refused", "limited"],
      ["register", "cancel", "register", "register"],
    ],
  ];
  it.each(between)(
    "continues where it was when the vendor was down at %s, or the process died there",
    (_, fates, sent) => {
      for (const dies of [false, true]) {
        const world = started(wanted());
        world.desired = desire(later());
        const isRefused = fates.includes("refused");
        settleWith(world, fates);
        expect(kindsOf(world)).toEqual(sent);
        world.now += MINUTE;
        if (dies) world.delivery = world.plan().delivery;
        world.settle();
        expect(world.live()).toEqual([rightKeyOf(isRefused ? wanted() : later())]);
      }
    },
  );

  it.each(between)("leaves no right when the permit is revoked at %s", (_, fates) => {
    const world = started(wanted());
    world.desired = desire(later());
    settleWith(world, fates);
    world.desired = desire();
    world.now += MINUTE;
    world.settle();
    expect(world.live()).toEqual([]);
    expect(world.delivery.rights).toEqual([]);
  });

  it.each(between)("returns to the old start when that is wanted again at %s", (_, fates) => {
    const world = started(wanted());
    world.desired = desire(later());
    settleWith(world, fates);
    world.desired = desire(wanted());
    world.now += MINUTE;
    world.settle();
    expect(world.live()).toEqual([rightKeyOf(wanted())]);
    expect(world.delivery.rights).toHaveLength(1);
  });

  it.each(between)("moves to a third start at %s", (_, fates) => {
    const world = started(wanted());
    world.desired = desire(later());
    settleWith(world, fates);
    const third = wanted({ validFrom: iso(START - 2 * HOUR) });
    world.desired = desire(third);
    world.now += MINUTE;
    world.settle();
    expect(world.live()).toEqual([rightKeyOf(third)]);
    expect(world.delivery.rights).toHaveLength(1);
  });

  it("is for a person to decide after that: retry() cancels the old one again, dismiss() drops it", () => {
    for (const answer of ["retry", "dismiss"] as const) {
      const world = started(wanted());
      world.desired = desire(later());
      settleWith(world, ["ok", "ok", "refused"]);
      world.delivery = answer === "retry" ? retriedRight(world.delivery) : dismissedRight(world.delivery);
      world.settle();
      expect(world.live()).toEqual(answer === "retry" ? [rightKeyOf(later())] : []);
    }
  });

  it("does not restore a right that has ended by then", () => {
    const world = started(wanted({ validTo: iso(START + HOUR) }));
    const longer = iso(START + 9 * DAY);
    world.desired = desire(later({ validTo: longer }));
    settleWith(world, ["ok", "ok", "limited"]);
    world.now += 2 * HOUR;
    settleWith(world, ["refused"]);
    expect(world.live()).toEqual([]);
    expect(world.delivery.rights).toHaveLength(1);
  });
});

describe("a vendor that keeps one right for a plate and target", () => {
  const at = (locationId: string, target: string, permitId = "P-1") =>
    wanted({ locationId, target, permitId });

  it("has both rights after two locations of a permit swapped their targets", () => {
    const world = started(at("east", "zone-1"), at("west", "zone-2"));
    world.desired = desire(at("east", "zone-2"), at("west", "zone-1"));
    world.settle();
    expect(world.live()).toEqual([at("east", "zone-2"), at("west", "zone-1")].map(rightKeyOf).sort());
    expect(world.delivery.rights.map(({ failure }) => failure)).toEqual([null, null]);
  });

  it("has both rights after locations of two permits swapped their targets", () => {
    const one = started(at("east", "zone-1"));
    const other = new PlannedVendor(one);
    other.desired = desire(at("west", "zone-2", "P-2"));
    other.settle();
    one.desired = desire(at("east", "zone-2"));
    other.desired = desire(at("west", "zone-1", "P-2"));
    for (let minute = 0; minute < 3; minute += 1) {
      for (const world of [one, other]) {
        world.now = START + minute * MINUTE;
        world.settle();
      }
    }
    expect(one.live()).toEqual([at("east", "zone-2"), at("west", "zone-1", "P-2")].map(rightKeyOf).sort());
  });

  it("gets the registration of a second location at the same target again when the first one is gone", () => {
    const world = started(at("east", "zone-1"), at("west", "zone-1"));
    expect(world.live()).toHaveLength(1);
    expect(world.delivery.rights.map(({ failure }) => failure?.reason)).toEqual([
      undefined,
      "already_exists",
    ]);
    world.now += DAY;
    expect(world.step().operations).toEqual([]);
    world.desired = desire(at("west", "zone-1"));
    world.settle();
    expect(world.live()).toEqual([rightKeyOf(at("west", "zone-1"))]);
  });

  it("gets the registration again at growing intervals while another permit has the place, until a person dismisses it", () => {
    const other = started(wanted({ permitId: "P-2" }));
    const world = new PlannedVendor(other);
    world.desired = desire(wanted());
    world.settle();
    expect(world.log).toHaveLength(1);
    const waits: number[] = [];
    for (let count = 0; count < 9; count += 1) {
      const { dueAt } = world.plan();
      waits.push(((dueAt?.getTime() ?? 0) - world.now) / MINUTE);
      world.now = dueAt?.getTime() ?? 0;
      world.settle();
      expect(world.delivery.rights).toMatchObject([{ failure: { reason: "already_exists" } }]);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    other.now = world.now;
    other.desired = desire();
    other.settle();
    world.delivery = dismissedRight(world.delivery);
    world.now += DAY;
    expect(world.step().operations).toEqual([]);
  });

  it("gets the registration again at once after the clock was set back, where the wait would exceed the longest one", () => {
    const other = started(wanted({ permitId: "P-2" }));
    const world = new PlannedVendor(other);
    world.desired = desire(wanted());
    world.settle();
    world.now -= 3 * HOUR;
    expect(world.step().operations).toHaveLength(1);
  });
});
