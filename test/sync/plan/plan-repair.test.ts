import { describe, expect, it } from "vitest";
import type { Repair } from "../../../src/sync/ledger/delivery.ts";
import { DAY, desire, HOUR, PlannedVendor, START, wanted } from "./planned-vendor.ts";

const AGAIN: Repair = { operation: "register", whenRefused: "replace" };
const LATER = new Date(START + 120 * DAY).toISOString();

/** A vendor that acknowledged one right, and the ledger with a repair of it. */
function toRepair(repair: Repair, prepare = (_world: PlannedVendor) => {}): PlannedVendor {
  const world = new PlannedVendor();
  world.desired = desire(wanted());
  world.settle();
  prepare(world);
  const { delivery } = world;
  world.delivery = { ...delivery, rights: delivery.rights.map((right) => ({ ...right, repair })) };
  world.log.length = 0;
  return world;
}

/** The permit asked for a later end, and the vendor refused it. */
function refuseLater(world: PlannedVendor): void {
  world.desired = desire(wanted({ validTo: LATER }));
  world.step(() => "refused");
  expect(world.delivery.rights).toMatchObject([{ failure: { operation: "amend", validTo: LATER } }]);
}

describe("a repair in the ledger", () => {
  it("registers a right that the vendor lost, under the same reference, once", () => {
    const world = toRepair(AGAIN);
    const [before] = world.delivery.rights;
    world.lose();
    world.settle();
    expect(world.log).toEqual(["register lot GXK204"]);
    expect(world.live()).toHaveLength(1);
    expect(world.delivery.rights).toEqual([
      {
        reference: before?.reference,
        registration: before?.registration,
        receipt: before?.receipt,
        acknowledgedAt: before?.acknowledgedAt,
        intent: null,
        failure: null,
      },
    ]);
  });

  it("sends the acknowledged end again", () => {
    const world = toRepair({ operation: "amend", whenRefused: "replace" });
    const [right] = world.rights.values();
    Object.assign(right ?? {}, { end: START + DAY });
    world.settle();
    expect(world.log).toEqual(["amend lot GXK204"]);
    expect([...world.rights.values()]).toMatchObject([{ end: START + 90 * DAY }]);
  });

  it("is repeated unchanged when it got no answer, and not before its wait has passed", () => {
    const world = toRepair(AGAIN, refuseLater);
    world.step(() => "limited");
    const [waiting] = world.delivery.rights;
    expect(world.step().operations).toEqual([]);
    world.now += HOUR;
    const { operations } = world.plan();
    expect(operations).toMatchObject([{ intent: { operation: "register", at: waiting?.intent?.at } }]);
  });

  it("keeps the refusal of another end", () => {
    const world = toRepair(AGAIN, refuseLater);
    const [before] = world.delivery.rights;
    world.settle();
    expect(world.log).toEqual(["register lot GXK204"]);
    expect(world.delivery.rights).toMatchObject([
      { failure: before?.failure, registration: { validTo: LATER }, intent: null },
    ]);
    expect(world.delivery.rights[0]).not.toHaveProperty("repair");
  });

  it("is replaced by the cancellation of a revoked permit, also while it waits", () => {
    for (const fate of [undefined, "limited"] as const) {
      const world = toRepair(AGAIN);
      if (fate !== undefined) world.step(() => fate);
      world.log.length = 0;
      world.desired = desire();
      world.settle();
      expect(world.log).toEqual(["cancel lot GXK204"]);
      expect([world.live(), world.delivery.rights]).toEqual([[], []]);
    }
  });

  it("is replaced by a changed end, which also finds what the vendor lost", () => {
    const world = toRepair(AGAIN);
    world.lose();
    world.desired = desire(wanted({ validTo: LATER }));
    world.settle();
    expect(world.log).toEqual(["amend lot GXK204", "register lot GXK204"]);
    expect([...world.rights.values()]).toMatchObject([{ end: Date.parse(LATER) }]);
  });

  it("registers the next generation when the vendor refuses it, or keeps the right as it was acknowledged", () => {
    const replaced = toRepair(AGAIN);
    replaced.lose();
    replaced.step(() => "refused");
    replaced.settle();
    expect(replaced.delivery.rights).toMatchObject([{ registration: { generation: 1 }, failure: null }]);

    const kept = toRepair({ operation: "register", whenRefused: "keep" });
    const [{ repair: _, ...before } = {}] = kept.delivery.rights;
    kept.step(() => "refused");
    expect(kept.step().operations).toEqual([]);
    expect(kept.delivery.rights).toEqual([before]);
  });
});
