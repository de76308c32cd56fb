import fc from "fast-check";
import { expect } from "vitest";
import type { Registration } from "../../../src/core/registration/registration.ts";
import { type Desired, rightKeyOf } from "../../../src/sync/plan/desired.ts";
import { placeOf } from "../../../src/sync/plan/right-terms.ts";
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

function registrationsOf({ plates, places, from, to }: Permit): Registration[] {
  return places.flatMap((one) =>
    plates.map((number) =>
      wanted({
        ...{ ...one, plate: number, validFrom: new Date(START + from).toISOString() },
        validTo: to === null ? null : new Date(START + to).toISOString(),
      }),
    ),
  );
}

export type Act =
  | { readonly do: "say"; readonly permit: Permit }
  | { readonly do: "revoke" }
  /** Only the end changes, so many milliseconds from now. */
  | { readonly do: "end"; readonly inMs: number | null }
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "step"; readonly fates: readonly Fate[] }
  | { readonly do: "crash" }
  /** The vendor forgets all of its rights. */
  | { readonly do: "lose" };

export function acts(fates: readonly Fate[], permits = permit, size: fc.Size = "small"): fc.Arbitrary<Act[]> {
  const say = fc.record({ do: fc.constant("say" as const), permit: permits });
  const step = fc.record({
    do: fc.constant("step" as const),
    fates: fc.array(fc.constantFrom(...fates), { minLength: 1, maxLength: 5 }),
  });
  return fc.array(
    fc.oneof(
      { arbitrary: say, weight: 3 },
      { arbitrary: step, weight: 5 },
      { arbitrary: fc.constant<Act>({ do: "revoke" }), weight: 1 },
      {
        arbitrary: fc.record({
          do: fc.constant("end" as const),
          inMs: fc.constantFrom(-HOUR, MINUTE, 5 * HOUR, 3 * DAY, 40 * DAY, null),
        }),
        weight: 2,
      },
      { arbitrary: fc.constant<Act>({ do: "crash" }), weight: 1 },
      {
        arbitrary: fc.record({
          do: fc.constant("pass" as const),
          ms: fc.constantFrom(1, MINUTE, HOUR, 6 * DAY, -HOUR),
        }),
        weight: 2,
      },
    ),
    { maxLength: 25, size },
  );
}

/** One registration, of which only the end changes, at a vendor that often sends no reply. */
export const actsOfOne = acts(
  ["ok", "lost", "lost", "refused", "refused", "limited"],
  fc.constant<Permit>({
    plates: [{ number: "A" }],
    places: [{ locationId: "east", target: "zone-1" }],
    ...{ from: -3 * DAY, to: 2 * HOUR },
  }),
  "large",
);

/** One plate at one place, of which start and region change, at a vendor that often refuses. */
export const actsOfPlace = acts(
  ["ok", "ok", "ok", "refused", "refused", "limited", "lost"],
  fc.record({
    plates: fc.constantFrom<Permit["plates"]>([{ number: "A" }], [{ number: "A", region: "CA-NB" }]),
    places: fc.constant([{ locationId: "east", target: "zone-1" }]),
    from: fc.constantFrom(-3 * DAY, -2 * DAY, -DAY),
    to: fc.constantFrom(20 * DAY, 30 * DAY),
  }),
  "large",
);

/** Acts between which the vendor forgets all of its rights. */
export function withLoss(before: fc.Arbitrary<Act[]>, after: fc.Arbitrary<Act[]>): fc.Arbitrary<Act[]> {
  return fc.tuple(before, after).map(([first, rest]) => [...first, { do: "lose" }, ...rest]);
}

/** Registrations that the vendor should have now. */
export function due(world: PlannedVendor): Registration[] {
  return world.desired.registrations.filter(
    ({ validFrom, validTo }) =>
      Date.parse(validFrom) - rules.leadTimeMs <= world.now &&
      (validTo === null || Date.parse(validTo) > world.now),
  );
}

/** What must be live at the end: all that is due, or one for each plate and target where the vendor keeps one. */
export function expectFulfilled(world: PlannedVendor): void {
  const wanted = due(world);
  if (!world.keepsOne) {
    expect(world.live()).toEqual(wanted.map(rightKeyOf).sort());
    return;
  }
  const keys = wanted.map(rightKeyOf);
  for (const key of world.live()) expect(keys).toContain(key);
  expect(world.liveRights().map(placeOf).sort()).toEqual([...new Set(wanted.map(placeOf))].sort());
}

export function live(world: PlannedVendor, wish: Registration): boolean {
  return world.live().includes(rightKeyOf(wish));
}

export function endingAt({ desired, now }: PlannedVendor, inMs: number | null): Desired {
  const validTo = inMs === null ? null : new Date(now + inMs).toISOString();
  const longer = desired.registrations.filter(({ validFrom }) => validTo === null || validFrom < validTo);
  return desire(...longer.map((one) => ({ ...one, validTo })));
}

/** Carries out the acts, with `check` before each step. */
export function run(
  list: readonly Act[],
  check: (world: PlannedVendor) => void = () => {},
  keepsOne = list.length % 3 === 0,
): PlannedVendor {
  const world = new PlannedVendor();
  // For half of the vendors, so that their requests differ from one history to the next.
  world.ownReferences = list.length % 2 === 0;
  world.keepsOne = keepsOne;
  for (const act of list) {
    if (act.do === "say") world.desired = desire(...registrationsOf(act.permit));
    else if (act.do === "revoke") world.desired = desire();
    else if (act.do === "end") world.desired = endingAt(world, act.inMs);
    else if (act.do === "pass") world.now += act.ms;
    // The plan is saved, and then the process dies before anything is sent.
    else if (act.do === "crash") world.delivery = world.plan().delivery;
    else if (act.do === "lose") world.lose();
    else {
      check(world);
      let next = 0;
      world.step(() => act.fates[next++ % act.fates.length] ?? "ok");
    }
  }
  return world;
}

// Longer than any wait, by a clock that was set back in every act.
export const CALM_MS = 30 * HOUR;

export const TROUBLE = ["ok", "ok", "lost", "never", "limited"] as const;
export const REFUSALS = [...TROUBLE, "refused"] as const;
