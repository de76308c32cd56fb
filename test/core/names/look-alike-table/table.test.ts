import { expect, test } from "vitest";
import { LOOK_ALIKES } from "../../../../src/core/names/look-alike-table.ts";
import { readLookAlikes } from "./read-look-alikes.ts";
import { renderTable } from "./render-table.ts";

test("the table lists each character's look-alike once", () => {
  const characters = LOOK_ALIKES.flatMap(([, alike]) => [...alike]);
  expect(new Set(characters).size).toBe(characters.length);
  for (const character of characters) expect(character).toMatch(/^[^\0-\x7F]$/u);
  for (const [likeness] of LOOK_ALIKES) expect(likeness).toMatch(/^[!-~]$/);
});

test.each([
  ["A", "ΑА"],
  ["B", "ΒВ"],
  ["I", "ІΙ"],
  ["O", "ΟО"],
  ["a", "а"],
  ["o", "οо"],
  ["3", "З"],
])("%s looks like each of %s", (likeness, alike) => {
  const known = new Map(LOOK_ALIKES).get(likeness) ?? "";
  for (const character of alike) expect([...known]).toContain(character);
});

test("reads the right entries from a list of confusables, and renders the table as it is stored", () => {
  const lookAlikes = readLookAlikes({
    а: [{ c: "a" }],
    a: [{ c: "а" }],
    І: [{ c: "l" }], // a capital: like I, though Unicode has one likeness for I, l, 1 and |
    "०": [{ c: "o" }], // a digit: like 0
    "–": [{ c: "-" }], // a dash, which has a fold of its own
    Ａ: [{ c: "A" }], // full-width, which Unicode knows to be compatible
    ﻩ: [{ c: "o" }], // runs from right to left
    æ: [{ c: "ae" }], // two characters
    я: [{ c: "ᴙ" }], // like nothing in ASCII
  });
  expect([...lookAlikes]).toEqual([
    ["0", ["०"]],
    ["I", ["І"]],
    ["a", ["а"]],
  ]);
  const source = renderTable(lookAlikes, "1.0");
  expect(source).toContain('  ["a", "а"],\n');
  expect(source).toContain("Unicode, Inc.");
});
