import { DAY_MS } from "./instant.ts";

// Ages and lengths of time in words.

const AGE_UNITS = [
  ["day", DAY_MS],
  ["hour", 60 * 60_000],
  ["minute", 60_000],
] as const;

/** The age of an instant in words: `just now`, `5 minutes ago`, `20 days ago`. An instant in the future is `just now`. */
export function describeAge(since: Date, now: Date): string {
  const age = now.getTime() - since.getTime();
  for (const [unit, length] of AGE_UNITS) {
    const count = Math.floor(age / length);
    if (count >= 1) return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
  }
  return "just now";
}

const SPAN_UNITS = [
  ["d", DAY_MS],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
  ["ms", 1],
] as const;

/** A duration in its two largest units: `1 d 2 h`, `5 min`, `20 ms`. */
export function describeSpan(milliseconds: number): string {
  let rest = Math.abs(milliseconds);
  const parts: string[] = [];
  for (const [unit, size] of SPAN_UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.slice(0, 2).join(" ") || "0 ms";
}
