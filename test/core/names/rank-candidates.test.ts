import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rankCandidates } from "../../../src/core/names/closest-names.ts";
import { explainMismatch, indexNames } from "../../../src/core/names/explain-mismatch.ts";
import type { MismatchKind } from "../../../src/core/names/rank-candidates.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
    .map((units) => String.fromCharCode(...units)),
  // Few characters, so that random texts have close neighbours.
  fc.string({
    unit: fc.constantFrom("a", "A", " ", "\u00A0", "é", "e\u0301", "-", "–", "\uD83D", "\uDE00"),
    maxLength: 6,
  }),
);

describe("explainMismatch", () => {
  test.each<[MismatchKind, string, string, number, string | undefined, string | undefined]>([
    ["case", "Main Lot", "Main lot", 5, "U+004C", "U+006C"],
    ["case", "ÉCOLE", "éCOLE", 0, "U+00C9", "U+00E9"],
    ["leading_space", "Lot A", " Lot A", 0, "U+004C", "U+0020"],
    ["leading_space", "  Lot A", " Lot A", 1, "U+0020", "U+004C"],
    ["trailing_space", "Lot A", "Lot A ", 5, undefined, "U+0020"],
    ["trailing_space", "Lot A ", "Lot A", 5, "U+0020", undefined],
    ["doubled_space", "Lot A", "Lot  A", 4, "U+0041", "U+0020"],
    ["special_space", "Lot A", "Lot\u00A0A", 3, "U+0020", "U+00A0"],
    ["special_space", "Lot A", "Lot\u2009A", 3, "U+0020", "U+2009"],
    ["special_space", "Lot A", "Lot\u3000A", 3, "U+0020", "U+3000"],
    ["special_space", "Lot A", "Lot\tA", 3, "U+0020", "U+0009"],
    ["special_space", "Lot A", "Lot\u202FA", 3, "U+0020", "U+202F"],
    ["invisible_character", "Lot A", "Lot A\u200B", 5, undefined, "U+200B"],
    ["invisible_character", "Lot A", "Lot\u200BA", 3, "U+0020", "U+200B"],
    ["invisible_character", "Lot A", "\uFEFFLot A", 0, "U+004C", "U+FEFF"],
    ["invisible_character", "Lot A", "Lot \u202EA", 4, "U+0041", "U+202E"],
    ["invisible_character", "Lot A", "Lot A\u200F", 5, undefined, "U+200F"],
    ["invisible_character", "Lot A", "Lot\u0007 A", 3, "U+0020", "U+0007"],
    ["invisible_character", "Lot A", "Lo\u00ADt A", 2, "U+0074", "U+00AD"],
    ["special_space", "Lot\u2000A", "Lot\u2002A", 3, "U+2000", "U+2002"],
    ["unicode_form", "Café", "Cafe\u0301", 3, "U+00E9", "U+0065"],
    ["unicode_form", "K", "\u212A", 0, "U+004B", "U+212A"],
    ["dash", "Lot - A", "Lot – A", 4, "U+002D", "U+2013"],
    ["dash", "Lot-A", "Lot−A", 3, "U+002D", "U+2212"],
    ["quote", "King's Lot", "King’s Lot", 4, "U+0027", "U+2019"],
    ["dash", "Lot-A", "Lot‑A", 3, "U+002D", "U+2011"],
    ["dash", "Lot-A", "Lot－A", 3, "U+002D", "U+FF0D"],
    ["quote", '"A"', "“A”", 0, "U+0022", "U+201C"],
    ["ligature", "Office", "Oﬃce", 1, "U+0066", "U+FB03"],
    ["ligature", "Œuvre", "Oeuvre", 0, "U+0152", "U+004F"],
    ["ligature", "ŒUVRE", "OEUVRE", 0, "U+0152", "U+004F"],
    ["ligature", "Lot Cæsar", "Lot Caesar", 5, "U+00E6", "U+0061"],
    ["look_alike", "Lot A", "Lot А", 4, "U+0041", "U+0410"],
    ["look_alike", "Lot O", "Lot Ο", 4, "U+004F", "U+039F"],
    ["look_alike", "Lot I", "Lot І", 4, "U+0049", "U+0406"],
    ["look_alike", "Lot 3", "Lot ３", 4, "U+0033", "U+FF13"],
    ["look_alike", "Lot A", "Ｌot A", 0, "U+004C", "U+FF2C"],
    ["look_alike", "Lot ë", "Lot ё", 4, "U+00EB", "U+0451"],
    ["accent", "Université", "Universite", 9, "U+00E9", "U+0065"],
    ["accent", "Montréal", "Montrèal", 5, "U+00E9", "U+00E8"],
    ["case", "ВОХ", "вох", 0, "U+0412", "U+0432"],
    ["digit_for_letter", "Lot O", "Lot 0", 4, "U+004F", "U+0030"],
    ["digit_for_letter", "North", "N0rth", 1, "U+006F", "U+0030"],
    ["digit_for_letter", "Lot 1", "Lot l", 4, "U+0031", "U+006C"],
    ["digit_for_letter", "Lot 1", "Lot I", 4, "U+0031", "U+0049"],
    ["swapped_words", "North Lot", "Lot North", 0, "U+004E", "U+004C"],
    ["other", "Lot A", "Lot B", 4, "U+0041", "U+0042"],
    ["other", "Lot A", "Lot", 3, "U+0020", undefined],
    ["other", "", "Lot", 0, undefined, "U+004C"],
    ["other", "Lot A", "lot B", 0, "U+004C", "U+006C"],
    ["other", "LotA", "Lot A", 3, "U+0041", "U+0020"],
    ["other", "Main", "Maln", 2, "U+0069", "U+006C"],
    ["other", "Lot 2", "Lot Z", 4, "U+0032", "U+005A"],
    ["other", "A\u{1F600}", "A\u{1F601}", 1, "U+1F600", "U+1F601"],
    ["other", "A\u{1F600}", "A\uD83D", 1, "U+1F600", "U+D83D"],
    ["other", "\u{1F600}A", "\u{1F600}B", 1, "U+0041", "U+0042"],
  ])("%s: %j and %j differ at %i", (kind, expected, actual, position, wanted, found) => {
    const difference = explainMismatch(expected, actual);
    expect(difference).toMatchObject({ kind, kinds: [kind], position });
    expect(difference?.codePoints).toEqual({
      ...(wanted === undefined ? {} : { expected: wanted }),
      ...(found === undefined ? {} : { actual: found }),
    });
    expect(difference?.message).toContain(`at position ${position}: `);
  });

  test.each<[string, string, readonly MismatchKind[]]>([
    ["Lot A", "lot a ", ["trailing_space", "case"]],
    ["Lot A", "Lot A\u00A0", ["special_space", "trailing_space"]],
    ["Lot A", " \u200BLot А", ["invisible_character", "leading_space", "look_alike"]],
    ["Lot 10", "lot lO", ["case", "digit_for_letter"]],
    ["École Nord", "nord ecole", ["accent", "case", "swapped_words"]],
    ["King's Lot - A", " KING’S  LOT – A", ["leading_space", "doubled_space", "dash", "quote", "case"]],
    ["Café\u00A0A", "cafe\u0301 a", ["special_space", "unicode_form", "case"]],
  ])("several: %j and %j", (expected, actual, kinds) => {
    expect(explainMismatch(expected, actual)).toMatchObject({ kind: "several", kinds });
  });

  test.each([
    ["Main Lot", "Main lot", 'differs only in case at position 5: "l" instead of "L"'],
    [
      "Lot A",
      "Lot A ",
      "differs only in trailing spaces at position 5: a space instead of the end of the name",
    ],
    [
      "Lot A",
      "Lot\u00A0A",
      "differs only in special spaces at position 3: U+00A0 (no-break space) instead of a space",
    ],
    [
      "Lot A",
      "Lot А",
      'differs only in look-alike letters at position 4: "А" (U+0410, Cyrillic) instead of "A"',
    ],
    ["A-B", "A–B", 'differs only in dashes at position 1: "–" (U+2013) instead of "-"'],
    ["Lot A", "lot a ", 'differs only in trailing spaces and case at position 0: "l" instead of "L"'],
    ["Lot A", "Lot B", 'differs at position 4: "B" instead of "A"'],
  ])("says how %j and %j differ", (expected, actual, message) => {
    expect(explainMismatch(expected, actual)?.message).toBe(message);
  });

  test("shows invisible characters", () => {
    const difference = explainMismatch("Lot A", " Lot\u00A0\u200BA");
    expect(difference).toMatchObject({ expected: "Lot A", actual: "[U+0020]Lot[U+00A0][U+200B]A" });
  });

  test("is undefined for equal texts only", () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        expect(explainMismatch(one, other) === undefined).toBe(one === other);
        expect(explainMismatch(one, one.slice())).toBeUndefined();
        const [there, back] = [explainMismatch(one, other), explainMismatch(other, one)];
        expect(back?.position).toBe(there?.position);
        expect(back?.kinds).toEqual(there?.kinds);
      }),
      { numRuns: 5_000, seed: 1 },
    );
  });

  test("returns the position and code points of the first code point that differs", () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        const difference = explainMismatch(one, other);
        if (difference === undefined) return;
        const [expected, actual] = [[...one], [...other]];
        const position = expected.findIndex((character, index) => character !== actual[index]);
        expect(difference.position).toBe(position === -1 ? expected.length : position);
        expect(difference.codePoints.expected === undefined).toBe(expected.length <= difference.position);
        expect(difference.codePoints.actual === undefined).toBe(actual.length <= difference.position);
      }),
      { numRuns: 5_000, seed: 2 },
    );
  });

  test("accepts the documented kinds only, and several means more than one", () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        const difference = explainMismatch(one, other);
        if (difference === undefined) return;
        expect(difference.kinds.length).toBeGreaterThan(0);
        expect(difference.kind).toBe(difference.kinds.length > 1 ? "several" : difference.kinds[0]);
        if (difference.kinds.includes("other")) expect(difference.kinds).toEqual(["other"]);
        expect(new Set(difference.kinds).size).toBe(difference.kinds.length);
      }),
      { numRuns: 2_000, seed: 3 },
    );
  });

  test("accepts names of a megabyte, and describes them briefly", () => {
    const long = "e\u0301\u0323".repeat(350_000);
    const difference = explainMismatch(`${long}A`, `${long}a`);
    expect(difference).toMatchObject({ kind: "other", position: 1_050_000 });
    expect(difference?.message.length).toBeLessThan(200);
    expect(difference?.expected.length).toBeLessThan(1_500);
    expect(explainMismatch(long, long)).toBeUndefined();
  });

  test.each([
    ["expected", undefined, "a"],
    ["actual", "a", null],
    ["actual", "a", 5],
  ])("refuses a value that is not text, naming %s", (field, expected, actual) => {
    expect(() => explainMismatch(expected as string, actual as string)).toThrow(
      expect.objectContaining({ code: "invalid_input", field }),
    );
  });
});

describe("rankCandidates", () => {
  const names = (wanted: string, candidates: readonly string[], limit?: number) =>
    rankCandidates(wanted, candidates, limit === undefined ? {} : { limit }).map(({ name }) => name);

  test.each([
    ["equal after folding first", "Lot A", ["Lot AB", "lot a"], ["lot a", "Lot AB"]],
    ["ties in the order given", "Lot 103", ["Lot 102", "Lot 101"], ["Lot 102", "Lot 101"]],
    [
      "swapped letters are one edit",
      "Downtwon Lot",
      ["Downton Lots", "Downtown Lot"],
      ["Downtown Lot", "Downton Lots"],
    ],
    ["far names left out", "Downtown Lot", ["Stadium", "Zone 4", ""], []],
    ["short names are soon far", "P1", ["P2", "p1"], ["p1"]],
    ["equal names and repeats left out", "Lot A", ["Lot A", "lot a", "lot a"], ["lot a"]],
    ["nothing to rank", "Lot A", [], []],
  ])("%s", (_, wanted, candidates, ranked) => {
    expect(names(wanted, candidates)).toEqual(ranked);
  });

  test("returns three, or as many as requested", () => {
    const twins = ["Lot 101", "Lot 102", "Lot 103", "Lot 104"];
    expect(names("Lot 105", twins)).toEqual(twins.slice(0, 3));
    expect(names("Lot 105", twins, 4)).toEqual(twins);
    expect(names("Lot 105", twins, 0)).toEqual([]);
    expect(names("Lot A", ["Lot A", "lot a"], 1)).toEqual(["lot a"]);
  });

  test("says how each differs from the given name", () => {
    const [candidate] = rankCandidates("Lot A", new Set(["LOT A"]));
    expect(candidate?.difference).toEqual(explainMismatch("Lot A", "LOT A"));
  });

  test("returns the same from an index, search after search", () => {
    const index = indexNames(["Lot 101", "lot  102", "Stadium"]);
    for (const wanted of ["Lot 101", "Lot 102", "Stadiun"]) {
      expect(index.closest(wanted)).toEqual(rankCandidates(wanted, ["Lot 101", "lot  102", "Stadium"]));
    }
  });

  test("puts the origin of a single edit first, among names that are far apart", () => {
    const letters = fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz");
    const name = fc.string({ unit: letters, minLength: 8, maxLength: 12 });
    const edit = fc.record({
      at: fc.nat(7),
      letter: letters,
      kind: fc.constantFrom("insert", "remove", "replace", "swap"),
    });
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 40 }),
        fc.nat(),
        edit,
        (corpus, pick, { at, letter, kind }) => {
          const apart = corpus.filter((one, index) =>
            corpus.slice(0, index).every((other) => rankCandidates(one, [other]).length === 0),
          );
          const origin = apart[pick % apart.length] ?? "";
          const [head, tail] = [origin.slice(0, at), origin.slice(at)];
          const edited = {
            insert: `${head}${letter}${tail}`,
            remove: `${head}${tail.slice(1)}`,
            replace: `${head}${letter}${tail.slice(1)}`,
            swap: `${head}${tail[1] ?? ""}${tail[0]}${tail.slice(2)}`,
          }[kind];
          fc.pre(edited !== undefined && edited !== origin && !corpus.includes(edited));
          expect(rankCandidates(edited ?? "", new Set(apart))[0]?.name).toBe(origin);
        },
      ),
      { numRuns: 500, seed: 1 },
    );
  });

  test("skips names of a megabyte", () => {
    const long = "a".repeat(1_000_000);
    expect(rankCandidates(long, [`${long}b`, "a"])).toEqual([]);
    expect(rankCandidates("a", [long])).toEqual([]);
  });

  test("accepts any text", () => {
    fc.assert(
      fc.property(anyText, fc.array(anyText), (wanted, candidates) => {
        for (const { name } of rankCandidates(wanted, candidates)) {
          expect(candidates).toContain(name);
          expect(name).not.toBe(wanted);
        }
      }),
      { numRuns: 1_000, seed: 4 },
    );
  });

  test.each([
    ["wanted", () => rankCandidates(5 as never, [])],
    ["candidates", () => rankCandidates("a", undefined as never)],
    ["candidates", () => rankCandidates("a", ["b", null] as never)],
    ["limit", () => rankCandidates("a", [], { limit: -1 })],
    ["rankCandidates options", () => rankCandidates("a", [], { max: 3 } as never)],
  ])("refuses a wrong argument, naming %s", (field, run) => {
    expect(run).toThrow(expect.objectContaining({ code: "invalid_input", field }));
  });
});
