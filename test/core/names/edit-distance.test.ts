import fc from "fast-check";
import { expect, test } from "vitest";
import { editDistance } from "../../../src/core/names/edit-distance.ts";

test.each([
  ["", "", 0],
  ["", "abc", 3],
  ["lot", "lot", 0],
  ["lot", "lots", 1],
  ["lot", "lt", 1],
  ["lot", "lit", 1],
  ["lot", "olt", 1],
  ["kitten", "sitting", 3],
  ["ca", "abc", 3],
])("%j and %j are %i edits apart", (one, other, edits) => {
  expect(editDistance(one, other, 3)).toBe(edits);
  expect(editDistance(one, other, edits)).toBe(edits);
  expect(editDistance(one, other, edits - 1)).toBeUndefined();
});

test("agrees with the whole table, in both directions, for every bound", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 8 });
  fc.assert(
    fc.property(text, text, fc.integer({ min: 0, max: 4 }), (one, other, atMost) => {
      const edits = wholeTable(one, other);
      expect(editDistance(one, other, atMost)).toBe(edits <= atMost ? edits : undefined);
      expect(editDistance(other, one, atMost)).toBe(editDistance(one, other, atMost));
    }),
    { numRuns: 3_000, seed: 1 },
  );
});

/** The same distance by its definition, without bands and bounds. */
function wholeTable(one: string, other: string): number {
  const known = new Map<string, number>();
  const edits = (a: number, b: number): number => {
    if (a === 0 || b === 0) return a + b;
    const key = `${a},${b}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const replaced = edits(a - 1, b - 1) + (one[a - 1] === other[b - 1] ? 0 : 1);
    const swaps = a > 1 && b > 1 && one[a - 1] === other[b - 2] && one[a - 2] === other[b - 1];
    const swapped = swaps ? edits(a - 2, b - 2) + 1 : Number.POSITIVE_INFINITY;
    const least = Math.min(replaced, swapped, edits(a - 1, b) + 1, edits(a, b - 1) + 1);
    known.set(key, least);
    return least;
  };
  return edits(one.length, other.length);
}
