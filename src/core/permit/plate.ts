import { fieldError, readRecord, readText } from "../fields.ts";
import { foldPlateText } from "./plate-characters.ts";
import { isRegionCode, parseRegion } from "./region.ts";

/** A licence plate. Two plates are the same when number and region are equal. */
export interface Plate {
  /** The text as it was written, without white space around it. For people; it is never compared. */
  readonly raw: string;
  /** The canonical number: 1–12 characters, A–Z and 0–9 only. */
  readonly number: string;
  /**
   * ISO 3166-2 code of the issuing region, such as `CA-NB`. Absent: unknown. The region of the permit's location then applies;
   * without one, the plate matches any region.
   */
  readonly region?: string;
}

/** Longest canonical number, in characters. The longest seen in the field is 10 (PayByPhone); 12 leaves room. */
export const MAX_PLATE_LENGTH = 12;

const CANONICAL = new RegExp(`^[A-Z0-9]{1,${MAX_PLATE_LENGTH}}$`);

// No plate is written longer. The limit protects a lookup from a request that makes it fold a megabyte of Unicode.
const MAX_RAW_LENGTH = 100;

/**
 * Reads a plate as people write it.
 *
 * - Upper case; diacritics folded; Ø as O, Œ OE, Æ AE, ß SS, Đ and Ð D, Ł L, Þ TH, and the other letters of Latin
 *   Extended-A likewise (Ħ H, Ŧ T, Ŋ N, ı I); full-width forms as the plain ones; decimal digits of every script as 0–9.
 * - Dropped: spaces, hyphens and dashes, dots (`.` `·` `•`), apostrophes (`'` `’` `‘` `ʼ`), `+`, the heart, star and
 *   hand of vanity plates, and what has no width (soft hyphen, zero-width spaces, direction marks, variation selectors).
 *   White space around the plate may be of any kind, line breaks included.
 * - Every other character is refused, never dropped: line breaks and tabs inside, `,` `;` `/` between two plates, `*`,
 *   letters of other scripts, `½` `º` `™` and other compatibility forms, U+FFFD.
 *
 * Letters are never swapped for digits that look alike, and nothing that resembles a province prefix is stripped.
 *
 * @param options.region where the plate was issued, in any form {@link parseRegion} reads; absent or empty: unknown
 * @throws EnforcementError `invalid_input` naming a character that is refused and its position, counted from 0 in
 * characters; when fewer than 1 or more than 12 letters and digits remain; when the text has more than 100 characters;
 * or when the region is not one of the United States or Canada. The message shows that one character, never the plate
 */
export function parsePlate(text: string, options: { region?: string | undefined } = {}): Plate {
  const { region } = readRecord(options, "parsePlate options", ["region"]);
  const number = canonicalPlateNumber(text, "plate");
  const raw = text.trim();
  if (region === undefined || region === "") return { raw, number };
  return { raw, number, region: parseRegion(readText(region, "plate.region")) };
}

/** The canonical number of a written plate; `field` names it in the error. */
export function canonicalPlateNumber(text: unknown, field: string): string {
  if (typeof text !== "string") throw fieldError(field, "must be text.");
  if (CANONICAL.test(text)) return text;
  if (text.length > MAX_RAW_LENGTH)
    throw fieldError(field, `must be at most ${MAX_RAW_LENGTH} characters long.`);
  const number = foldPlateText(text, field);
  if (number === "") throw fieldError(field, "must hold at least one letter A–Z or digit.");
  if (number.length > MAX_PLATE_LENGTH) {
    throw fieldError(
      field,
      `must have at most ${MAX_PLATE_LENGTH} letters and digits, without spaces and hyphens.`,
    );
  }
  return number;
}

/**
 * Checks a plate that a host built or stored.
 *
 * @throws EnforcementError `invalid_input` when its number is not canonical, or its region is no ISO code
 */
export function readPlate(value: unknown, field: string): Plate {
  const plate = readRecord(value, field, ["raw", "number", "region"]);
  const number = plate["number"];
  if (typeof number !== "string" || !CANONICAL.test(number)) {
    throw fieldError(`${field}.number`, "must be a canonical number; make plates with parsePlate().");
  }
  const raw = plate["raw"] === undefined ? number : readText(plate["raw"], `${field}.raw`);
  if (plate["region"] === undefined) return { raw, number };
  if (!isRegionCode(plate["region"])) {
    throw fieldError(
      `${field}.region`,
      "must be an ISO 3166-2 code such as CA-NB; make plates with parsePlate().",
    );
  }
  return { raw, number, region: plate["region"] };
}
