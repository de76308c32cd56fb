import type { Location } from "../../core/directory/directory.ts";
import { DAY_MS } from "../../core/instant.ts";

/** A location's name and id: `"Lot 1" (lot-1)`. */
export function describeLocation(location: Location | undefined): string {
  return location === undefined ? "its location" : `"${location.name}" (${location.id})`;
}

const UNITS = [
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
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.slice(0, 2).join(" ") || "0 ms";
}
