import { describe, expect, it } from "vitest";
import { rightKeyOf } from "../../../src/sync/plan/desired.ts";
import { retriedRight } from "./planned-right.ts";
import { DAY, desire, MINUTE, PlannedVendor, START, wanted } from "./planned-vendor.ts";

const iso = (ms: number) => new Date(ms).toISOString();

describe("a decision that did not reach the vendor", () => {
  const LATER = iso(START + 99 * DAY);
  it.each([
    ["a registration that is no longer wanted is dropped", [[], ["A"], []], []],
    ["a cancellation of a right that is wanted again is dropped", [["A"], [], ["A"]], []],
    ["an extension that is no longer wanted is dropped", [["A"], ["A until later"], ["A"]], []],
    ["a cancellation becomes an amendment", [["A"], [], ["A until later"]], ["amend lot A"]],
    ["an extension becomes a cancellation", [["A"], ["A until later"], []], ["cancel lot A"]],
    ["an operation that is still wanted is sent", [[], ["A"], ["A"]], ["register lot A"]],
  ])("%s", (_, [first, second, third], sent) => {
    const say = (words: readonly string[] = []) =>
      desire(
        ...words.map((word) =>
          wanted({ plate: { number: "A" }, ...(word === "A" ? {} : { validTo: LATER }) }),
        ),
      );
    const world = new PlannedVendor();
    world.desired = say(first);
    world.settle();
    world.desired = say(second);
    world.step(() => "limited");
    world.desired = say(third);
    world.log.length = 0;
    world.now += MINUTE;
    world.settle();
    expect(world.log).toEqual(sent);
    expect(world.live()).toEqual(world.desired.registrations.map(rightKeyOf));
  });

  it("waits like a new one for a registration without which a driver would be uncovered", () => {
    const world = new PlannedVendor();
    const plate = (number: string) => wanted({ plate: { number } });
    world.desired = desire(plate("A"));
    world.settle();
    world.desired = desire();
    world.step(() => "limited");
    world.desired = desire(plate("B"));
    world.log.length = 0;
    world.now += MINUTE;
    world.step(() => "refused");
    expect(world.delivery.rights[0]).toMatchObject({ intent: null, failure: null });
    world.settle();
    expect(world.log).toEqual(["register lot B"]);
    world.delivery = retriedRight(world.delivery);
    world.settle();
    expect(world.log.slice(1)).toEqual(["register lot B", "cancel lot A"]);
  });

  it("is no longer in progress when a cancellation replaces it and has to wait", () => {
    const world = new PlannedVendor();
    const plate = (number: string, validTo?: string) =>
      wanted({ plate: { number }, ...(validTo === undefined ? {} : { validTo }) });
    world.desired = desire(plate("A"));
    world.settle();
    world.desired = desire(plate("A", LATER));
    world.step(() => "limited");
    world.desired = desire(plate("B"));
    world.now += MINUTE;
    world.step(() => "refused");
    expect(world.step().operations).toEqual([]);
    expect(world.delivery.rights[0]).toMatchObject({ intent: null, failure: null });
    expect(world.delivery.rights[0]?.registration).toEqual(plate("A"));
  });

  it("is repeated unchanged when it may have reached the vendor", () => {
    const world = new PlannedVendor();
    world.desired = desire(wanted());
    world.settle();
    world.desired = desire();
    world.step(() => "lost");
    world.desired = desire(wanted());
    world.log.length = 0;
    world.now += MINUTE;
    world.step(() => "limited");
    world.now += MINUTE;
    world.settle();
    expect(world.log).toEqual([...["cancel", "cancel", "register"].map((kind) => `${kind} lot GXK204`)]);
  });
});
