import { describe, expect, it } from "vitest";
import { plateNumbersFor } from "../../../src/lookup/decide/understand.ts";

describe("plateNumbersFor", () => {
  it("is the typed number alone when matching is exact", () => {
    expect(plateNumbersFor("B0", "exact")).toEqual(["B0"]);
  });

  it.each([
    ["A3C", ["A3C"]],
    ["A0", ["A0", "AO", "AD", "AQ"]],
    ["B0", ["B0", "80", "BO", "BD", "BQ"]],
    ["1", ["1", "I", "L"]],
    ["Z5", ["Z5", "25", "ZS"]],
    ["22", ["22", "Z2", "2Z"]],
  ])("with OCR, %s may be %j", (typed, expected) => {
    expect(plateNumbersFor(typed, "ocr")).toEqual(expected);
  });

  it("stays small for the longest plate", () => {
    const numbers = plateNumbersFor("OOOOOOOOOOOO", "ocr");
    expect(numbers).toHaveLength(37);
    expect(new Set(numbers).size).toBe(37);
  });
});
