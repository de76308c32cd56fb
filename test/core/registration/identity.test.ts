import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { isOwnReference, referenceOf } from "../../../src/core/registration/identity.ts";
import { type Registration, readRegistration } from "../../../src/core/registration/registration.ts";

const registration: Registration = {
  companyId: "u",
  permitId: "p1",
  locationId: "a",
  target: "14283",
  plate: parsePlate("ab 1", { region: "NB" }),
  validFrom: "2026-09-01T00:00:00.000Z",
  validTo: null,
  generation: 0,
};
const of = (change: Partial<Registration> = {}, providerId = "passport") =>
  referenceOf(providerId, { ...registration, ...change });

describe("referenceOf", () => {
  test("is stable: a registration sent by one version is amended by the next", () => {
    expect(of()).toBe("0ff57ee7-ad41-8c5d-ac2c-5c76c5cdc6c7");
  });

  test("is a UUID of version 8, in lower case, and can be distinguished from others'", () => {
    expect(of()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(isOwnReference(of())).toBe(true);
    expect(isOwnReference("8f2b0c5e-0000-4000-8000-000000000000")).toBe(false);
    expect(isOwnReference("")).toBe(false);
  });

  test.each<[string, Partial<Registration>]>([
    ["company", { companyId: "v" }],
    ["permit", { permitId: "p2" }],
    ["location", { locationId: "b" }],
    ["plate number", { plate: parsePlate("ab 2", { region: "NB" }) }],
    ["region", { plate: parsePlate("ab 1", { region: "NS" }) }],
    ["region, when it becomes unknown", { plate: parsePlate("ab 1") }],
    ["target", { target: "014283" }],
    ["start", { validFrom: "2026-09-01T00:00:00.001Z" }],
    ["generation", { generation: 1 }],
  ])("changes with the %s", (_, change) => {
    expect(of(change)).not.toBe(of());
  });

  test("changes with the provider", () => {
    expect(of({}, "passport-b")).not.toBe(of());
  });

  test("does not change with the end, which may be amended, nor with the plate's spelling", () => {
    expect(of({ validTo: "2027-09-01T00:00:00.000Z" })).toBe(of());
    expect(of({ plate: parsePlate("A-B-1", { region: "New Brunswick" }) })).toBe(of());
  });

  test("treats an absent generation as the first", () => {
    const { generation: _, ...first } = registration;
    expect(referenceOf("passport", readRegistration(first))).toBe(of());
  });

  test("gives plate A, then B, then A again three references", () => {
    const other = parsePlate("cd 2", { region: "NB" });
    expect(new Set([of(), of({ plate: other }), of({ generation: 1 })]).size).toBe(3);
  });

  test("keeps its parts separate, wherever one ends and the next begins", () => {
    const text = fc.string({ minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(text, text, text, text, (company, permit, otherCompany, otherPermit) => {
        const same = company === otherCompany && permit === otherPermit;
        const one = of({ companyId: company, permitId: permit });
        const other = of({ companyId: otherCompany, permitId: otherPermit });
        expect(one === other).toBe(same);
      }),
      { numRuns: 300, seed: 1 },
    );
    expect(of({ companyId: "a", permitId: "bc" })).not.toBe(of({ companyId: "ab", permitId: "c" }));
  });
});
