import { fieldError, readRecord, readText } from "./fields.ts";
import { isRegionCode, parseRegion } from "./region.ts";

/** A licence plate as it is compared: two plates are the same when number and region agree. */
export interface Plate {
  /** The text as somebody wrote it. Kept for people; nothing compares it. */
  readonly raw: string;
  /** The canonical number: 1–12 characters, A–Z and 0–9 only. */
  readonly number: string;
  /** ISO 3166-2 code of the issuing region, such as `CA-NB`. Absent means unknown, which is not the same as none. */
  readonly region?: string;
}

/** Longest canonical number, in characters. The longest seen in the field is 10 (PayByPhone); 12 leaves room. */
export const MAX_PLATE_LENGTH = 12;

const CANONICAL = new RegExp(`^[A-Z0-9]{1,${MAX_PLATE_LENGTH}}$`);
const ASCII = /^[ -~]*$/;

// Nobody writes a longer plate, and folding Unicode in a megabyte of text is work an attacker would like us to do.
const MAX_RAW_LENGTH = 100;

/**
 * Reads a plate as people write it.
 *
 * The number is folded (NFKC, diacritics removed, upper case) and everything but A–Z and 0–9 is dropped. Letters are
 * never swapped for digits that look alike, and nothing that resembles a province prefix is stripped.
 *
 * @param options.region where the plate was issued, in any form {@link parseRegion} reads; absent or empty: unknown
 * @throws EnforcementError `invalid_input` when fewer than 1 or more than 12 characters remain, or the region is
 * not one of the United States or Canada
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
  const number = foldAccents(text)
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "");
  if (number === "") throw fieldError(field, "must hold at least one letter A–Z or digit.");
  if (number.length > MAX_PLATE_LENGTH) {
    throw fieldError(
      field,
      `must have at most ${MAX_PLATE_LENGTH} letters and digits, without spaces and hyphens.`,
    );
  }
  return number;
}

/** Most plates are plain ASCII, and need none of this. */
function foldAccents(text: string): string {
  return ASCII.test(text) ? text : text.normalize("NFKC").normalize("NFD").replace(/\p{M}/gu, "");
}

/** Checks a plate that a host built or stored: its number must be canonical and its region an ISO code. */
export function readPlate(value: unknown, field: string): Plate {
  const plate = readRecord(value, field, ["raw", "number", "region"]);
  const number = plate["number"];
  if (typeof number !== "string" || canonicalPlateNumber(number, `${field}.number`) !== number) {
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
