import { describe, expect, it } from "vitest";
import type { ProviderState } from "../../../src/sync/ledger/delivery.ts";
import { decodeDelivery, encodeDelivery } from "../../../src/sync/ledger/delivery-document.ts";
import { findLiveUntil } from "../../../src/sync/ledger/delivery-facts.ts";
import { DAY, desire, HOUR, PlannedVendor, START, wanted } from "../plan/planned-vendor.ts";

const ID = { providerId: "vendor", permitId: "P-1" };
const YEAR = 365 * DAY;

const iso = (milliseconds: number) => new Date(milliseconds).toISOString();

function vendorWith(changes: Parameters<typeof wanted>[0] = {}): PlannedVendor {
  const world = new PlannedVendor();
  world.desired = desire(wanted(changes));
  world.settle();
  return world;
}

const LONG = { validTo: iso(START + 2 * YEAR) };

/** Ends of what the vendor has, as it has them. */
const endsOf = ({ rights }: PlannedVendor) => [...rights.values()].map(({ end }) => iso(end));

/** The delivery after it was written and read again. */
function stored(delivery: ProviderState): ProviderState {
  const text = encodeDelivery(delivery, ID);
  return text === null ? delivery : decodeDelivery(text, ID);
}

describe.each([
  ["five hours", 5 * HOUR],
  ["a year", YEAR],
  ["two seconds", 2_000],
])("after a clock that was %s ahead was corrected, the planner", (_, ahead) => {
  it("cancels a right again at the right instant", () => {
    const world = vendorWith(LONG);
    world.now = START + ahead;
    world.desired = desire();
    world.settle();
    world.delivery = stored(world.delivery);
    world.now = START;
    expect(world.live()).toHaveLength(1);
    world.settle();
    expect(world.live()).toEqual([]);
    expect(endsOf(world)).toEqual([iso(START)]);
    expect(world.step().operations).toEqual([]);
  });

  it("cancels at the current instant, not at the one of its last decision", () => {
    const world = vendorWith(LONG);
    world.delivery = { ...world.delivery, decidedAt: iso(START + ahead) };
    world.desired = desire();
    expect(world.step().operations).toMatchObject([{ intent: { operation: "cancel", at: iso(START) } }]);
  });

  it("shortens the extension of an open-ended right to the usual end", () => {
    const world = new PlannedVendor();
    world.desired = desire(wanted({ validTo: null }));
    world.now = START + ahead;
    world.settle();
    expect(endsOf(world)).toEqual([iso(START + ahead + 30 * DAY)]);
    world.now = START;
    world.settle();
    expect(endsOf(world)).toEqual([iso(START + 30 * DAY)]);
    expect(world.step().operations).toEqual([]);
  });

  it("gives an operation in progress the right instant", () => {
    const world = vendorWith(LONG);
    world.now = START + ahead;
    world.desired = desire();
    world.step(() => "lost");
    world.now = START;
    world.delivery = stored(world.delivery);
    expect(world.step().operations).toMatchObject([{ intent: { operation: "cancel", at: iso(START) } }]);
    expect(world.delivery.decidedAt).toBe(iso(START));
  });

  it("keeps an end for each right when one had ended and was registered again", () => {
    const world = vendorWith({ validTo: iso(START + ahead) });
    world.now = START + ahead;
    world.settle();
    world.desired = desire(wanted(LONG));
    world.settle();
    expect(world.rights.size).toBe(2);
    world.now = START;
    world.delivery = stored(world.delivery);
    world.settle();
    expect(world.live()).toHaveLength(1);
    expect(endsOf(world)).toEqual([iso(START), LONG.validTo]);
  });

  it("remembers a right that had ended by that clock", () => {
    const world = vendorWith({ validTo: iso(START + ahead) });
    world.desired = desire(
      wanted({ validTo: iso(START + ahead) }),
      wanted({ validTo: iso(START + ahead), locationId: "b" }),
    );
    world.now = START + ahead;
    world.settle();
    expect(world.delivery.rights).toEqual([]);
    world.now = START;
    world.settle();
    expect(world.rights.size).toBe(2);
    world.desired = desire();
    world.settle();
    expect(world.live()).toEqual([]);
  });

  it("registers a permit that had ended by that clock", () => {
    const world = new PlannedVendor();
    world.desired = desire(wanted({ validTo: iso(START + ahead) }));
    world.now = START + ahead;
    world.settle();
    expect(world.delivery.decidedAt).toBe(iso(START + ahead));
    world.now = START;
    world.settle();
    expect(world.live()).toHaveLength(1);
  });

  it("ends the right that it had cancelled, and registers the next generation, when the permit is issued again", () => {
    const world = vendorWith(LONG);
    world.now = START + ahead;
    world.desired = desire();
    world.settle();
    world.now = START;
    world.desired = desire(wanted(LONG));
    world.settle();
    expect(world.live()).toHaveLength(1);
    expect(world.rights.size).toBe(2);
  });
});

describe("while the clock is not trusted, the planner", () => {
  const over = START + 100 * DAY;

  function leapt(): PlannedVendor {
    const world = vendorWith();
    world.now = over;
    world.steadyAt = new Date(over + DAY);
    return world;
  }

  it("keeps rights that have ended by it, and continues with them once the clock is right", () => {
    const world = leapt();
    world.desired = desire(wanted(), wanted({ locationId: "b" }));
    expect(world.step().operations).toEqual([]);
    expect(world.delivery.rights).toHaveLength(1);
    world.now = START;
    world.settle();
    expect(world.live()).toHaveLength(2);
    expect(world.rights.size).toBe(2);
  });

  it("cancels a right that has ended by it and is no longer wanted", () => {
    const world = leapt();
    world.desired = desire();
    world.settle();
    expect(world.log).toEqual(["register lot GXK204", "cancel lot GXK204"]);
  });

  it("extends a right that has ended by it", () => {
    const world = leapt();
    world.desired = desire(wanted({ validTo: iso(over + DAY) }));
    world.settle();
    expect(world.log).toEqual(["register lot GXK204", "amend lot GXK204"]);
    expect(world.rights.size).toBe(1);
  });

  it("drops such a right once the clock is trusted again", () => {
    const world = leapt();
    world.step();
    world.now = over + 2 * DAY;
    world.steadyAt = undefined;
    world.step();
    expect(world.delivery.rights).toEqual([]);
  });

  it("remembers the rights that it ended until the clock is trusted", () => {
    const world = leapt();
    world.desired = desire();
    world.settle();
    world.now += 3 * DAY;
    world.desired = desire(wanted({ validTo: iso(over + YEAR) }));
    world.settle();
    expect(world.delivery.ended).toHaveLength(1);
  });
});

describe("a right that was ended", () => {
  it("is remembered for a day, and counts as live until its end only", () => {
    const world = vendorWith();
    world.desired = desire();
    world.now += HOUR;
    world.settle();
    expect(world.delivery.ended).toMatchObject([{ intent: { operation: "cancel", at: iso(START + HOUR) } }]);
    expect(findLiveUntil(world.delivery)).toBe(START + HOUR);
    world.delivery = stored(world.delivery);
    world.now += DAY - 1;
    world.desired = desire(wanted());
    world.settle();
    expect(world.delivery.ended).toHaveLength(1);
    world.now += 1;
    world.desired = desire(wanted({ validTo: iso(START + 50 * DAY) }));
    world.settle();
    expect(world.delivery).not.toHaveProperty("ended");
  });

  it("is read back as it was written", () => {
    const world = vendorWith();
    world.desired = desire(wanted({ locationId: "b" }));
    world.settle();
    expect(world.delivery.ended).toHaveLength(1);
    expect(stored(world.delivery)).toEqual(world.delivery);
    world.desired = desire();
    world.settle();
    expect(world.delivery.ended).toHaveLength(2);
    expect(stored(world.delivery)).toEqual(world.delivery);
  });
});
