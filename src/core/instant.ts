import { fieldError } from "./fields.ts";

export const DAY_MS = 86_400_000;

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

// ISO 8601 in UTC with milliseconds, as `Date` writes it: `2026-09-01T00:00:00.000Z`. Written and read several times for each
// permit and each lookup, and `Date` takes five times as long for it as this arithmetic.

const DAYS_OF_ERA = 146_097;
const YEARS_OF_ERA = 400;
/** Days from 1 March of the year 0 until 1 January 1970. Years that begin in March have their leap day at the end. */
const DAYS_UNTIL_1970 = 719_468;

/**
 * The text of an instant within the years 0 to 9999.
 *
 * @throws RangeError for an invalid `Date`
 */
export function formatInstant(instant: Date): string {
  const time = instant.getTime();
  if (!(time >= -62_167_219_200_000 && time <= 253_402_300_799_999)) return instant.toISOString();
  const days = Math.floor(time / DAY_MS);
  const sinceMarch = days + DAYS_UNTIL_1970;
  const era = Math.floor(sinceMarch / DAYS_OF_ERA);
  const dayOfEra = sinceMarch - era * DAYS_OF_ERA;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * YEARS_OF_ERA + (month <= 2 ? 1 : 0);
  let rest = time - days * DAY_MS;
  const milliseconds = rest % 1_000;
  rest = (rest - milliseconds) / 1_000;
  const seconds = rest % 60;
  rest = (rest - seconds) / 60;
  const minutes = rest % 60;
  const hours = (rest - minutes) / 60;
  const [century, hundredth] = [Math.floor(year / 100), Math.floor(milliseconds / 10)];
  // One call makes one flat text. Parts put together stay a tree until something reads it, which takes twice as long.
  // biome-ignore format: the columns are those of the text
  return String.fromCharCode(
    tens(century), units(century), tens(year % 100), units(year), HYPHEN,
    tens(month), units(month), HYPHEN, tens(day), units(day), LETTER_T,
    tens(hours), units(hours), COLON, tens(minutes), units(minutes), COLON, tens(seconds), units(seconds), DOT,
    tens(hundredth), units(hundredth), units(milliseconds), LETTER_Z,
  );
}

const [ZERO, HYPHEN, DOT, COLON, LETTER_T, LETTER_Z] = [0x30, 0x2d, 0x2e, 0x3a, 0x54, 0x5a];

function tens(value: number): number {
  return ZERO + Math.floor(value / 10);
}

function units(value: number): number {
  return ZERO + (value % 10);
}

/** The milliseconds of text that {@link formatInstant} wrote. Other text is read as `Date.parse` reads it. */
export function timeOf(text: string): number {
  if (text.length !== 24 || text.charCodeAt(23) !== LETTER_Z) return Date.parse(text);
  const year = 100 * digitsAt(text, 0) + digitsAt(text, 2);
  const month = digitsAt(text, 5);
  const day = digitsAt(text, 8);
  const seconds = (digitsAt(text, 11) * 60 + digitsAt(text, 14)) * 60 + digitsAt(text, 17);
  const milliseconds = 100 * digitAt(text, 20) + digitsAt(text, 21);
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / YEARS_OF_ERA);
  const yearOfEra = marchYear - era * YEARS_OF_ERA;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = 365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * DAYS_OF_ERA + dayOfEra - DAYS_UNTIL_1970) * DAY_MS + seconds * 1_000 + milliseconds;
}

function digitsAt(text: string, index: number): number {
  return 10 * digitAt(text, index) + digitAt(text, index + 1);
}

/** NaN for a character that is no digit. */
function digitAt(text: string, index: number): number {
  const digit = text.charCodeAt(index) - ZERO;
  return digit >= 0 && digit <= 9 ? digit : Number.NaN;
}
