import { describe, expect, it } from "vitest";
import { dismissedRight, retriedRight } from "./planned-right.ts";
import { DAY, desire, HOUR, MINUTE, PlannedVendor, rules, START, wanted } from "./planned-vendor.ts";

const iso = (ms: number) => new Date(ms).toISOString();

describe("a registration", () => {
  it("is sent when its lead time begins, and not before", () => {
    const world = new PlannedVendor();
    const start = START + 3 * DAY;
    world.desired = desire(wanted({ validFrom: iso(start) }));
    expect(world.step()).toMatchObject({ operations: [], dueAt: new Date(start - rules.leadTimeMs) });
    world.now = start - rules.leadTimeMs;
    world.settle();
    expect(world.log).toEqual(["register lot GXK204"]);
  });

  it("is not sent when it has ended", () => {
    const world = new PlannedVendor();
    world.desired = desire(wanted({ validTo: iso(START) }));
    expect(world.step()).toMatchObject({ operations: [], dueAt: null });
  });

  it("is amended when its end changes, and cancelled when its new end has passed", () => {
    const world = new PlannedVendor();
    world.desired = desire(wanted());
    world.settle();
    world.desired = desire(wanted({ validTo: null }));
    world.settle();
    world.desired = desire(wanted({ validTo: iso(START - HOUR) }));
    world.settle();
    expect(world.log).toEqual(["register lot GXK204", "amend lot GXK204", "cancel lot GXK204"]);
    expect(world.delivery.rights).toEqual([]);
  });

  it("without an end is extended when a third of its days is left", () => {
    const world = new PlannedVendor();
    world.desired = desire(wanted({ validTo: null }));
    world.settle();
    expect(world.plan().dueAt).toEqual(new Date(START + 20 * DAY));
    world.now = START + 20 * DAY;
    world.settle();
    expect(world.log).toEqual(["register lot GXK204", "amend lot GXK204"]);
    expect(world.delivery.rights[0]?.receipt?.coveredUntil).toBe(iso(START + 50 * DAY));
  });

  it("that ended while the vendor was down is registered as the next generation", () => {
    const world = new PlannedVendor();
    world.desired = desire(wanted({ validTo: null }));
    world.settle();
    world.now = START + 31 * DAY;
    world.settle();
    expect(world.delivery.rights.map(({ registration }) => registration.generation)).toEqual([1]);
    expect(world.rights.size).toBe(2);
  });

  it("that returns is the next generation: A, B and A again", () => {
    const world = new PlannedVendor();
    for (const number of ["A", "B", "A"]) {
      world.desired = desire(wanted({ plate: { number } }));
      world.settle();
    }
    const [right] = world.delivery.rights;
    expect(right?.registration).toMatchObject({ plate: { number: "A" }, generation: 1 });
    expect(world.log).toEqual([
      "register lot A",
      "register lot B",
      "cancel lot A",
      "register lot A",
      "cancel lot B",
    ]);
  });

  it("continues the count of generations after an erasure, because the used ones are not known", () => {
    const world = new PlannedVendor();
    world.delivery = { ...world.delivery, generation: 4, erased: true };
    world.desired = desire(wanted());
    world.settle();
    expect(world.delivery.rights[0]?.registration.generation).toBe(5);
  });
});

describe("the order of operations", () => {
  it("moves a location: registers at the new target before it cancels at the old one", () => {
    const world = new PlannedVendor();
    world.desired = desire(wanted());
    world.settle();
    world.desired = desire(wanted({ target: "other" }));
    expect(world.step().operations.map(({ intent }) => intent?.operation)).toEqual(["register"]);
    expect(world.step().operations.map(({ intent }) => intent?.operation)).toEqual(["cancel"]);
  });

  it("lets two locations swap their targets", () => {
    const world = new PlannedVendor();
    const at = (locationId: string, target: string) => wanted({ locationId, target });
    world.desired = desire(at("east", "zone-1"), at("west", "zone-2"));
    world.settle();
    world.desired = desire(at("east", "zone-2"), at("west", "zone-1"));
    world.log.length = 0;
    world.settle();
    expect(world.log).toEqual([
      ...["register east GXK204", "register west GXK204"],
      ...["cancel east GXK204", "cancel west GXK204"],
    ]);
  });

  it("registers first also when only the start or the region changes", () => {
    const world = new PlannedVendor();
    world.desired = desire(wanted());
    world.settle();
    world.desired = desire(wanted({ plate: { number: "GXK204", region: "CA-NB" } }));
    expect(world.step().operations.map(({ intent }) => intent?.operation)).toEqual(["register"]);
    expect(world.step().operations.map(({ intent }) => intent?.operation)).toEqual(["cancel"]);
  });

  it("keeps the old plate while the new one is refused, until a person dismisses it", () => {
    const world = new PlannedVendor();
    world.desired = desire(wanted({ plate: { number: "A" } }));
    world.settle();
    world.desired = desire(wanted({ plate: { number: "B" } }));
    world.step(() => "refused");
    expect(world.step().operations).toEqual([]);
    world.delivery = dismissedRight(world.delivery);
    world.settle();
    expect(world.log).toEqual(["register lot A", "register lot B", "cancel lot A"]);
  });
});

describe("an operation without a known result", () => {
  it("is repeated unchanged, whatever is wanted by then", () => {
    const world = new PlannedVendor();
    world.desired = desire(wanted());
    const [first] = world.step(() => "lost").operations;
    world.desired = desire();
    world.now += HOUR;
    const [second] = world.step().operations;
    expect(second).toMatchObject({ reference: first?.reference, registration: first?.registration });
    expect(second?.intent).toMatchObject({ operation: "register", at: first?.intent?.at });
    world.settle();
    expect(world.live()).toEqual([]);
  });

  it("waits before it is repeated", () => {
    const world = new PlannedVendor();
    world.desired = desire(wanted());
    world.step(() => "never");
    const waiting = world.step();
    expect(waiting.operations).toEqual([]);
    expect(waiting.dueAt?.getTime()).toBeGreaterThan(START);
    expect(waiting.dueAt?.getTime()).toBeLessThanOrEqual(START + MINUTE);
  });

  it("is dropped when the vendor cannot have anything of it", () => {
    const world = new PlannedVendor();
    world.desired = desire(wanted({ validTo: iso(START + HOUR) }));
    world.step(() => "never");
    world.now = START + HOUR;
    expect(world.step().operations).toEqual([]);
    expect(world.delivery.rights).toEqual([]);
  });

  it("that is then refused is repeated at once when it is no longer wanted, because the vendor may have it", () => {
    const world = new PlannedVendor();
    world.desired = desire(wanted());
    world.step(() => "lost");
    world.now += HOUR;
    world.step(() => "refused");
    expect(world.delivery.rights[0]).toMatchObject({ receipt: null, failure: { operation: "register" } });
    expect(world.step().operations).toEqual([]);
    world.desired = desire();
    world.settle();
    expect(world.log.slice(1)).toEqual(["register lot GXK204", "register lot GXK204", "cancel lot GXK204"]);
    expect(world.live()).toEqual([]);
  });
});

describe("a refused operation", () => {
  it("is not repeated while the same is wanted, and is repeated after a change or a retry", () => {
    const world = new PlannedVendor();
    world.desired = desire(wanted());
    world.step(() => "refused");
    world.now += DAY;
    expect(world.step().operations).toEqual([]);
    world.desired = desire(wanted({ validTo: null }));
    expect(world.step(() => "refused").operations).toHaveLength(1);
    world.delivery = retriedRight(world.delivery);
    world.settle();
    expect(world.live()).toHaveLength(1);
    expect(new Set(world.delivery.rights.map(({ registration }) => registration.generation))).toEqual(
      new Set([0]),
    );
  });

  it("is forgotten when it is no longer wanted and the vendor cannot have anything of it", () => {
    const world = new PlannedVendor();
    world.desired = desire(wanted());
    world.step(() => "refused");
    world.desired = desire();
    world.step();
    expect(world.delivery.rights).toEqual([]);
  });
});

describe("a clock that goes back", () => {
  it("does not cause a second registration of a right that had ended", () => {
    const world = new PlannedVendor();
    world.desired = desire(wanted({ validTo: iso(START + HOUR) }));
    world.settle();
    world.now = START + HOUR;
    world.settle();
    world.now = START;
    expect(world.step().operations).toEqual([]);
  });
});
