import { formatInstant } from "../../../core/instant.ts";

/**
 * What an end time holds for a permit without an end. A handheld shows a date and compares it with today; none of
 * them is known to accept a missing one, and this one reads as "no end" and fits every date type. Inferred.
 */
export const OPEN_END = "2099-12-31T23:59:59.000Z";

/** The end of a permit as all three dialects write it: UTC, exclusive. */
export function toEndText(validTo: Date | null): string {
  return validTo === null ? OPEN_END : formatInstant(validTo);
}
