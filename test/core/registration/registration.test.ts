import { describe, expect, test } from "vitest";
import { type Company, type Location, memoryDirectory } from "../../../src/core/directory/directory.ts";
import type { Permit } from "../../../src/core/permit/permit.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import {
  type Registration,
  type RegistrationInput,
  readRegistration,
  registrationsOf,
  requireRegion,
} from "../../../src/core/registration/registration.ts";

const on = (target?: string) => ({
  passport: { enabled: true, ...(target === undefined ? {} : { target }) },
});
const company: Company = { id: "u", name: "University", providers: on() };
const other: Company = { id: "v", name: "Village", providers: on() };
const off: Company = { id: "w", name: "Works", providers: { passport: { enabled: false } } };
const place = (id: string, rest: Partial<Location> = {}): Location => ({
  id,
  companyId: "u",
  name: `Lot ${id}`,
  providers: on(`Z-${id}`),
  ...rest,
});
const directory = memoryDirectory({
  companies: [company, other, off],
  locations: [
    place("a"),
    place("b", { region: "CA-NB" }),
    place("off", { providers: { passport: { enabled: false, target: "Z-off" } } }),
    place("absent", { providers: {} }),
    place("untargeted", { providers: on() }),
    place("foreign", { companyId: "v" }),
    place("works", { companyId: "w" }),
  ],
});
const validity = { validFrom: new Date("2026-09-01T00:00:00Z"), validTo: null };
const permit = (change: Partial<Permit> = {}): Permit => ({
  id: "p1",
  companyId: "u",
  plates: [parsePlate("ab 1")],
  locationIds: ["a"],
  revision: 1,
  ...validity,
  ...change,
});
const places = (registrations: readonly Registration[]) =>
  registrations.map(
    ({ plate, locationId, target }) => `${plate.number} ${plate.region ?? "?"} ${locationId} ${target}`,
  );

describe("registrationsOf", () => {
  test("returns one for each plate at each location, with its target", async () => {
    const plates = [parsePlate("ab 1", { region: "NS" }), parsePlate("cd 2", { region: "ME" })];
    const registrations = await registrationsOf(
      permit({ plates, locationIds: ["b", "a"] }),
      directory,
      "passport",
    );
    expect(places(registrations)).toEqual([
      "AB1 CA-NS b Z-b",
      "CD2 US-ME b Z-b",
      "AB1 CA-NS a Z-a",
      "CD2 US-ME a Z-a",
    ]);
    expect(registrations[0]).toEqual({
      companyId: "u",
      permitId: "p1",
      locationId: "b",
      target: "Z-b",
      plate: { number: "AB1", region: "CA-NS" },
      validFrom: "2026-09-01T00:00:00.000Z",
      validTo: null,
      generation: 0,
    });
  });

  test("uses the location's region for a plate without one, and none where the location has none", async () => {
    const registrations = await registrationsOf(permit({ locationIds: ["a", "b"] }), directory, "passport");
    expect(places(registrations)).toEqual(["AB1 ? a Z-a", "AB1 CA-NB b Z-b"]);
  });

  test("counts a plate or a location that is listed twice once", async () => {
    const plates = [parsePlate("ab 1"), parsePlate("AB-1"), parsePlate("AB1", { region: "NB" })];
    const registrations = await registrationsOf(
      permit({ plates, locationIds: ["b", "b"] }),
      directory,
      "passport",
    );
    expect(places(registrations)).toEqual(["AB1 CA-NB b Z-b"]);
    const apart = await registrationsOf(permit({ plates, locationIds: ["a"] }), directory, "passport");
    expect(places(apart)).toEqual(["AB1 ? a Z-a", "AB1 CA-NB a Z-a"]);
  });

  test.each([
    ["the location is off", permit({ locationIds: ["off"] }), "passport"],
    ["the location has no entry for the provider", permit({ locationIds: ["absent"] }), "passport"],
    ["the company is off", permit({ companyId: "w", locationIds: ["works"] }), "passport"],
    ["the provider is unknown", permit(), "hotspot"],
  ])("is empty when %s", async (_, subject, providerId) => {
    expect(await registrationsOf(subject, directory, providerId)).toEqual([]);
  });

  test.each([
    ["permit.companyId", permit({ companyId: "nobody" })],
    ["permit.locationIds[1]", permit({ locationIds: ["a", "nowhere"] })],
    ["permit.locationIds[0]", permit({ locationIds: ["foreign"] })],
    ['location "untargeted".providers["passport"].target', permit({ locationIds: ["untargeted"] })],
    ["permit.plates", permit({ plates: [] })],
    ["permit.plates[0].number", permit({ plates: [{ raw: "ab 1", number: "ab 1" }] })],
    ["permit.validTo", permit({ validTo: validity.validFrom })],
    ["permit", { ...permit(), plate: "AB1" } as Permit],
  ])("refuses, naming %s", async (field, subject) => {
    await expect(registrationsOf(subject, directory, "passport")).rejects.toThrow(
      expect.objectContaining({ code: "invalid_input", field }),
    );
  });

  test("reads a directory that returns promises and a plain iterable", async () => {
    const slow = {
      getCompany: async (id: string) => directory.getCompany(id),
      listLocations: async function listLocations(id: string) {
        const locations = await directory.listLocations(id);
        return new Set(locations);
      },
    };
    expect(places(await registrationsOf(permit(), slow, "passport"))).toEqual(["AB1 ? a Z-a"]);
  });

  test("uses no location of another company, even when the directory lists it", async () => {
    const leaky = { getCompany: () => company, listLocations: () => [place("x", { companyId: "v" })] };
    await expect(registrationsOf(permit({ locationIds: ["x"] }), leaky, "passport")).rejects.toThrow(
      expect.objectContaining({ field: "permit.locationIds[0]" }),
    );
  });
});

describe("readRegistration", () => {
  const registration: RegistrationInput = {
    companyId: "u",
    permitId: "p1",
    locationId: "a",
    target: "Z",
    plate: parsePlate("ab 1"),
    ...validity,
  };

  test("counts generations from 0", () => {
    expect(readRegistration(registration)).toEqual({
      ...registration,
      plate: { number: "AB1" },
      validFrom: "2026-09-01T00:00:00.000Z",
      generation: 0,
    });
    expect(readRegistration({ ...registration, generation: 2 }).generation).toBe(2);
  });

  test.each([
    ["registration", { ...registration, zone: "Z" }],
    ["registration.target", { ...registration, target: "" }],
    ["registration.companyId", { ...registration, companyId: 1 }],
    ["registration.permitId", { ...registration, permitId: undefined }],
    ["registration.locationId", { ...registration, locationId: null }],
    ["registration.plate", { ...registration, plate: "AB1" }],
    ["registration.generation", { ...registration, generation: 0.5 }],
    ["registration.validFrom", { ...registration, validFrom: "2026-09-01T00:00:00" }],
  ])("names %s", (field, value) => {
    expect(() => readRegistration(value)).toThrow(expect.objectContaining({ code: "invalid_input", field }));
  });

  test("reads back what was stored, except the plate's spelling", () => {
    const full = {
      ...registration,
      plate: parsePlate("ab 1", { region: "NB" }),
      validTo: new Date("2027-01-01T00:00:00Z"),
    };
    const stored = readRegistration(full);
    expect(JSON.parse(JSON.stringify(stored))).toEqual(stored);
    expect(stored.plate).toEqual({ number: "AB1", region: "CA-NB" });
    expect(readRegistration(stored)).toEqual(stored);
    expect(readRegistration(registration)).toMatchObject({
      validTo: null,
      generation: 0,
      plate: { number: "AB1" },
    });
  });

  test("requireRegion names both places where a region can be given", () => {
    const stored = readRegistration(registration);
    expect(() => requireRegion(stored, "registration", "Passport")).toThrow(
      /registration\.plate\.region: .*plate a region, or location "a" a default one \(location\.region\)/,
    );
    expect(() =>
      requireRegion({ ...stored, plate: { number: "AB1", region: "CA-NB" } }, "it", "Passport"),
    ).not.toThrow();
  });
});
