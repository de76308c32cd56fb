import { fieldError } from "./fields.ts";
import { REGION_NAMES } from "./region-names.ts";

/**
 * Reads a Canadian province or territory, or a state, district or territory of the United States, in any form that
 * people write: `NB`, `New Brunswick`, `Nouveau-Brunswick`, `CA-NB`, `us-me`, `california`. Case, accents, spaces,
 * hyphens and dots do not matter; a digit or any other character does. `CA` alone is California.
 *
 * @returns the ISO 3166-2 code, such as `CA-NB`
 * @throws EnforcementError `invalid_input` when the text names none of them
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
  const known = CODE_BY_NAME.get(text);
  if (known !== undefined) return known;
  const written = foldWriting(text);
  return CODE_BY_NAME.get(written) ?? CODE_BY_NAME.get(foldAccents(written));
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

/** How two plates' regions compare. Not knowing one of them is no reason to say no. */
export type RegionMatch = "same" | "unknown" | "different";

/** Both known and equal: `same`. Both known and different: `different`. One or both unknown: `unknown`. */
export function matchRegions(one: string | undefined, other: string | undefined): RegionMatch {
  if (one === undefined || other === undefined) return "unknown";
  return one === other ? "same" : "different";
}

function foldWriting(name: string): string {
  return name
    .normalize("NFKC")
    .toUpperCase()
    .replace(/&/g, "AND")
    .replace(/[\p{P}\p{Z}\p{Cc}\p{Cf}]/gu, "");
}

function foldAccents(name: string): string {
  return name.normalize("NFD").replace(/\p{M}/gu, "");
}

// Codes come last, so that no name without its accents takes one of them: N.-É. is Nova Scotia, NE is Nebraska.
const CODE_BY_NAME: ReadonlyMap<string, string> = new Map([
  ...Object.entries(REGION_NAMES).flatMap(([code, names]) =>
    names.flatMap((name) => {
      const written = foldWriting(name);
      return [[foldAccents(written), code] as const, [written, code] as const];
    }),
  ),
  ...Object.keys(REGION_NAMES).flatMap((code) => [
    [foldWriting(code), code] as const,
    [subdivisionOf(code), code] as const,
  ]),
]);
