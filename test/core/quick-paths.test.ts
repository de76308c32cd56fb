import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatInstant } from "../../src/core/instant.ts";
import { canonicalPlateNumber } from "../../src/core/permit/plate.ts";
import { findRegion } from "../../src/core/permit/region.ts";
import { REGION_NAMES } from "../../src/core/permit/region-names.ts";

// What is cheap for the usual case must be what the long way gives.
describe("a quick path", () => {
  it("canonicalises a plate as the long way does", () => {
    // A character without a width changes nothing but the way.
    const longWay = (text: string) => canonicalPlateNumber(`${text}\u200b`, "plate");
    const texts = fc.stringMatching(/^[A-Za-z0-9 .'+-]{1,14}$/);
    fc.assert(
      fc.property(texts, (text) => {
        const { length } = text.replace(/[^A-Za-z0-9]/g, "");
        fc.pre(length >= 1 && length <= 12);
        expect(canonicalPlateNumber(text, "plate")).toBe(longWay(text));
      }),
      { numRuns: 2_000, seed: 1 },
    );
  });

  it("finds a region as it is found in another writing", () => {
    for (const [code, names] of Object.entries(REGION_NAMES)) {
      for (const name of [code, ...names]) {
        expect([name, findRegion(name.toUpperCase())]).toEqual([name, findRegion(` ${name.toLowerCase()} `)]);
      }
    }
  });

  it("writes instants as Date does, however many there are", () => {
    const start = Date.UTC(2026, 0, 1);
    for (const pass of [1, 2]) {
      for (let step = 0; step < 3_000; step += 1) {
        const instant = new Date(start + step * pass * 61_001);
        expect(formatInstant(instant)).toBe(instant.toISOString());
      }
    }
    expect(() => formatInstant(new Date(Number.NaN))).toThrow(RangeError);
  });
});
