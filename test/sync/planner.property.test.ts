import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StoredRegistration } from "../../src/core/registration.ts";
import type { Right } from "../../src/sync/delivery.ts";
import { rightKeyOf } from "../../src/sync/desired.ts";
import { slotOf } from "../../src/sync/right-terms.ts";
import {
  DAY,
  desire,
  type Fate,
  HOUR,
  MINUTE,
  PlannedVendor,
  rules,
  START,
  wanted,
} from "./planned-vendor.ts";

interface Permit {
  readonly plates: readonly { number: string; region?: string }[];
  readonly places: readonly { locationId: string; target: string }[];
  readonly from: number;
  readonly to: number | null;
}

const plate = fc.constantFrom<Permit["plates"][number]>(
  ...[{ number: "A" }, { number: "B" }, { number: "A", region: "CA-NB" }],
);
const place = fc.record({
  locationId: fc.constantFrom("east", "west"),
  target: fc.constantFrom("zone-1", "zone-2"),
});
const permit: fc.Arbitrary<Permit> = fc.record({
  plates: fc.uniqueArray(plate, { minLength: 1, maxLength: 2 }),
  places: fc.uniqueArray(place, { maxLength: 2, selector: ({ locationId }) => locationId }),
  from: fc.constantFrom(-3 * DAY, -2 * DAY, 12 * HOUR, 3 * DAY),
  to: fc.constantFrom(null, 10 * DAY, 20 * DAY),
});

function registrationsOf({ plates, places, from, to }: Permit): StoredRegistration[] {
  return places.flatMap((one) =>
    plates.map((number) =>
      wanted({
        ...{ ...one, plate: number, validFrom: new Date(START + from).toISOString() },
        validTo: to === null ? null : new Date(START + to).toISOString(),
      }),
    ),
  );
}

type Act =
  | { readonly do: "say"; readonly permit: Permit }
  | { readonly do: "revoke" }
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "step"; readonly fates: readonly Fate[] }
  | { readonly do: "crash" };

function acts(fates: readonly Fate[]): fc.Arbitrary<Act[]> {
  const say = fc.record({ do: fc.constant("say" as const), permit });
  const step = fc.record({
    do: fc.constant("step" as const),
    fates: fc.array(fc.constantFrom(...fates), { minLength: 1, maxLength: 5 }),
  });
  return fc.array(
    fc.oneof(
      { arbitrary: say, weight: 3 },
      { arbitrary: step, weight: 5 },
      { arbitrary: fc.constant<Act>({ do: "revoke" }), weight: 1 },
      { arbitrary: fc.constant<Act>({ do: "crash" }), weight: 1 },
      {
        arbitrary: fc.record({
          do: fc.constant("pass" as const),
          ms: fc.constantFrom(1, MINUTE, HOUR, 6 * DAY, -HOUR),
        }),
        weight: 2,
      },
    ),
    { maxLength: 25 },
  );
}

/** Registrations that are to be there now. */
function due(world: PlannedVendor): StoredRegistration[] {
  return [...world.desired.registrations.values()].filter(
    ({ validFrom, validTo }) =>
      Date.parse(validFrom) - rules.leadTimeMs <= world.now &&
      (validTo === null || Date.parse(validTo) > world.now),
  );
}

function live(world: PlannedVendor, wish: StoredRegistration): boolean {
  return world.live().includes(rightKeyOf(wish));
}

/** Lives through the acts, with `check` before each step. */
function run(list: readonly Act[], check: (world: PlannedVendor) => void = () => {}): PlannedVendor {
  const world = new PlannedVendor();
  for (const act of list) {
    if (act.do === "say") world.desired = desire(...registrationsOf(act.permit));
    else if (act.do === "revoke") world.desired = desire();
    else if (act.do === "pass") world.now += act.ms;
    // Written down, and then the process dies before anything is sent.
    else if (act.do === "crash") world.delivery = world.plan().delivery;
    else {
      check(world);
      let next = 0;
      world.step(() => act.fates[next++ % act.fates.length] ?? "ok");
    }
  }
  return world;
}

const TROUBLE = ["ok", "ok", "lost", "never", "limited"] as const;
const REFUSALS = [...TROUBLE, "refused"] as const;
const options = { numRuns: 2_000, seed: Number(process.env["SEED"] ?? 20_260_915) };

describe("the planner, whatever was said and whatever became of it", () => {
  it("brings the vendor to what is desired once operations succeed: nothing waits for ever", () => {
    fc.assert(
      fc.property(acts(TROUBLE), (list) => {
        const world = run(list);
        world.now += 2 * HOUR;
        world.settle();
        expect(world.live()).toEqual(due(world).map(rightKeyOf).sort());
      }),
      options,
    );
  });

  it("never makes a second live right for one registration", () => {
    fc.assert(
      fc.property(acts(REFUSALS), (list) => {
        const world = run(list, (before) => {
          const keys = before.live();
          expect(new Set(keys).size).toBe(keys.length);
        });
        const keys = world.live();
        expect(new Set(keys).size).toBe(keys.length);
      }),
      options,
    );
  });

  it("cancels nothing while a driver would be left uncovered by it", () => {
    fc.assert(
      fc.property(acts(REFUSALS), (list) => {
        run(list, (world) => {
          const isNew = (right: Right) =>
            world.delivery.rights.find(({ reference }) => reference === right.reference)?.intent === null;
          const cancels = world.plan().operations.filter((right) => right.intent?.operation === "cancel");
          for (const right of cancels.filter(isNew)) {
            const { registration } = right;
            // Where start or region changed, the old one goes first: no vendor is asked for two in one slot.
            const makesRoom = due(world).some((wish) => slotOf({ registration: wish }) === slotOf(right));
            if (makesRoom) continue;
            const uncovered = due(world).filter(
              (wish) =>
                !live(world, wish) &&
                (wish.locationId === registration.locationId ||
                  wish.plate.number === registration.plate.number),
            );
            expect(uncovered).toEqual([]);
          }
        });
      }),
      options,
    );
  });

  it("repeats its plan after a crash, with the same references and instants", () => {
    fc.assert(
      fc.property(acts(REFUSALS), (list) => {
        run(list, (world) => {
          const plan = world.plan();
          const saidOf = ({ reference, intent }: Right) => [
            reference,
            intent?.operation,
            intent?.at,
            intent?.validTo,
          ];
          world.delivery = plan.delivery;
          const again = world.plan();
          expect(again.operations.map(saidOf)).toEqual(plan.operations.map(saidOf));
          const third = { ...world, delivery: again.delivery };
          expect(third.delivery.rights.map(saidOf)).toEqual(plan.delivery.rights.map(saidOf));
        });
      }),
      options,
    );
  });

  it("decides nothing earlier than what it decided before, though the clock goes back", () => {
    fc.assert(
      fc.property(acts(REFUSALS), (list) => {
        let last = "";
        run(list, (world) => {
          for (const { reference, intent } of world.plan().operations) {
            const known = world.delivery.rights.find((right) => right.reference === reference)?.intent;
            if (known?.at === intent?.at) continue;
            expect((intent?.at ?? "") >= last).toBe(true);
          }
          last = [last, world.plan().delivery.decidedAt ?? ""].sort().at(-1) ?? "";
        });
      }),
      options,
    );
  });

  it("gives each right that it takes up a reference that nothing had before", () => {
    fc.assert(
      fc.property(acts(REFUSALS), (list) => {
        const firstAt = new Map<string, string>();
        run(list, (world) => {
          const known = new Set(world.delivery.rights.map(({ reference }) => reference));
          for (const { reference, registration } of world.plan().delivery.rights) {
            if (!known.has(reference)) expect(firstAt.has(reference)).toBe(false);
            firstAt.set(reference, rightKeyOf(registration));
          }
          world.delivery = world.plan().delivery;
        });
      }),
      options,
    );
  });
});
