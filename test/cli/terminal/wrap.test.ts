import { styleText } from "node:util";
import { describe, expect, it } from "vitest";
import { columnsOf, keepTogether, wrap } from "../../../src/cli/terminal/wrap.ts";

const red = (text: string) => styleText("red", text, { validateStream: false });

describe("a paragraph", () => {
  it("is broken at spaces, with an indent before its first line and one before the others", () => {
    expect(wrap("one two three four", { width: 9 })).toBe("one two\nthree\nfour");
    expect(wrap("one two three four", { width: 13, indent: "  ", hang: "    " })).toBe(
      "  one two\n    three\n    four",
    );
    expect(wrap("one two three", { width: 9, indent: "  - " })).toBe("  - one\n    two\n    three");
    expect(wrap("", { width: 9, indent: "  " })).toBe("  ");
  });

  it("stays one line where lines are not broken", () => {
    const long = "word ".repeat(1_000);
    expect(wrap(long, { width: Number.POSITIVE_INFINITY })).toBe(long);
  });

  it("keeps the space at the end of a question, and several spaces in a line", () => {
    expect(wrap("Do you see it? [y/n] ", { width: 20 })).toBe("Do you see it? [y/n] ");
    expect(wrap("Lot  A is here", { width: 12 })).toBe("Lot  A is\nhere");
  });

  it("does not break a name in quotation marks that fits into a line, nor what is kept together", () => {
    expect(wrap('Change it to "Lot 102 North" now', { width: 20 })).toBe('Change it to\n"Lot 102 North" now');
    expect(wrap(`at ${keepTogether("St. John's Hall")} today`, { width: 16 })).toBe(
      "at\nSt. John's Hall\ntoday",
    );
    // Without room for it, it is broken like other text.
    expect(wrap('"one two three four"', { width: 10 })).toBe('"one two\nthree\nfour"');
    expect(wrap('a " b c', { width: 4 })).toBe('a "\nb c');
  });

  it("does not break a word: a path or an id can be copied", () => {
    expect(wrap("see /a/very/long/path here", { width: 10 })).toBe("see\n/a/very/long/path\nhere");
  });

  it("counts no column for a colour, and two for an East Asian character", () => {
    expect(columnsOf(red("error"))).toBe(5);
    expect(wrap(`${red("one two")} three`, { width: 13 })).toBe(`${red("one two")} three`);
    expect(columnsOf("駐車場 é")).toBe(8);
    expect(wrap("駐車場 駐車場", { width: 12 })).toBe("駐車場\n駐車場");
  });
});
