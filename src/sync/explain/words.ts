import { DAY_MS } from "../../core/instant.ts";

/** An instant as people read it aloud, to the minute: `2026-09-15 12:00 UTC`. Entries have it to the millisecond. */
export function showInstant(instant: Date): string {
  const [day, time = ""] = instant.toISOString().split("T");
  return `${day} ${time.slice(0, 5)} UTC`;
}

const UNITS = [
  ["day", DAY_MS],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** How long something is still to wait: `6 days`, `1 hour`, `a few seconds`. */
export function showWait(milliseconds: number): string {
  for (const [unit, length] of UNITS) {
    const count = Math.round(milliseconds / length);
    if (count >= 1 && milliseconds >= length) return `${count} ${unit}${count === 1 ? "" : "s"}`;
  }
  return milliseconds < 30_000 ? "a few seconds" : "less than a minute";
}

/** `GXK204 (CA-NB)`. */
export function showPlate({ number, region }: { readonly number: string; readonly region?: string }): string {
  return region === undefined ? number : `${number} (${region})`;
}

/** `passport`, `passport and hotspot`. */
export function showList(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}
