import { fieldError } from "../fields.ts";
import { AMBIGUOUS_ABBREVIATIONS, REGION_NAMES } from "./region-names.ts";

/**
 * Reads a Canadian province or territory, or a state, district or territory of the United States, in any form that
 * people write: `NB`, `New Brunswick`, `Nouveau-Brunswick`, `N.-B.`, `CA-NB`, `us-me`, `california`. Case, accents,
 * spaces, hyphens, dots, commas, apostrophes, quotation marks, brackets and underscores do not matter; a digit or any
 * other character does: `N/D` is French for "not available", and not North Dakota. `CA` alone is California; with a
 * hyphen, as in `CA-`, it is Canada without its province, and refused.
 *
 * Two abbreviations of provinces have the letters of a state. `NE`, `N.E.`, `TN` and `T.N.` are Nebraska and
 * Tennessee; an accent, or a hyphen between dotted letters, makes them French: `N.-É.` and `N.-E.` are Nova Scotia,
 * `T.-N.` is Newfoundland. `N-E` and `T-N`, and `Nt` in just this case (Nunavut in French), are refused.
 *
 * @returns the ISO 3166-2 code, such as `CA-NB`
 * @throws EnforcementError `invalid_input` when the text names none of them, or may name two
 */
export function parseRegion(text: string): string {
  const code = findRegion(text);
  if (code === undefined) {
    throw fieldError(
      "region",
      'is not a state of the United States or a province of Canada; write it as "NB", "New Brunswick" or "CA-NB", or leave it out when it is unknown.',
    );
  }
  return code;
}

/** Like {@link parseRegion}, but `undefined` where the text names no region. */
export function findRegion(text: unknown): string | undefined {
  if (typeof text !== "string" || text.length > 100) return undefined;
  // A code as vendors send it needs no folding.
  const known = REGION_BY_CODE.get(text);
  if (known !== undefined) return known;
  const name = foldWidth(text).normalize("NFC");
  if (OTHER_PUNCTUATION.test(name) || CANADA_ALONE.test(name)) return undefined;
  if (AMBIGUOUS_ABBREVIATIONS.has(name.replace(NO_LETTER, ""))) return undefined;
  const written = foldWriting(name);
  const plain = foldAccents(written);
  const code = REGION_BY_CODE.get(plain);
  const named = REGION_BY_NAME.get(written) ?? REGION_BY_NAME.get(plain);
  if (code !== undefined && named !== undefined && code !== named) return decideAbbreviation(name, code);
  if (named !== undefined) return named;
  // No state has an accent in its code.
  return code !== undefined && written !== plain && countryOf(code) === "US" ? undefined : code;
}

/** Decides an abbreviation with the letters of another place's code: N.-É. is Nova Scotia, NE is Nebraska. */
function decideAbbreviation(name: string, code: string): string | undefined {
  const written = foldWriting(name);
  const plain = foldAccents(written);
  const isHyphenated = HYPHEN_BETWEEN_LETTERS.test(name);
  if (isHyphenated && name.includes(".")) return REGION_BY_NAME.get(plain);
  // The accent that belongs to the abbreviation marks it as well; any other one is an error.
  if (written !== plain) return REGION_BY_NAME.get(written);
  return isHyphenated ? undefined : code;
}

/** Whether a value is an ISO 3166-2 code of the United States or Canada, written exactly. */
export function isRegionCode(value: unknown): value is string {
  return typeof value === "string" && Object.hasOwn(REGION_NAMES, value);
}

/** `CA-NB` → `CA`. The region decides the country. */
export function countryOf(region: string): string {
  return region.slice(0, 2);
}

/** `CA-NB` → `NB`, the form that vendors' state fields take. */
export function subdivisionOf(region: string): string {
  return region.slice(3);
}

/** The result of comparing two plates' regions. An unknown region may match any. */
export type RegionMatch = "same" | "unknown" | "different";

/** Both known and equal: `same`. Both known and different: `different`. One or both unknown: `unknown`. */
export function matchRegions(one: string | undefined, other: string | undefined): RegionMatch {
  if (one === undefined || other === undefined) return "unknown";
  return one === other ? "same" : "different";
}

const NO_LETTER = /[^\p{L}\p{M}]/gu;
const HYPHEN_BETWEEN_LETTERS = /\p{L}\P{L}*[\p{Pd}\u2212\u2043\u00ad]\P{L}*\p{L}/u;
// Punctuation other than that which separates or encloses the words of a name: "N/D", "ND?", "N*".
const OTHER_PUNCTUATION = /(?![.·•‧,'"&\u2043])\p{Po}/u;
const CANADA_ALONE = /^(?=.*[\p{Pd}\p{Pc}\u2212\u2043])\P{L}*CA\P{L}*$/iu;

/** Replaces full-width forms with plain ones. Other compatibility forms stay: `Ⅵ` is six, and not the Virgin Islands. */
function foldWidth(text: string): string {
  return text.replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
}

/** Folds case, `&` and punctuation. The name is in NFC. */
function foldWriting(name: string): string {
  return name
    .toUpperCase()
    .replace(/&/g, "AND")
    .replace(/[\p{P}\p{Z}\p{Cc}\p{Cf}\u2212]/gu, "");
}

function foldAccents(name: string): string {
  return name.normalize("NFD").replace(/\p{M}/gu, "");
}

const REGION_BY_NAME: ReadonlyMap<string, string> = new Map(
  Object.entries(REGION_NAMES).flatMap(([code, names]) =>
    names.flatMap((name): [string, string][] => {
      const written = foldWriting(name);
      return [
        [written, code],
        [foldAccents(written), code],
      ];
    }),
  ),
);

const REGION_BY_CODE: ReadonlyMap<string, string> = new Map(
  Object.keys(REGION_NAMES).flatMap((code): [string, string][] => [
    [code, code],
    [foldWriting(code), code],
    [subdivisionOf(code), code],
  ]),
);
