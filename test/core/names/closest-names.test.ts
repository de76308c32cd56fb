import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createNameIndex, describeExhaustion } from "../../../src/core/names/closest-names.ts";
import { indexNames } from "../../../src/core/names/explain-mismatch.ts";
import { applyFolds, createFold, PLAIN_FOLDS } from "../../../src/core/names/folds.ts";
import {
  countEdits,
  type FoundName,
  isVariant,
  MAX_EDITS,
  type NameCandidate,
  rankFound,
} from "../../../src/core/names/rank-candidates.ts";
import { placeNames } from "../../bench/mapping/names.ts";

/** What the tables of an index must find: compares each name. */
function rankAmong(names: readonly string[], wanted: string, limit: number): NameCandidate[] {
  const fold = createFold(PLAIN_FOLDS);
  const query = { name: wanted, folded: fold(wanted), place: -1 };
  const found = [...new Set(names)].flatMap((name, place): FoundName[] => {
    const entry = { name, folded: fold(name), place };
    if (name === wanted) return [];
    if (isVariant(query, entry, PLAIN_FOLDS)) return [{ ...entry, edits: 1, explained: true }];
    const edits = countEdits(query, entry, MAX_EDITS);
    return edits === undefined ? [] : [{ ...entry, edits, explained: edits === 0 }];
  });
  return rankFound(found, wanted, { folds: PLAIN_FOLDS, limit });
}

describe("indexNames", () => {
  test("finds by its tables the names that comparing with each name finds", () => {
    // Few characters, so that random names have close neighbours, variants and ties.
    const character = fc.constantFrom("a", "b", "A", "é", "e", " ", "0", "o", "1", "l", "-");
    const name = fc.string({ unit: character, maxLength: 9 });
    const long = fc.string({ unit: character, minLength: 60, maxLength: 70 });
    const names = fc.array(fc.oneof({ weight: 9, arbitrary: name }, long), { maxLength: 60 });
    fc.assert(
      fc.property(names, fc.oneof(name, long), fc.integer({ min: 0, max: 5 }), (corpus, wanted, limit) => {
        const expected = rankAmong(corpus, wanted, limit);
        expect(createNameIndex(corpus, PLAIN_FOLDS).closest(wanted, { limit })).toEqual(expected);
      }),
      { numRuns: 3_000, seed: 1 },
    );
  });

  test("finds a neighbour of a long name, for every kind of edit", () => {
    const long = "abcdefghij".repeat(7);
    const index = indexNames([long, "abcdefghij".repeat(8)]);
    for (const wanted of [`${long}x`, long.slice(1), `b${long.slice(1)}`, `ba${long.slice(2)}`]) {
      expect(index.closest(wanted)).toMatchObject([{ name: long, edits: 1 }]);
    }
  });

  test.each([
    ["explained before misspelt, with as many edits", "Lot 1O", ["Lot 1A", "Lot 10"], ["Lot 10", "Lot 1A"]],
    ["fewer changed characters first", "Lot A", ["LOT A", "lot A"], ["lot A", "LOT A"]],
    [
      "words in another order",
      "Main Lot North",
      ["Maine Lot North", "North Main Lot"],
      ["North Main Lot", "Maine Lot North"],
    ],
    ["look-alikes as nothing to change", "Lot A", ["Lot B", "Lot А"], ["Lot А", "Lot B"]],
    [
      "nothing further than one more than the nearest",
      "Stadium",
      ["Stadiums", "Stadi", "Stada"],
      ["Stadiums", "Stadi"],
    ],
    ["digits in short names", "P0", ["P1", "PO"], ["PO"]],
  ])("%s", (_, wanted, names, ranked) => {
    expect(
      indexNames(names)
        .closest(wanted)
        .map(({ name }) => name),
    ).toEqual(ranked);
  });

  test("reports near twins as ties, and nothing else", () => {
    const index = indexNames(["Lot 101", "Lot 102", "Stadium", "Lot 201", "lot 103", "Lot  103"]);
    const ties = (wanted: string) => index.closest(wanted).map(({ name, tied }) => `${name} ${tied}`);
    expect(ties("Lot 104")).toEqual(["Lot 101 true", "Lot 102 true", "lot 103 true"]);
    expect(ties("Stadum")).toEqual(["Stadium false"]);
    expect(ties("Lot 103")).toEqual(["lot 103 true", "Lot  103 true", "Lot 101 true"]);
    // A tie with a name that the limit leaves out is a tie.
    expect(index.closest("Lot 104", { limit: 1 })).toMatchObject([{ name: "Lot 101", tied: true }]);
  });

  test.each([
    ["edits that are counted", { distances: 2, pairs: 1_000 }],
    ["pairs that are looked at", { distances: 1_000, pairs: 6 }],
  ])("returns only names that can be explained once it has reached its limit of %s", (_, limits) => {
    const names = ["Lot 101", "Lot 102", "North Lot", "Stadium"];
    const index = createNameIndex(names, PLAIN_FOLDS, limits);
    const found = (wanted: string) => index.closest(wanted).map(({ name, edits }) => `${name} ${edits}`);
    expect(found("Lot 103")).toEqual(["Lot 101 1", "Lot 102 1"]);
    // A search that has begun is finished: the next one sees the limit.
    expect([index.isExhausted, describeExhaustion(index)]).toEqual([false, ""]);
    expect(found("Stadum")).toEqual([]);
    expect(index.isExhausted).toBe(true);
    expect(describeExhaustion(index)).toMatch(/^Names with a typing error were not looked for here/);
    expect(found("STADIUM")).toEqual(["Stadium 0"]);
    expect(found("lot north")).toEqual(["North Lot 1"]);
    expect(found("Lot 1O1")).toEqual(["Lot 101 1"]);
  });

  test("compares all of 10,000 names that have little in common, and counts the edits of few pairs", () => {
    const names = placeNames(10_000);
    const index = createNameIndex(names, PLAIN_FOLDS);
    for (const name of names.filter((_, place) => place % 50 === 0)) {
      expect(index.closest(`${name}x`)[0]?.edits).toBe(1);
    }
    expect(index.isExhausted).toBe(false);
  });

  test("folds plain names by a short cut with the same result", () => {
    const inOrder = PLAIN_FOLDS.filter(({ kind }) => kind !== "swapped_words");
    const plain = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    });
    fc.assert(
      fc.property(plain, (name) => {
        const folded = applyFolds(inOrder, name);
        // Names that fold to the same text have no edits.
        const [candidate] = indexNames([`${name}`.toUpperCase()]).closest(name);
        if (candidate !== undefined) expect(candidate.edits).toBe(0);
        expect(folded).toBe(applyFolds(inOrder, folded));
      }),
      { numRuns: 2_000, seed: 2 },
    );
  });
});
