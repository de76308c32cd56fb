import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Registration } from "../../../src/core/registration/registration.ts";
import type { RegistrationState } from "../../../src/sync/ledger/delivery.ts";
import { findLiveUntil } from "../../../src/sync/ledger/delivery-facts.ts";
import { rightKeyOf } from "../../../src/sync/plan/desired.ts";
import { isAway, isStandIn } from "../../../src/sync/plan/plan-stand-in.ts";
import { placeOf } from "../../../src/sync/plan/right-terms.ts";
import {
  acts,
  actsOfOne,
  actsOfPlace,
  CALM_MS,
  due,
  endingAt,
  expectFulfilled,
  live,
  REFUSALS,
  run,
  TROUBLE,
  withLoss,
} from "./planned-acts.ts";
import { retriedRight } from "./planned-right.ts";
import { DAY, type PlannedVendor, START } from "./planned-vendor.ts";

const options = {
  numRuns: Number(process.env["RUNS"] ?? 2_000),
  seed: Number(process.env["SEED"] ?? 20_260_915),
};

describe("the planner, for any changes and any outcomes", () => {
  it("brings the vendor to the desired state once operations succeed: no operation waits for ever", () => {
    fc.assert(
      fc.property(acts(TROUBLE), (list) => {
        const world = run(list);
        world.now += CALM_MS;
        world.settle();
        expectFulfilled(world);
      }),
      options,
    );
  });

  it("brings a vendor that lost everything to the desired state as soon as an end changes", () => {
    fc.assert(
      fc.property(withLoss(acts(TROUBLE), acts(TROUBLE)), (list) => {
        const world = run(list);
        world.now += CALM_MS;
        world.settle();
        world.desired = endingAt(world, 50 * DAY);
        world.settle();
        expectFulfilled(world);
        const generations = world.delivery.rights.map(({ receipt }) => receipt?.registration.generation);
        // A right for which the vendor has no place is refused.
        if (!world.keepsOne) expect(generations).not.toContain(undefined);
      }),
      options,
    );
  });

  it("brings the vendor to the desired state after refusals too, when a person retries them", () => {
    fc.assert(
      fc.property(fc.oneof(acts(REFUSALS), actsOfOne), (list) => {
        const world = run(list);
        world.now += CALM_MS;
        world.settle();
        world.delivery = retriedRight(world.delivery);
        world.settle();
        expectFulfilled(world);
        for (const { registration, end, isCancelled } of world.rights.values()) {
          const wish = due(world).find((one) => rightKeyOf(one) === rightKeyOf(registration));
          const wished = wish?.validTo;
          if (typeof wished !== "string" || isCancelled || end <= world.now) continue;
          expect(end).toBe(Date.parse(wished));
        }
      }),
      options,
    );
  });

  it("restores a right that was cancelled for another, unless the vendor refuses that too", () => {
    let returned = 0;
    fc.assert(
      fc.property(actsOfPlace, (list) => {
        const world = run(list, undefined, true);
        world.now += CALM_MS;
        world.settle();
        expect(world.delivery.rights.filter((right) => isStandIn(right) && isAway(right))).toEqual([]);
        const isRefused = world.delivery.rights.some(({ failure }) => failure !== null);
        if (isRefused && world.liveRights().length > 0) returned += 1;
      }),
      options,
    );
    expect(returned).toBeGreaterThan(20);
  });

  it("forgets and erases no permit while the vendor may have a right of it", () => {
    fc.assert(
      fc.property(fc.oneof(acts(REFUSALS), actsOfOne, withLoss(acts(REFUSALS), acts(REFUSALS))), (list) => {
        let latest = START;
        const check = (world: PlannedVendor) => {
          latest = Math.max(latest, world.now);
          const known = world.delivery.rights.map(({ reference }) => reference);
          const until = findLiveUntil(world.delivery) ?? Number.NEGATIVE_INFINITY;
          for (const [reference, { end, isCancelled }] of world.rights) {
            if (isCancelled || end <= latest) continue;
            expect(known).toContain(reference);
            expect(until).toBeGreaterThanOrEqual(end);
          }
        };
        check(run(list, check));
      }),
      options,
    );
  });

  it("never creates a second live right for one registration", () => {
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

  it("cancels no right while a driver would be uncovered without it", () => {
    fc.assert(
      fc.property(acts(REFUSALS), (list) => {
        run(list, (world) => {
          const isNew = (right: RegistrationState) =>
            world.delivery.rights.find(({ reference }) => reference === right.reference)?.intent === null;
          const cancels = world.plan().operations.filter((right) => right.intent?.operation === "cancel");
          for (const right of cancels.filter(isNew)) {
            const { registration } = right;
            const refusalOf = (wish: Registration) =>
              world.delivery.rights.find((one) => rightKeyOf(one.registration) === rightKeyOf(wish))?.failure;
            const isRefusedFor = (wish: Registration) => refusalOf(wish)?.reason === "already_exists";
            // The vendor's reply says that a new one has no place while the old one is there.
            if (right.gaveWay === true) {
              const place = placeOf(registration);
              expect(due(world).some((wish) => placeOf(wish) === place && isRefusedFor(wish))).toBe(true);
              continue;
            }
            const uncovered = due(world).filter(
              (wish) =>
                !live(world, wish) &&
                // The vendor's reply says that the plate has a right there.
                !(isRefusedFor(wish) && placeOf(wish) !== placeOf(registration)) &&
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
          const saidOf = ({ reference, intent }: RegistrationState) => [
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

  it("sends no instant ahead of the clock, although the clock goes back", () => {
    fc.assert(
      fc.property(acts(REFUSALS), (list) => {
        run(list, (world) => {
          for (const { intent } of world.plan().operations) {
            expect(Date.parse(intent?.at ?? "")).toBeLessThanOrEqual(world.now);
          }
        });
      }),
      options,
    );
  });

  it("gives each new right a reference that no right had before", () => {
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
