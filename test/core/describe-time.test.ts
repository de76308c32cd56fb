import { expect, it } from "vitest";
import { describeAge } from "../../src/core/describe-time.ts";

const MINUTE = 60_000;

it.each([
  [-5 * MINUTE, "just now"],
  [0, "just now"],
  [MINUTE - 1, "just now"],
  [MINUTE, "1 minute ago"],
  [59 * MINUTE, "59 minutes ago"],
  [60 * MINUTE, "1 hour ago"],
  [47 * 60 * MINUTE, "1 day ago"],
  [20 * 24 * 60 * MINUTE, "20 days ago"],
])("after %i ms something was %s", (age, words) => {
  const now = new Date("2026-11-21T15:00:00Z");
  expect(describeAge(new Date(now.getTime() - age), now)).toBe(words);
});
