import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseInstant, parseValidity } from "../../src/core/instant.ts";

const refusal = (field: string) => expect.objectContaining({ code: "invalid_input", field });

describe("parseInstant", () => {
  test.each([
    ["2026-09-01T00:00:00Z", "2026-09-01T00:00:00.000Z"],
    ["2026-09-01T00:00:00-03:00", "2026-09-01T03:00:00.000Z"],
    ["2026-09-01T00:00:00-0330", "2026-09-01T03:30:00.000Z"],
    ["2026-09-01T00:00+02:00", "2026-08-31T22:00:00.000Z"],
    ["2026-09-01T00:00:00.5Z", "2026-09-01T00:00:00.500Z"],
    ["2026-09-01T00:00:00,5Z", "2026-09-01T00:00:00.500Z"],
    ["2026-09-01T00:00:00.123456789Z", "2026-09-01T00:00:00.123Z"],
    ["2028-02-29T12:00:00Z", "2028-02-29T12:00:00.000Z"],
    ["2026-09-01t00:00:00z", "2026-09-01T00:00:00.000Z"],
  ])("reads %s", (text, iso) => {
    expect(parseInstant(text, "at").toISOString()).toBe(iso);
  });

  test.each([
    "2026-09-01T00:00:00",
    "2026-09-01",
    "2026-09-01 00:00:00Z",
    "1 September 2026 Z",
    "2026-02-30T00:00:00Z",
    "2026-02-29T00:00:00Z",
    "2026-04-31T00:00:00-03:00",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-01-01T25:00:00Z",
    "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:00+25:00",
    "2026-01-01T00:00:00Z and more",
    "9999-12-31T23:59:59-03:00",
    "",
  ])("refuses %j", (text) => {
    expect(() => parseInstant(text, "at")).toThrow(refusal("at"));
  });

  test.each([
    undefined,
    null,
    0,
    1_700_000_000_000,
    {},
    new Date(Number.NaN),
    new Date(8.64e15),
    new Date(-8.64e15),
  ])("refuses %j", (value) => {
    expect(() => parseInstant(value, "at")).toThrow(refusal("at"));
  });

  test("copies a Date, so that a later change does not affect it", () => {
    const given = new Date("2026-09-01T00:00:00Z");
    const instant = parseInstant(given, "at");
    given.setFullYear(2030);
    expect(instant.toISOString()).toBe("2026-09-01T00:00:00.000Z");
  });

  test("accepts only instants that can be written and read again", () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        const year = date.getUTCFullYear();
        if (year < 1000 || year > 9999) return;
        expect(parseInstant(parseInstant(date, "at").toISOString(), "at")).toEqual(date);
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

describe("parseValidity", () => {
  const from = "2026-09-01T00:00:00Z";

  test("is half-open, and null is no end", () => {
    expect(parseValidity(from, null, "permit")).toEqual({ validFrom: new Date(from), validTo: null });
    const shortest = parseValidity(from, "2026-09-01T00:00:00.001Z", "permit");
    expect(shortest.validTo?.getTime()).toBe(shortest.validFrom.getTime() + 1);
  });

  test.each([
    [undefined, null, "permit.validFrom"],
    [null, null, "permit.validFrom"],
    [from, undefined, "permit.validTo"],
    [from, from, "permit.validTo"],
    [from, "2026-08-31T00:00:00Z", "permit.validTo"],
    [from, "2026-09-02T00:00:00", "permit.validTo"],
  ])("refuses %j to %j, naming %s", (start, end, field) => {
    expect(() => parseValidity(start, end, "permit")).toThrow(refusal(field));
  });
});
