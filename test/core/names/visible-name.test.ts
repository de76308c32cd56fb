import { describe, expect, test } from "vitest";
import {
  codePointOf,
  describeCharacter,
  hasHiddenCharacters,
  showName,
} from "../../../src/core/names/visible-name.ts";

describe("showName", () => {
  test.each([
    ["Lot A", "Lot A"],
    ["", ""],
    ["Lot\u00A0A", "Lot[U+00A0]A"],
    [" Lot A", "[U+0020]Lot A"],
    ["Lot A  ", "Lot A[U+0020][U+0020]"],
    ["Lot  A", "Lot [U+0020]A"],
    ["Lot\u200BA\u2009\u3000", "Lot[U+200B]A[U+2009][U+3000]"],
    ["Cafe\u0301", "Cafe[U+0301]"],
    ["Café", "Café"],
    ["a\tb\u0000", "a[U+0009]b[U+0000]"],
    ["\uD83D!", "[U+D83D]!"],
    ["\u{1F600}", "\u{1F600}"],
    ["\u202Eabc", "[U+202E]abc"],
  ])("%j is shown as %j", (name, shown) => {
    expect(showName(name)).toBe(shown);
    expect(hasHiddenCharacters(name)).toBe(shown !== name);
  });

  test("clips a long name around the relevant position, at whole characters", () => {
    const name = `${"\u{1F600}".repeat(500)}X${"\u{1F600}".repeat(500)}`;
    expect(showName(name, 1000)).toBe(`…${"\u{1F600}".repeat(60)}X${"\u{1F600}".repeat(59)}…`);
    expect(showName("a".repeat(1_000_000))).toBe(`${"a".repeat(60)}…`);
    expect(showName("a".repeat(1_000_000), 1_000_000)).toBe(`…${"a".repeat(60)}`);
    expect(showName("a".repeat(120))).toBe("a".repeat(120));
  });
});

test.each([
  ["l", "U+006C", '"l"'],
  [" ", "U+0020", "a space"],
  ["\u00A0", "U+00A0", "U+00A0 (no-break space)"],
  ["\u0007", "U+0007", "U+0007"],
  ["\u200F", "U+200F", "U+200F (right-to-left mark)"],
  ["А", "U+0410", '"А" (U+0410, Cyrillic)'],
  ["Ｌ", "U+FF2C", '"Ｌ" (U+FF2C, full-width)'],
  ["é", "U+00E9", '"é" (U+00E9)'],
  ["–", "U+2013", '"–" (U+2013)'],
  ["\u{1F600}", "U+1F600", '"\u{1F600}" (U+1F600)'],
  ["\uDC00", "U+DC00", "U+DC00"],
])("%j is %s, in a sentence %s", (character, codePoint, described) => {
  expect(codePointOf(character)).toBe(codePoint);
  expect(describeCharacter(character)).toBe(described);
});
