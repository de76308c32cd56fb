import { describe, expect, test } from "vitest";
import { isEnforcementError } from "../../../src/core/errors.ts";
import { LOOK_ALIKES } from "../../../src/core/names/look-alike-table.ts";
import { canonicalPlateNumber, parsePlate } from "../../../src/core/permit/plate.ts";

// Written a second time on purpose, by code point: the only characters that may be dropped from a plate.
const DROPPED = new Map<string, readonly number[]>([
  ["spaces", [0x20, 0xa0, 0x1680, ...range(0x2000, 0x200a), 0x202f, 0x205f, 0x3000]],
  [
    "hyphens and dashes",
    [
      0x2d,
      0x58a,
      0x5be,
      0x1400,
      0x1806,
      ...range(0x2010, 0x2015),
      0x2043,
      0x2212,
      0x2e17,
      0x2e1a,
      0x2e3a,
      0x2e3b,
      0x2e40,
      0x2e5d,
      0x301c,
      0x3030,
      0x30a0,
      0xfe31,
      0xfe32,
      0xfe58,
      0xfe63,
      0xff0d,
      0x10d6e,
      0x10ead,
    ],
  ],
  ["dots", [0x2e, 0xb7, 0x387, 0x2022, 0x2027, 0x2219, 0x22c5, 0xff0e]],
  ["apostrophes", [0x27, 0x2018, 0x2019, 0x2bc, 0xff07]],
  ["plus, heart, star, hand", [0x2b, 0xff0b, 0x2661, 0x2665, 0x2764, 0x2605, 0x2606, 0x2b50]],
  ["hands", [0x270b, 0x1f590, 0x1f91a]],
  [
    "without a width",
    [
      0xad,
      0x34f,
      0x61c,
      ...range(0x180b, 0x180f),
      ...range(0x200b, 0x200f),
      ...range(0x202a, 0x202d),
      ...range(0x2060, 0x2064),
      ...range(0x2066, 0x2069),
      ...range(0xfe00, 0xfe0f),
      0xfeff,
      ...range(0xe0100, 0xe01ef),
    ],
  ],
]);
const WRITTEN_OUT: ReadonlyArray<readonly [characters: string, letters: string]> = [
  ["Øø", "O"],
  ["Œœ", "OE"],
  ["Ææ", "AE"],
  ["ßẞ", "SS"],
  ["ĐđÐð", "D"],
  ["Łł", "L"],
  ["Þþ", "TH"],
  ["Ħħ", "H"],
  ["Ŧŧ", "T"],
  ["Ŋŋŉ", "N"],
  ["Ĳĳ", "IJ"],
  ["Ŀŀ", "L"],
  ["ı", "I"],
  ["ĸ", "K"],
  ["ſ", "S"],
];

/** All of Unicode except ideographs, Hangul syllables and private use. */
const POINTS: readonly number[] = [
  ...range(0, 0x33ff),
  ...range(0xa000, 0xabff),
  ...range(0xd7b0, 0xd8ff),
  ...range(0xf900, 0x11fff),
  ...range(0x16a00, 0x16fff),
  ...range(0x1d000, 0x1ffff),
  ...range(0xe0000, 0xe01ff),
];

describe("every character between a letter and a digit", () => {
  test("is read as letters and digits, dropped because it is a separator, or refused by name and position", () => {
    const dropped = new Set([...DROPPED.values()].flat());
    const writtenOut = new Map(
      WRITTEN_OUT.flatMap(([characters, letters]) => [...characters].map((one) => [one, letters] as const)),
    );
    const counts = { letter: 0, digit: 0, diacritic: 0, separator: 0, refused: 0 };
    const wrong: string[] = [];
    for (const point of POINTS) {
      const character = String.fromCodePoint(point);
      const verdict = readBetween(character);
      const expected = expectedOf(character, verdict, { dropped, writtenOut });
      counts[expected.kind] += 1;
      if (verdict !== expected.read) wrong.push(`U+${point.toString(16)}: ${verdict}, not ${expected.read}`);
    }
    const all = Object.values(counts).reduce((sum, count) => sum + count);
    console.log(`plate characters: ${all} tried; ${JSON.stringify(counts)}`);
    expect(wrong).toEqual([]);
    expect(counts.letter).toBeGreaterThan(600);
    expect(counts.digit).toBeGreaterThan(600);
    expect(counts.separator).toBe(dropped.size);
  });

  test("that is a letter of Latin-1 or Latin Extended-A is A–Z, except the ordinals and the micro sign", () => {
    const letters = range(0xa0, 0x17f)
      .map((point) => String.fromCodePoint(point))
      .filter((character) => /\p{L}/u.test(character));
    const refused = letters.filter((letter) => !/^[A-Z]{1,2}$/.test(readBetween(letter)));
    expect(letters).toHaveLength(193);
    expect(refused).toEqual(["ª", "µ", "º"]);
    for (const letter of letters) {
      if (refused.includes(letter)) continue;
      // In every normalisation form in which the letter may be stored or typed.
      const forms = ["NFC", "NFD"].map((form) => letter.normalize(form));
      const cased = [letter.toLowerCase(), letter.toUpperCase()].filter((one) => letters.includes(one));
      const read = [...forms, ...cased].map((form) => canonicalPlateNumber(`${form}1`, "plate"));
      expect([letter, ...new Set(read)]).toEqual([letter, `${readBetween(letter)}1`]);
    }
  });

  test.each(WRITTEN_OUT)("%s is written out as %s", (characters, letters) => {
    for (const character of characters) expect(parsePlate(`1${character}2`).number).toBe(`1${letters}2`);
  });

  test.each([
    ["Ǿ1", "O1"],
    ["Ǽ1", "AE1"],
    ["ẛ1", "S1"],
    ["Ấ1", "A1"],
    ["O\u03381", "O1"],
    ["0\u03381", "01"],
    ["\u212a1", "K1"],
    ["\u212b1", "A1"],
    ["A\u034f\u03011", "A1"],
  ])("%j, in every normalisation form, is %s", (text, number) => {
    expect(parsePlate(text).number).toBe(number);
  });

  test("is the digit that Unicode defines", () => {
    const systems = Intl.supportedValuesOf("numberingSystem").flatMap((system) => {
      const format = new Intl.NumberFormat(`en-u-nu-${system}`, { useGrouping: false });
      const digits = Array.from({ length: 10 }, (_, digit) => format.format(digit));
      return digits.every((digit) => /^\p{Nd}$/u.test(digit)) ? [digits] : [];
    });
    expect(systems.length).toBeGreaterThan(50);
    for (const digits of systems) {
      expect([digits, parsePlate(digits.join("")).number]).toEqual([digits, "0123456789"]);
    }
    expect(parsePlate("ABC١٢٣").number).toBe("ABC123");
  });
});

describe("a separator", () => {
  test.each([
    [" \r\n ABC 123\t\n", "ABC123"],
    ["\u2028ABC123\u2029", "ABC123"],
    ["\ufeffABC123", "ABC123"],
    ["ABC\u00a0·\u202f123", "ABC123"],
    ["ABC – 123", "ABC123"],
    ["O’HARA", "OHARA"],
    ["I❤\ufe0fNY", "INY"],
    ["A♥B★C+D✋E", "ABCDE"],
    ["A🖐🏽B", "AB"],
    ["ABC\u200e123\u200f", "ABC123"],
    ["\u202aABC 123\u202c", "ABC123"],
    ["A\u00adB\u200bC\u20601", "ABC1"],
    ["ＡＢＣ－１２３", "ABC123"],
    ["ＡＢ　１", "AB1"],
  ])("in %j is dropped: %s", (text, number) => {
    expect(parsePlate(text).number).toBe(number);
  });
});

describe("a refused character", () => {
  test.each([
    [
      "АВ1234",
      '"А" (U+0410, Cyrillic) at position 0 only looks like A; write the Latin letter or the digit.',
    ],
    ["AB1Ο", '"Ο" (U+039F, Greek) at position 3 only looks like O; write the Latin letter or the digit.'],
    ["ABк1", '"к" (U+043A, Cyrillic) at position 2 only looks like K; write the Latin letter or the digit.'],
    ["ABж1", '"ж" (U+0436, Cyrillic) at position 2 is no Latin letter; a plate has letters A–Z and digits.'],
    ["12ا345", '"ا" (U+0627) at position 2 is no Latin letter; a plate has letters A–Z and digits.'],
    ["日本", '"日" (U+65E5) at position 0 is no Latin letter; a plate has letters A–Z and digits.'],
    ["ABC123, DEF456", '"," (U+002C) at position 6 stands between two plates; write one plate.'],
    ["ABC123;DEF456", '";" (U+003B) at position 6 stands between two plates; write one plate.'],
    ["ABC123／DEF456", '"／" (U+FF0F, full-width) at position 6 stands between two plates; write one plate.'],
    ["ABC123\nDEF456", "U+000A (line break) at position 6 breaks the line; write one plate in one line."],
    ["ABC123\u2028DEF", "U+2028 at position 6 breaks the line; write one plate in one line."],
    ["ABC\u0085123", "U+0085 at position 3 breaks the line; write one plate in one line."],
    ["ABC\t123", "U+0009 (tab) at position 3 stands between two parts; write one plate."],
    [
      "  GX\ufffd204",
      '"�" (U+FFFD) at position 4 stands where something could not be read as text; send UTF-8.',
    ],
    ["ABC\ud83d123", "U+D83D at position 3 is neither a letter A–Z, a digit nor a separator."],
    ["ABC*12", '"*" (U+002A) at position 3 is neither a letter A–Z, a digit nor a separator.'],
    ["ABC_12", '"_" (U+005F) at position 3 is neither a letter A–Z, a digit nor a separator.'],
    ['"ABC12"', '""" (U+0022) at position 0 is neither a letter A–Z, a digit nor a separator.'],
    ["№12", '"№" (U+2116) at position 0 is neither a letter A–Z, a digit nor a separator.'],
    ["AB\u202e21", "U+202E at position 2 is neither a letter A–Z, a digit nor a separator."],
    ["AB\u000012", "U+0000 at position 2 is neither a letter A–Z, a digit nor a separator."],
    ["\u0301AB", "U+0301 at position 0 is no diacritic of a letter or digit."],
    ["A-\u0301B", "U+0301 at position 2 is no diacritic of a letter or digit."],
    ["1\ufe0f\u20e3", "U+20E3 at position 2 is no diacritic of a letter or digit."],
    ["a\u0364b", "U+0364 at position 1 is no diacritic of a letter or digit."],
    ["AB🏽1", '"🏽" (U+1F3FD) at position 2 is neither a letter A–Z, a digit nor a separator.'],
  ])("%j: %s", (text, problem) => {
    expect(refusalOf(text)).toBe(`plate: ${problem}`);
  });

  test.each([..."ºª½™²①ⅧⒶ𝐀ﬁǆµ€©🅿🔥ƀɐ！？#$%&()*:<=>?@[]^_`{|}~´¨¸!"])(
    "%s is refused at every position",
    (character) => {
      for (const text of [`${character}AB1`, `AB${character}1`, `AB1${character}`]) {
        expect(refusalOf(text)).toMatch(
          /^plate: .{1,14}\bU\+[0-9A-F]{4,5}(, full-width)?\)? at position [023] /u,
        );
      }
    },
  );

  test("is shown alone, with nothing else of the plate", () => {
    for (const text of ["ZQ7 XK9,ZQ8", "ZQ7XKЖ", "ZQ7\nXK9"]) {
      const message = refusalOf(text);
      expect(message).not.toMatch(/ZQ|XK/);
    }
  });

  test("has the same look-alike as in the whole table", () => {
    const table = new Map(
      LOOK_ALIKES.flatMap(([likeness, characters]) => [...characters].map((one) => [one, likeness] as const)),
    );
    const hinted: string[] = [];
    for (const point of range(0x370, 0x52f)) {
      const character = String.fromCodePoint(point);
      const hint = / only looks like ([A-Z0-9]);/.exec(readBetween(character))?.[1];
      const known = table.get(character) ?? table.get(character.toUpperCase());
      if (hint !== undefined) expect([character, hint]).toEqual([character, known?.toUpperCase()]);
      if (hint !== undefined) hinted.push(character);
      else
        expect([character, /^\p{Lu}$/u.test(character) && /^[A-Z]$/.test(known ?? "")]).toEqual([
          character,
          false,
        ]);
    }
    expect(hinted.length).toBeGreaterThan(80);
  });
});

/** What remains between A and B1: the letters and digits, or the refusal. */
function readBetween(character: string): string {
  try {
    const number = canonicalPlateNumber(`A${character}B1`, "plate");
    expect(number.startsWith("A") && number.endsWith("B1")).toBe(true);
    return number.slice(1, -2);
  } catch (error) {
    if (!isEnforcementError(error)) throw error;
    return error.message;
  }
}

function expectedOf(
  character: string,
  verdict: string,
  {
    dropped,
    writtenOut,
  }: { readonly dropped: ReadonlySet<number>; readonly writtenOut: ReadonlyMap<string, string> },
): { kind: "letter" | "digit" | "diacritic" | "separator" | "refused"; read: string } {
  const point = character.codePointAt(0) ?? 0;
  if (dropped.has(point)) return { kind: "separator", read: "" };
  if (/^\p{Nd}$/u.test(character)) {
    // Some are compatibility forms of 0–9. Another test asks ICU which digit each of the others is.
    const plain = character.normalize("NFKC");
    if (/^[0-9]$/.test(plain)) return { kind: "digit", read: plain };
    return { kind: "digit", read: /^[0-9]$/.test(verdict) ? verdict : "a digit" };
  }
  if (point >= 0x300 && point < 0x363 && point !== 0x345 && point !== 0x34f) {
    return { kind: "diacritic", read: "" };
  }
  const plain = point >= 0xff01 && point <= 0xff5e ? character.normalize("NFKC") : character;
  const [base = "", ...marks] = plain.normalize("NFD");
  const letters = writtenOut.get(base) ?? (/^[A-Za-z]$/.test(base) ? base.toUpperCase() : undefined);
  if (letters !== undefined && marks.every((mark) => /^[\u0300-\u0362]$/.test(mark))) {
    return { kind: "letter", read: letters };
  }
  const name = `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
  const isNamed = verdict.includes(name) && verdict.includes(" at position 1 ");
  return { kind: "refused", read: isNamed ? verdict : `refusal of ${name}` };
}

function refusalOf(text: string): string {
  try {
    return `accepted as ${parsePlate(text).number}`;
  } catch (error) {
    if (!isEnforcementError(error) || error.code !== "invalid_input" || error.field !== "plate") throw error;
    return error.message;
  }
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
