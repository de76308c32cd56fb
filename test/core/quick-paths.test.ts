import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatInstant, timeOf } from "../../src/core/instant.ts";
import { canonicalPlateNumber } from "../../src/core/permit/plate.ts";
import { findRegion } from "../../src/core/permit/region.ts";
import { REGION_NAMES } from "../../src/core/permit/region-names.ts";

// The short cut for the usual case must give the same result as the full path.
describe("a quick path", () => {
  it("canonicalises a plate like the full path", () => {
    // A zero-width character only forces the full path.
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

  it("finds the same region as for another spelling", () => {
    for (const [code, names] of Object.entries(REGION_NAMES)) {
      for (const name of [code, ...names]) {
        expect([name, findRegion(name.toUpperCase())]).toEqual([name, findRegion(` ${name.toLowerCase()} `)]);
      }
    }
  });

  it("writes instants like Date does, however many there are", () => {
    const start = Date.UTC(2026, 0, 1);
    for (const pass of [1, 2]) {
      for (let step = 0; step < 3_000; step += 1) {
        const instant = new Date(start + step * pass * 61_001);
        expect(formatInstant(instant)).toBe(instant.toISOString());
      }
    }
    expect(() => formatInstant(new Date(Number.NaN))).toThrow(RangeError);
  });

  it("writes and reads every instant of the years 0 to 9999, and others, like Date does", () => {
    const first = Date.UTC(2000, 0, 1) - 2_000 * 31_556_952_000;
    const times = fc.integer({ min: first - 1e12, max: Date.UTC(10_000, 0, 1) + 1e12 });
    fc.assert(
      fc.property(times, (time) => {
        const text = new Date(time).toISOString();
        expect(formatInstant(new Date(time))).toBe(text);
        expect(timeOf(text)).toBe(time);
      }),
      { numRuns: 20_000, seed: 1 },
    );
    for (const text of ["2024-02-29T23:59:59.999Z", "1900-02-28T00:00:00.000Z", "0000-01-01T00:00:00.000Z"]) {
      expect(formatInstant(new Date(text))).toBe(text);
      expect(timeOf(text)).toBe(Date.parse(text));
    }
    for (const text of [
      "2026-09-01T00:00:00Z",
      "2026-09-01T00:00:00.000+02:00",
      "2026-0x-01T00:00:00.000Z",
      "",
    ]) {
      expect(timeOf(text)).toBe(Date.parse(text));
    }
  });
});
