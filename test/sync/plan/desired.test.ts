import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Company, type Location, memoryDirectory } from "../../../src/core/directory/directory.ts";
import type { Permit } from "../../../src/core/permit/permit.ts";
import { registrationsOf } from "../../../src/core/registration/registration.ts";
import { desiredOf } from "../../../src/sync/plan/desired.ts";

const PROVIDER = "passport";
const IDS = ["east", "west", "north"];

const switches = fc.option(
  fc.record(
    { enabled: fc.boolean(), target: fc.constantFrom("zone-1", "zone-2") },
    { requiredKeys: ["enabled"], noNullPrototype: true },
  ),
  { nil: undefined },
);
const providers = switches.map((entry) => (entry === undefined ? {} : { [PROVIDER]: entry }));
const region = fc.constantFrom(undefined, "CA-NB", "US-ME");
const withRegion = <Value>(value: Value, code: string | undefined) =>
  code === undefined ? value : { ...value, region: code };

const university: Company = {
  id: "university",
  name: "University",
  providers: { [PROVIDER]: { enabled: true } },
};
const location: fc.Arbitrary<Location> = fc
  .tuple(fc.constantFrom(...IDS), providers, region)
  .map(([id, own, code]) =>
    withRegion({ id, companyId: "university", name: `Lot ${id}`, providers: own }, code),
  );
const locations = fc.uniqueArray(location, { selector: ({ id }) => id });
const plate = fc
  .tuple(fc.constantFrom("ABC123", "XYZ9"), region)
  .map(([number, code]) => withRegion({ raw: number.toLowerCase(), number }, code));
const permit: fc.Arbitrary<Permit> = fc.record({
  id: fc.constant("permit-1"),
  companyId: fc.constant("university"),
  plates: fc.array(plate, { minLength: 1, maxLength: 4 }),
  locationIds: fc.array(fc.constantFrom(...IDS), { minLength: 1, maxLength: 4 }),
  validFrom: fc.constant(new Date("2026-09-01T00:00:00Z")),
  validTo: fc.constantFrom(null, new Date("2026-10-01T00:00:00Z")),
  revision: fc.constant(1),
});

const options = { numRuns: 500, seed: Number(process.env["SEED"] ?? 20_260_915) };

describe("desiredOf", () => {
  it("equals the result of registrationsOf, and names the locations for which that throws", async () => {
    let withRegistrations = 0;
    let withUnmapped = 0;
    await fc.assert(
      fc.asyncProperty(locations, permit, async (places, asked) => {
        const view = { company: university, locations: new Map(places.map((place) => [place.id, place])) };
        const { registrations, unmapped } = desiredOf(asked, view, PROVIDER);
        const directory = memoryDirectory({ companies: [university], locations: places });
        const givenAt = (locationIds: string[]) =>
          registrationsOf({ ...asked, locationIds }, directory, PROVIDER);
        const mapped = asked.locationIds.filter((id) => !unmapped.includes(id));
        const expected = mapped.length === 0 ? [] : await givenAt(mapped);
        expect(registrations).toEqual(expected);
        expect(new Set(unmapped).size).toBe(unmapped.length);
        for (const id of unmapped) {
          await expect(givenAt([id])).rejects.toMatchObject({ code: "invalid_input" });
        }
        withRegistrations += registrations.length > 0 ? 1 : 0;
        withUnmapped += unmapped.length > 0 ? 1 : 0;
      }),
      options,
    );
    expect(withRegistrations).toBeGreaterThan(50);
    expect(withUnmapped).toBeGreaterThan(50);
  });

  it("is empty for a company that is switched off, whatever its locations are", () => {
    const company = { ...university, providers: { [PROVIDER]: { enabled: false } } };
    fc.assert(
      fc.property(locations, permit, (places, asked) => {
        const view = { company, locations: new Map(places.map((place) => [place.id, place])) };
        expect(desiredOf(asked, view, PROVIDER)).toEqual({ registrations: [], unmapped: [] });
      }),
      options,
    );
  });
});
