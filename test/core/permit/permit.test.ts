import { describe, expect, test } from "vitest";
import { type Permit, readPermit } from "../../../src/core/permit/permit.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";

const permit: Permit = {
  id: "p1",
  companyId: "u",
  plates: [parsePlate("ab 1")],
  locationIds: ["a"],
  revision: 0,
  validFrom: new Date("2026-09-01T00:00:00Z"),
  validTo: null,
};

describe("readPermit", () => {
  test("accepts the smallest and the largest permit", () => {
    expect(readPermit(permit)).toEqual(permit);
    const full = {
      ...permit,
      validTo: new Date("2027-09-01T00:00:00Z"),
      createdAt: new Date("2026-08-01T00:00:00Z"),
      holder: "Ann",
      vehicle: { make: "Kia", color: "red" },
    };
    expect(readPermit(full)).toEqual(full);
    expect(readPermit({ ...permit, vehicle: {} }).vehicle).toEqual({});
  });

  test("accepts instants as text with an offset", () => {
    const text = { ...permit, validFrom: "2026-09-01T00:00:00-03:00", validTo: "2026-09-02T00:00:00-03:00" };
    expect(readPermit(text).validFrom.toISOString()).toBe("2026-09-01T03:00:00.000Z");
  });

  test("copies its input", () => {
    const given = { ...permit, locationIds: ["a"], validFrom: new Date(permit.validFrom) };
    const copy = readPermit(given);
    given.locationIds.push("b");
    given.validFrom.setFullYear(1999);
    expect(copy).toEqual(permit);
  });

  test.each([
    ["permit", null],
    ["permit", "p1"],
    ["permit", { ...permit, permitId: "p1" }],
    ["permit.id", { ...permit, id: "" }],
    ["permit.companyId", { ...permit, companyId: undefined }],
    ["permit.plates", { ...permit, plates: [] }],
    ["permit.plates", { ...permit, plates: "AB1" }],
    ["permit.plates[1].number", { ...permit, plates: [parsePlate("AB1"), { raw: "ab 1", number: "ab 1" }] }],
    ["permit.plates[0]", { ...permit, plates: ["AB1"] }],
    ["permit.locationIds", { ...permit, locationIds: [] }],
    ["permit.locationIds[1]", { ...permit, locationIds: ["a", 7] }],
    ["permit.validFrom", { ...permit, validFrom: "2026-09-01" }],
    ["permit.validTo", { ...permit, validTo: undefined }],
    ["permit.validTo", { ...permit, validTo: permit.validFrom }],
    ["permit.revision", { ...permit, revision: -1 }],
    ["permit.revision", { ...permit, revision: undefined }],
    ["permit.createdAt", { ...permit, createdAt: "yesterday" }],
    ["permit.holder", { ...permit, holder: 5 }],
    ["permit.vehicle", { ...permit, vehicle: { make: "Kia", plate: "AB1" } }],
    ["permit.vehicle.color", { ...permit, vehicle: { color: "" } }],
  ])("names %s", (field, value) => {
    expect(() => readPermit(value)).toThrow(expect.objectContaining({ code: "invalid_input", field }));
  });

  test("names the row where the caller passes it", () => {
    expect(() => readPermit({ ...permit, id: 5 }, "row 12")).toThrow(
      expect.objectContaining({ field: "row 12.id" }),
    );
  });
});
