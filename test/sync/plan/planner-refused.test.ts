import { describe, expect, it } from "vitest";
import { desire, HOUR, PlannedVendor, wanted } from "./planned-vendor.ts";

const ENDS: [how: string, dies: boolean][] = [
  ["ends without an answer", false],
  ["was under way when the process died", true],
];

describe("an operation that was refused after an attempt without an answer", () => {
  it.each(ENDS)("is sent again when the permit is issued again after a repeat that %s", (_, dies) => {
    const world = new PlannedVendor();
    world.desired = desire(wanted());
    world.step(() => "never");
    world.now += HOUR;
    world.step(() => "refused");
    world.desired = desire();
    const { operations } = world.plan();
    const before = world.step(() => "lost").delivery;
    if (dies) world.delivery = before;
    expect(operations).toHaveLength(1);
    world.desired = desire(wanted());
    world.now += HOUR;
    // It does not reach the vendor, and the attempt before it is still without an answer.
    if (dies) world.step(() => "limited");
    world.now += HOUR;
    world.settle();
    expect(world.delivery.rights).toMatchObject([{ intent: null, failure: null }]);
    expect(world.delivery.rights[0]?.receipt).not.toBeNull();
  });

  it.each(ENDS)("as a cancellation, is sent again after a repeat that %s", (_, dies) => {
    const world = new PlannedVendor();
    world.desired = desire(wanted());
    world.settle();
    world.desired = desire();
    world.step(() => "never");
    world.now += HOUR;
    world.step(() => "refused");
    expect(world.step().operations).toEqual([]);
    world.desired = desire(wanted());
    const before = world.step(() => "lost").delivery;
    if (dies) world.delivery = before;
    world.desired = desire();
    world.now += HOUR;
    world.settle();
    expect(world.delivery.rights).toEqual([]);
  });

  it("stays listed when its repeat does not reach the vendor", () => {
    const world = new PlannedVendor();
    world.desired = desire(wanted());
    world.step(() => "never");
    world.now += HOUR;
    world.step(() => "refused");
    world.desired = desire();
    world.step(() => "limited");
    expect(world.delivery.rights).toMatchObject([{ failure: { operation: "register" } }]);
    world.desired = desire(wanted());
    world.now += HOUR;
    expect(world.step().operations).toEqual([]);
  });

  it("as an end, is not listed when its right waits to be cancelled", () => {
    const world = new PlannedVendor();
    world.desired = desire(wanted());
    world.settle();
    world.desired = desire(wanted({ validTo: null }));
    world.step(() => "refused");
    expect(world.delivery.rights).toMatchObject([{ failure: { operation: "amend" } }]);
    world.desired = desire(wanted({ validTo: null, target: "elsewhere" }));
    world.step(() => "refused");
    world.step();
    expect(world.delivery.rights).toMatchObject([{ failure: null }, { failure: { operation: "register" } }]);
  });
});
