import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Intent, ProviderState, Refusal, RegistrationState } from "../../../src/sync/ledger/delivery.ts";
import { planSingleRegistration } from "../../../src/sync/plan/plan-single-registration.ts";
import { planRegistrations } from "../../../src/sync/plan/planner.ts";
import { DAY, desire, rules, START, wanted } from "./planned-vendor.ts";

const iso = (at: number) => new Date(at).toISOString();

const instant = fc.constantFrom(-2 * DAY, -1, 0, 1, 12 * 60 * 60_000, 3 * DAY).map((ms) => iso(START + ms));
const end = fc.constantFrom(null, iso(START), iso(START + DAY), iso(START + 9 * DAY));
const registration = fc
  .record({ validFrom: instant, validTo: end, number: fc.constantFrom("A", "B") })
  .map(({ number, ...terms }) => wanted({ ...terms, plate: { number } }));

/** Mostly absent, as in most deliveries: then the shortcut applies. */
const rarely = <Value>(some: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: some });

const intent: fc.Arbitrary<Intent | null> = rarely(
  fc.record({
    operation: fc.constantFrom("register" as const, "amend" as const, "cancel" as const),
    at: instant,
    validTo: end,
    attempts: fc.nat(2),
    notBefore: fc.option(instant),
  }),
);
const failure: fc.Arbitrary<Refusal | null> = rarely(
  fc.record({
    operation: fc.constantFrom("register" as const, "amend" as const, "cancel" as const),
    validTo: end,
    failedAt: instant,
    code: fc.constant("rejected"),
    message: fc.constant("no"),
  }),
);
const right: fc.Arbitrary<RegistrationState> = fc
  .record({
    registration,
    intent,
    failure,
    hasReceipt: fc.boolean(),
    other: rarely(end),
    coveredUntil: instant,
  })
  .map(({ hasReceipt, coveredUntil, other, ...rest }) => ({
    ...{ ...rest, reference: "r" },
    receipt: hasReceipt
      ? {
          ...{ v: 1 as const, providerId: rules.providerId, reference: "r" },
          ...{
            target: rest.registration.target,
            registration: { ...rest.registration, validTo: other ?? rest.registration.validTo },
          },
          coveredUntil: other ?? rest.registration.validTo ?? coveredUntil,
        }
      : null,
  }));
const delivery: fc.Arbitrary<ProviderState> = fc
  .record({
    rights: fc.array(right, { maxLength: 2 }),
    used: fc.constantFrom([], [], ["r"]),
    generation: fc.constantFrom(-1, 0, 3),
    decidedAt: fc.option(instant),
    unmapped: fc.constantFrom([], [], [], ["somewhere"]),
    isErased: fc.constantFrom(false, false, true),
  })
  .map(({ isErased, ...rest }) => ({ v: 1, ...rest, ...(isErased ? { erased: true } : {}) }));

describe("the planner's shortcut for a single registration", () => {
  it("plans the same as the full planner, or nothing", () => {
    const planned = { first: 0, settled: 0 };
    fc.assert(
      fc.property(delivery, fc.array(registration, { maxLength: 2 }), (known, wishes) => {
        // Half of the time the vendor has what is wanted.
        for (const wish of [wishes, known.rights.map((one) => one.registration)]) {
          const now = new Date(START);
          const input = { desired: desire(...wish), delivery: known, now, at: now.toISOString(), rules };
          const plan = planSingleRegistration(input);
          if (plan === undefined) continue;
          planned[plan.operations.length > 0 ? "first" : "settled"] += 1;
          expect(plan).toEqual(planRegistrations(input));
        }
      }),
      { numRuns: 5_000, seed: 20_260_915 },
    );
    expect(planned.first).toBeGreaterThan(100);
    expect(planned.settled).toBeGreaterThan(100);
  });
});
