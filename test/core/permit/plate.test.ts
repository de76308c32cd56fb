import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isEnforcementError } from "../../../src/core/errors.ts";
import {
  canonicalPlateNumber,
  MAX_PLATE_LENGTH,
  parsePlate,
  readPlate,
} from "../../../src/core/permit/plate.ts";

// Any sequence of code units, so that lone surrogates are among them.
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0x20, max: 0x7e })), {
    maxLength: 30,
  })
  .map((units) => String.fromCharCode(...units));
const anyUnicode = fc.oneof(anyText, fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }));
const canonicalNumber = fc.stringMatching(/^[A-Z0-9]{1,12}$/);

describe("parsePlate", () => {
  test.each([
    ["abc 123", "ABC123"],
    ["ABC-123", "ABC123"],
    ["  a.b.c·123 ", "ABC123"],
    ["ＡＢＣ１２３", "ABC123"],
    ["é1è2", "E1E2"],
    ["e\u03011", "E1"],
    ["NB ABC 123", "NBABC123"],
    ["QC123", "QC123"],
    ["CA-NB-1", "CANB1"],
    ["O0I1", "O0I1"],
    ["0O1I", "0O1I"],
    ["ß1", "SS1"],
    ["AB\u200B12\uFEFF", "AB12"],
  ])("reads %j as %s", (text, number) => {
    expect(parsePlate(text)).toEqual({ raw: text.trim(), number });
  });

  test("keeps the region apart from the number", () => {
    expect(parsePlate("ab 1", { region: "Nouveau-Brunswick" })).toEqual({
      raw: "ab 1",
      number: "AB1",
      region: "CA-NB",
    });
    expect(parsePlate("ab 1", { region: "" })).not.toHaveProperty("region");
    expect(parsePlate("ab 1", { region: undefined })).not.toHaveProperty("region");
  });

  test.each([
    ["", /plate: must hold/],
    ["---", /plate: must hold/],
    ["日本", /plate: "日" \(U\+65E5\) at position 0/],
    ["\uDC00", /plate: U\+DC00 at position 0/],
    ["ABCDEFGHIJKLM", /plate: must have at most 12/],
    ["A".repeat(101), /plate: must be at most 100/],
  ])("refuses %j without repeating it", (text, message) => {
    const error = caught(() => parsePlate(text));
    expect(error.message).toMatch(message);
    expect(error).toMatchObject({ code: "invalid_input", field: "plate", attempts: 0 });
    if (text.length > 3) expect(error.message).not.toContain(text);
  });

  test("accepts 12 characters, besides separators", () => {
    expect(parsePlate("ABCDEF - 123456").number).toHaveLength(MAX_PLATE_LENGTH);
  });

  test.each([
    [undefined, {}],
    [null, {}],
    [123, {}],
    [{}, {}],
    ["AB1", { state: "NB" }],
    ["AB1", null],
    ["AB1", { region: "Atlantis" }],
    ["AB1", { region: 7 }],
    ["AB1", { region: null }],
  ])("refuses (%j, %j) with invalid_input", (text, options) => {
    expect(caught(() => parsePlate(text as string, options as object)).code).toBe("invalid_input");
  });

  test("never throws anything but its own error, and its number is canonical", () => {
    fc.assert(
      fc.property(anyUnicode, (text) => {
        const plate = attemptPlate(text);
        if (plate !== undefined) expect(plate.number).toMatch(/^[A-Z0-9]{1,12}$/);
      }),
      { numRuns: 2_000, seed: 1 },
    );
  });

  test("is idempotent, and its result is accepted wherever plates are checked", () => {
    fc.assert(
      fc.property(anyUnicode, (text) => {
        const plate = attemptPlate(text);
        if (plate === undefined) return;
        expect(parsePlate(plate.number).number).toBe(plate.number);
        expect(parsePlate(plate.raw).number).toBe(plate.number);
        expect(readPlate(plate, "plate")).toEqual(plate);
      }),
      { numRuns: 2_000, seed: 2 },
    );
  });

  test("changes nothing in a canonical number: no O for 0, no prefix dropped", () => {
    fc.assert(
      fc.property(canonicalNumber, (number) => {
        expect(parsePlate(number).number).toBe(number);
        expect(parsePlate(number.toLowerCase()).number).toBe(number);
        expect(parsePlate([...number].join("-")).number).toBe(number);
      }),
      { seed: 3 },
    );
  });
});

describe("canonicalPlateNumber", () => {
  test("names the given field", () => {
    expect(caught(() => canonicalPlateNumber(5, "row 7")).field).toBe("row 7");
  });
});

describe("readPlate", () => {
  test.each([
    [{ raw: "ab1", number: "ab1" }, "plate.number"],
    [{ raw: "x", number: "AB 1" }, "plate.number"],
    [{ raw: "x", number: "" }, "plate.number"],
    [{ raw: "x" }, "plate.number"],
    [{ raw: 1, number: "AB1" }, "plate.raw"],
    [{ raw: "x", number: "AB1", region: "NB" }, "plate.region"],
    [{ raw: "x", number: "AB1", province: "NB" }, "plate"],
    ["AB1", "plate"],
    [null, "plate"],
  ])("refuses %j, naming %s", (value, field) => {
    expect(caught(() => readPlate(value, "plate"))).toMatchObject({ code: "invalid_input", field });
  });

  test("uses the number as the raw text where a stored plate has none", () => {
    expect(readPlate({ number: "AB1", region: "CA-NB" }, "plate")).toEqual({
      raw: "AB1",
      number: "AB1",
      region: "CA-NB",
    });
  });
});

function attemptPlate(text: string) {
  try {
    return parsePlate(text);
  } catch (error) {
    if (!isEnforcementError(error) || error.code !== "invalid_input") throw error;
    return undefined;
  }
}

function caught(run: () => unknown) {
  try {
    run();
  } catch (error) {
    if (isEnforcementError(error)) return error;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}
