import type { MappingCheck } from "../mapping-check.ts";
import { isClean, isCompared } from "../mapping-check.ts";

// What cannot be seen is written as an escape: the same text to a program, and visible to a person.
const HIDDEN = /[\p{Cf}\p{Cc}\p{M}\u115F\u1160\u2800\u3164\uFFA0]|(?! )\p{Z}/gu;

/** A value as JSON, indented, one line break at its end. */
export function renderJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return `${text.replace(HIDDEN, (character) => (character === "\n" ? character : toEscapes(character)))}\n`;
}

/**
 * A mapping check for programs. `version` grows when a key changes its meaning or goes; keys may be added at any time.
 */
export function toMappingJson(check: MappingCheck) {
  const { mapping, checkedAt, providers, warnings } = check;
  return {
    schema: "offstreet-enforcement/mapping-check",
    version: 1,
    file: mapping.name,
    checkedAt: checkedAt.toISOString(),
    clean: isClean(check),
    warnings: warnings.map(({ place, message }) => ({ message, places: place === undefined ? [] : [place] })),
    company: { id: mapping.company.id, name: mapping.company.name },
    reports: providers.map((provider) => {
      const { providerId, vendor, report, findPlaces, lacksList } = provider;
      return {
        providerId,
        vendor: vendor.name,
        ok: report.ok,
        verified: report.verified,
        compared: isCompared(provider),
        ...(lacksList ? { lacksList } : {}),
        summary: report.summary,
        issues: report.issues.map((issue) => {
          const { places, morePlaces } = findPlaces(issue);
          return morePlaces === 0 ? { ...issue, places } : { ...issue, places, morePlaces };
        }),
        matches: report.matches,
      };
    }),
  };
}

function toEscapes(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
}
