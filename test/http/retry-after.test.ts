import { describe, expect, it } from "vitest";
import { parseRetryAfter } from "../../src/http/retry.ts";

const now = new Date("1994-11-06T08:49:00.000Z");

describe("parseRetryAfter", () => {
  it.each([
    ["seconds", "120", 120_000],
    ["no seconds", "0", 0],
    ["a fraction of a second", "1.5", 1_500],
    ["seconds with spaces around", " 7 ", 7_000],
    ["more seconds than a safe integer holds", "99999999999999999999", Number.MAX_SAFE_INTEGER],
    ["a date", "Sun, 06 Nov 1994 08:49:37 GMT", 37_000],
    ["a date in the obsolete form of RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT", 37_000],
    ["a date in the form of asctime, which means GMT", "Sun Nov  6 08:49:37 1994", 37_000],
    ["a date in the past", "Sun, 06 Nov 1994 08:48:00 GMT", 0],
  ])("reads %s", (_, header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });

  it.each([
    ["no header", null],
    ["an empty header", " "],
    ["a word", "soon"],
    ["a sentence that a lenient reader takes for a date", "Soon, 5"],
    ["a negative number", "-5"],
    ["a number with a unit", "5s"],
    ["a hexadecimal number", "0x10"],
    ["a date without a time", "Sun, 06 Nov 1994"],
    ["an ISO date", "1994-11-06T08:49:37Z"],
    ["a month that does not exist", "Sun, 06 Xyz 1994 08:49:37 GMT"],
  ])("does not read %s", (_, header) => {
    expect(parseRetryAfter(header, now)).toBeUndefined();
  });
});
