import { fieldError } from "./fields.ts";

export { formatInstant, timeOf } from "./instant-text.ts";

const HOUR_MS = 60 * 60_000;
export const DAY_MS = 24 * HOUR_MS;

const ISO_WITH_OFFSET =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)$/i;

/**
 * An instant from a `Date` or from ISO 8601 text with an offset. Text without an offset is refused: the same words
 * would mean another instant on another machine. A day that the calendar does not have is refused too, and so is a
 * year past 9999. A `Date` is copied.
 *
 * @throws EnforcementError `invalid_input`, naming `field`
 */
export function parseInstant(value: unknown, field: string): Date {
  const time = dateTimeOf(value);
  if (time !== undefined) {
    if (Number.isNaN(time)) throw fieldError(field, "is not a valid date.");
    return inWritableYears(new Date(time), field);
  }
  if (typeof value !== "string") {
    throw fieldError(
      field,
      "must be a Date, or ISO 8601 text with an offset such as 2026-09-01T00:00:00-03:00.",
    );
  }
  const parts = ISO_WITH_OFFSET.exec(value);
  if (parts === null) {
    throw fieldError(field, "must be ISO 8601 text with an offset, such as 2026-09-01T00:00:00-03:00.");
  }
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const instant = new Date(value.replace(",", "."));
  // JavaScript reads 30 February as 2 March; a permit that ends on another day than written causes a wrong ticket.
  const dayExists = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
  if (!dayExists || Number.isNaN(instant.getTime()))
    throw fieldError(field, "is not a date of the calendar.");
  return inWritableYears(instant, field);
}

const { getTime } = Date.prototype;

/**
 * The milliseconds of a `Date`, also of one of another realm: a `vm` context or Jest has a `Date` of its own, and
 * `instanceof` knows only one. NaN for an invalid date; `undefined` for anything that is no `Date`.
 */
export function dateTimeOf(value: unknown): number | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  try {
    return getTime.call(value);
  } catch {
    return undefined;
  }
}

/** The instant, when four digits can write its year: a later one could be stored, but never be read or sent again. */
function inWritableYears(instant: Date, field: string): Date {
  const year = instant.getUTCFullYear();
  if (year >= 0 && year <= 9999) return instant;
  throw fieldError(
    field,
    "must lie in the years 0 to 9999 of UTC; an end that never comes is written as null.",
  );
}

/**
 * A half-open validity, `[validFrom, validTo)`; `validTo: null` has no end.
 *
 * @throws EnforcementError `invalid_input` when an instant is unreadable or the end is not after the start
 */
export function parseValidity(
  from: unknown,
  to: unknown,
  field: string,
): { validFrom: Date; validTo: Date | null } {
  const validFrom = parseInstant(from, `${field}.validFrom`);
  if (to === undefined)
    throw fieldError(`${field}.validTo`, "is missing; write null for a permit without an end.");
  const validTo = to === null ? null : parseInstant(to, `${field}.validTo`);
  if (validTo !== null && validTo <= validFrom) {
    throw fieldError(`${field}.validTo`, "must be after validFrom; the end is exclusive.");
  }
  return { validFrom, validTo };
}
