import type { Location } from "../../core/directory/directory.ts";
import { showName } from "../../core/names/visible-name.ts";

/** `1 error`, `2 errors`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function enumerate(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** `2026-11-21 15:00 UTC`. */
export function showInstant(instant: Date): string {
  return `${instant.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** A sentence of the library with the command in place of the function that it names. */
export function inCommandWords(text: string): string {
  return text.replaceAll("run sweepTestPlates()", "run test-plate with --sweep");
}

/** How locations are called in a report, by id. */
export type LocationNames = ReadonlyMap<string, string>;

const SHOWN_NAMES = 3;

/**
 * Names as a person can read them, clipped where they are long. Locations that share an id are shown under the first of
 * their names.
 */
export function nameLocations(locations: readonly Pick<Location, "id" | "name">[]): LocationNames {
  const counts = new Map<string, number>();
  const names = new Map<string, string>();
  for (const { id, name } of locations) {
    const count = (counts.get(id) ?? 0) + 1;
    counts.set(id, count);
    if (count > SHOWN_NAMES) continue;
    const known = names.get(id);
    names.set(id, known === undefined ? showName(name) : `${known} / ${showName(name)}`);
  }
  for (const [id, count] of counts) {
    if (count > SHOWN_NAMES)
      names.set(id, `${names.get(id)} and ${(count - SHOWN_NAMES).toLocaleString("en")} more`);
  }
  return names;
}

/** What a report says it is about: the location's name, or its id where there is none. */
export function toSubject(locationId: string, names: LocationNames): { name: string; id: string } {
  const id = showName(locationId);
  return { name: names.get(locationId) || id, id };
}
