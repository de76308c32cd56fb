import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readId } from "../../../src/core/fields.ts";
import type { Outcome } from "../../../src/core/provider.ts";
import { referenceOf } from "../../../src/core/registration/identity.ts";
import { outcomesFor } from "../../../src/core/registration/outcome.ts";
import { PreparedRegistration } from "../../../src/core/registration/prepared-registration.ts";
import { createPushOperations, type PushChange } from "../../../src/core/registration/push-operations.ts";
import type { Receipt, Registration } from "../../../src/core/registration/registration.ts";

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

function prepare(stored: Registration): PreparedRegistration {
  return new PreparedRegistration(stored, { providerId, reference: referenceOf(providerId, stored) });
}

const stored: Registration = {
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
}) as unknown as fc.Arbitrary<Registration>;

describe("a prepared registration", () => {
  test("is plain JSON, equal to what it was made of", () => {
    expect({ ...prepare(stored) }).toEqual(stored);
    expect(JSON.parse(JSON.stringify(prepare(stored)))).toEqual(stored);
    expect(structuredClone(prepare(stored))).toEqual(stored);
  });

  test.each([
    ["plate", undefined],
    ["plate", null],
    ["validFrom", "2026-09-01T00:00:00"],
    ["validFrom", undefined],
    ["validTo", "2027-01-01T00:00:00Z"],
    ["validTo", undefined],
  ])("cannot get another %s, and a copy with %s is read like any other", async (key, value) => {
    const prepared = prepare(stored);
    expect(() => Object.assign(prepared, { [key]: value })).toThrow(TypeError);
    expect({ ...prepared }).toEqual(stored);
    const changed = { ...prepared, [key]: value };
    expect(await register(changed)).toEqual(await register(structuredClone(changed)));
  });

  test("cannot get another plate number, prototype or key", () => {
    const prepared = prepare(stored);
    expect(() => Object.assign(prepared.plate, { number: "AB2" })).toThrow(TypeError);
    expect(() => Object.assign(prepared.plate, { region: "CA-NS" })).toThrow(TypeError);
    expect(() => Object.assign(prepared, { zone: "Z" })).toThrow(TypeError);
    expect(() => Object.setPrototypeOf(prepared, null)).toThrow(TypeError);
    expect(stored.plate).toEqual({ number: "AB1", region: "CA-NB" });
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

  test("is used as it is, without its reference being derived again", async () => {
    const prepared = new PreparedRegistration(stored, { providerId, reference: "known" });
    const { sent } = await register(prepared);
    expect(sent[0]?.registration).toBe(prepared);
    expect(sent[0]?.identity).toBe("known");
  });

  test("is trusted only by the provider that it was prepared for", () => {
    expect(PreparedRegistration.isFor(providerId, prepare(stored))).toBe(true);
    expect(PreparedRegistration.isFor("passport-b", prepare(stored))).toBe(false);
  });

  test.each<[string, (prepared: PreparedRegistration) => unknown]>([
    ["a copy", (prepared) => ({ ...prepared })],
    ["a clone", (prepared) => structuredClone(prepared)],
    ["an object that inherits from it", (prepared) => Object.create(prepared)],
    ["a proxy of it", (prepared) => new Proxy(prepared, {})],
    ["nothing", () => null],
    ["a text", () => "AB1"],
  ])("is not %s", (_, change) => {
    expect(PreparedRegistration.isFor(providerId, change(prepare(stored)))).toBe(false);
  });

  test("of another provider is read, and its reference derived", async () => {
    const known = { providerId: "passport-b", reference: "of another" };
    const { sent, outcome } = await register(new PreparedRegistration(stored, known));
    expect({ sent, outcome }).toEqual(await register({ ...stored }));
    expect(sent[0]?.identity).toBe(referenceOf(providerId, stored));
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
    const { sent, outcome } = await register({ ...prepare(stored), ...change });
    expect({ sent, outcome }).toEqual(await register({ ...stored, ...change }));
    expect(sent[0]?.registration).not.toEqual(stored);
    expect(sent[0]?.identity === prepare(stored).reference).toBe("validTo" in change);
  });
});
