import fc from "fast-check";
import { expect, test } from "vitest";
import { isEnforcementError } from "../../../src/core/errors.ts";
import { passportCompanyCode } from "../../../src/vendors/passport/company-code.ts";

test.each([
  ["University", "PASSPORTUNIVERSITY"],
  ["City of Saint John", "PASSPORTCITYOFSAINTJOHN"],
  ["Université de Moncton", "PASSPORTUNIVERSITEDEMONCTON"],
  ["Universite\u0301 de Moncton", "PASSPORTUNIVERSITEDEMONCTON"],
  ["Sacré-Cœur & Fils", "PASSPORTSACRECOEURFILS"],
  ["St. John's 2nd", "PASSPORTSTJOHNS2ND"],
  ["Ｕｎｉ ①", "PASSPORTUNI1"],
  ["Straße", "PASSPORTSTRASSE"],
  ["Passport Parking", "PASSPORTPASSPORTPARKING"],
])("%s has the code %s", (name, code) => {
  expect(passportCompanyCode(name)).toBe(code);
});

test.each(["", "  ", "---", "日本大学", "a".repeat(1_001), undefined, null, 5, {}])("%j has none", (name) => {
  expect(() => passportCompanyCode(name as string)).toThrow(
    expect.objectContaining({ code: "invalid_input", field: "company name" }),
  );
});

test("every code consists of upper-case letters and digits, and no other error is thrown", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      try {
        expect(passportCompanyCode(name)).toMatch(/^PASSPORT[A-Z0-9]+$/);
      } catch (error) {
        if (!isEnforcementError(error)) throw error;
      }
    }),
    { numRuns: 1_000, seed: 1 },
  );
});
