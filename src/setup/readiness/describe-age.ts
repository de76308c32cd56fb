import { DAY_MS } from "../../core/instant.ts";

const UNITS = [
  ["day", DAY_MS],
  ["hour", 60 * 60_000],
  ["minute", 60_000],
] as const;

/** The age of an instant in words: `just now`, `5 minutes ago`, `20 days ago`. An instant in the future is `just now`. */
export function describeAge(since: Date, now: Date): string {
  const age = now.getTime() - since.getTime();
  for (const [unit, length] of UNITS) {
    const count = Math.floor(age / length);
    if (count >= 1) return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
  }
  return "just now";
}
