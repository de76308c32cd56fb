import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readId } from "../../../src/core/fields.ts";
import type { Outcome } from "../../../src/core/provider.ts";
import { referenceOfStored } from "../../../src/core/registration/identity.ts";
import { outcomesFor } from "../../../src/core/registration/outcome.ts";
import { PreparedRegistration } from "../../../src/core/registration/prepared-registration.ts";
import { createPushOperations, type PushChange } from "../../../src/core/registration/push-operations.ts";
import type {
  Receipt,
  Registration,
  StoredRegistration,
} from "../../../src/core/registration/registration.ts";

const providerId = "passport";
const at = new Date("2026-09-01T12:00:00Z");

/** The outcome of a registration, and the parts of it that would be sent. */
async function register(registration: unknown): Promise<{ sent: PushChange[]; outcome: unknown }> {
  const sent: PushChange[] = [];
  const operations = createPushOperations({
    providerId,
    clock: () => at,
    openEndedDays: 30,
    checkRegistration() {},
    async deliver(changes) {
      sent.push(...changes);
      return outcomesFor(changes, ({ reference, target }) => ({ ok: true, value: { reference, target } }));
    },
  });
  const [outcome] = await operations.registerMany([registration as Registration], { at });
  return { sent, outcome: toPlain(outcome) };
}

function toPlain(outcome: Outcome<Receipt> | undefined): unknown {
  return outcome?.ok === false ? { field: outcome.error.field, message: outcome.error.message } : outcome;
}

function isAccepted(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

function prepare(stored: StoredRegistration): PreparedRegistration {
  return new PreparedRegistration(stored, { providerId, reference: referenceOfStored(providerId, stored) });
}

const stored: StoredRegistration = {
  companyId: "u",
  permitId: "p1",
  locationId: "a",
  target: "14283",
  generation: 0,
  plate: { number: "AB1", region: "CA-NB" },
  validFrom: "2026-09-01T00:00:00.000Z",
  validTo: "2027-09-01T00:00:00.000Z",
};

// Possible content of a directory: its targets and regions are checked when they are read.
const targets = fc.oneof(
  fc.constantFrom("14283", "Lot A", " 7 "),
  fc.string().filter((target) => isAccepted(() => readId(target, "target"))),
);
const regions = fc.constantFrom("CA-NB", "US-ME", undefined);
const storedRegistrations = fc.record({
  companyId: fc.constantFrom("u", "v"),
  permitId: fc.constantFrom("p1", "p2"),
  locationId: fc.constantFrom("a", "b"),
  target: targets,
  generation: fc.nat(3),
  plate: fc
    .tuple(fc.constantFrom("AB1", "X"), regions)
    .map(([number, region]) => (region === undefined ? { number } : { number, region })),
  validFrom: fc.constantFrom("2026-09-01T00:00:00.000Z", "2020-01-01T00:00:00.000Z"),
  validTo: fc.constantFrom("2027-09-01T00:00:00.000Z", null),
}) as unknown as fc.Arbitrary<StoredRegistration>;

describe("a prepared registration", () => {
  test.each([
    ["plate", undefined],
    ["plate", null],
    ["validFrom", "2026-09-01T00:00:00.000Z"],
    ["validFrom", undefined],
    ["validTo", "2027-01-01T00:00:00Z"],
    ["validTo", undefined],
  ])("with its %s changed to %s is read like any other", async (key, value) => {
    const changed = Object.assign(prepare(stored), { [key]: value });
    expect(await register(changed)).toEqual(await register({ ...changed }));
  });

  test("has the same result as one that is read and derived, whatever a directory may hold", async () => {
    await fc.assert(
      fc.asyncProperty(storedRegistrations, async (given) => {
        const prepared = prepare(given);
        expect(await register(prepared)).toEqual(await register({ ...prepared }));
      }),
      { numRuns: 500 },
    );
  });

  test("is trusted only by the provider that prepared it", () => {
    expect(PreparedRegistration.findKnown(prepare(stored), providerId)?.stored).toBe(stored);
    expect(PreparedRegistration.findKnown(prepare(stored), "passport-b")).toBeUndefined();
    expect(PreparedRegistration.findKnown({ ...prepare(stored) }, providerId)).toBeUndefined();
  });

  test.each<[string, Partial<Record<keyof Registration, unknown>>]>([
    ["company", { companyId: "v" }],
    ["permit", { permitId: "p2" }],
    ["location", { locationId: "b" }],
    ["plate", { plate: { raw: "AB2", number: "AB2", region: "CA-NB" } }],
    ["region", { plate: { raw: "AB1", number: "AB1", region: "CA-NS" } }],
    ["target", { target: "14284" }],
    ["start", { validFrom: new Date("2026-09-02T00:00:00Z") }],
    ["end", { validTo: null }],
    ["end, to another", { validTo: new Date("2028-09-01T00:00:00Z") }],
    ["generation", { generation: 1 }],
  ])("whose %s was changed by a provider that wraps another is sent with the change", async (_, change) => {
    const changed = Object.assign(prepare(stored), change);
    const { sent, outcome } = await register(changed);
    expect({ sent, outcome }).toEqual(await register({ ...prepare(stored), ...change }));
    expect(sent[0]?.registration).not.toEqual(stored);
  });
});
