import type { Location } from "../../core/directory.ts";
import { showName } from "../../core/visible-name.ts";

/** How locations are called in a report, by id. */
export type LocationNames = ReadonlyMap<string, string>;

/** Names as a person can read them, clipped where they are long. Locations that share an id stand under all their names. */
export function nameLocations(locations: readonly Pick<Location, "id" | "name">[]): LocationNames {
  const names = new Map<string, string>();
  for (const { id, name } of locations) {
    const known = names.get(id);
    names.set(id, known === undefined ? showName(name) : `${known} / ${showName(name)}`);
  }
  return names;
}

/** What a report says it is about: the location's name, or its id where there is none. */
export function toSubject(locationId: string, names: LocationNames): { name: string; id: string } {
  const id = showName(locationId);
  return { name: names.get(locationId) || id, id };
}
