import type { Company, Location } from "../../core/directory/directory.ts";
import type { LocationList, MalformedLocation } from "../../core/directory/read-answers.ts";
import { isEnabled, providerEntry } from "../../core/directory/switches.ts";
import type { StoredCredential } from "../../core/lookup/credential.ts";
import type { LookupPlace } from "../../core/lookup/dialect.ts";

/** By what a question may name its place. */
export const PLACE_KINDS: readonly LookupPlace["by"][] = ["location", "station", "zone"];

/** Where a question is asked. */
export interface Scope {
  /** The locations in question that are switched on, by id. */
  readonly asked: ReadonlyMap<string, Location>;
  /** Their ids. Frozen. */
  readonly locationIds: readonly string[];
  /** Ids of the locations in question that are switched off. */
  readonly switchedOff: ReadonlySet<string>;
  /** What may be one of the locations in question, and cannot be read. */
  readonly malformed: readonly MalformedLocation[];
}

/** What decides where a question is asked. */
export interface AskedPlace {
  readonly credential: StoredCredential;
  readonly place: LookupPlace | undefined;
  readonly providerId: string;
}

/** A place that the credential's scope does not have, and the names that it does have. */
export interface UnknownPlace {
  readonly wanted: string;
  readonly names: readonly string[];
  /** A location that cannot be read and may be called so. */
  readonly malformed?: MalformedLocation | undefined;
}

/**
 * The company's locations that a question is about. A place is looked up inside the company and the credential's own
 * locations; one outside is as unknown as one that does not exist. Of several places, one that is unknown makes all of
 * them so: what it may have been cannot be left out. Without a place: everything in that scope.
 */
export function resolveScope(
  company: Company,
  locations: LocationList,
  { credential, place, providerId }: AskedPlace,
): Scope | UnknownPlace {
  const reachable = reachableLocations(locations, credential);
  const malformed = reachableMalformed(locations, credential);
  if (place === undefined) return toScope(company, reachable, providerId, malformed);
  const byName = Map.groupBy(reachable, (location) => placeName(location, place.by, providerId));
  const wanted = typeof place.value === "string" ? [place.value] : place.value;
  const maybeAsked = (names: readonly string[]) =>
    malformed.filter((one) => mayBeCalled(one, names, place.by, providerId));
  const unknown = wanted.find((name) => !byName.has(name));
  if (unknown !== undefined) {
    return { wanted: unknown, names: [...byName.keys()], malformed: maybeAsked([unknown])[0] };
  }
  const asked = new Set(wanted.flatMap((name) => byName.get(name) ?? []));
  return toScope(company, asked, providerId, maybeAsked(wanted));
}

/** The scope that these locations make up. */
export function toScope(
  company: Company,
  locations: Iterable<Location>,
  providerId: string,
  malformed: readonly MalformedLocation[] = NONE,
): Scope {
  const asked = new Map<string, Location>();
  const switchedOff = new Set<string>();
  for (const location of locations) {
    if (isEnabled(company, location, providerId)) asked.set(location.id, location);
    else switchedOff.add(location.id);
  }
  return { asked, locationIds: Object.freeze([...asked.keys()]), switchedOff, malformed };
}

const NONE: readonly never[] = Object.freeze([]);

/** The ids that permits are asked for at: what is malformed and has an id is asked for, so that nothing is missed there. */
export function searchedIds({ locationIds, malformed }: Scope): readonly string[] {
  if (malformed.length === 0) return locationIds;
  return Object.freeze([...new Set([...locationIds, ...malformed.flatMap(({ id }) => id ?? [])])]);
}

/** Tells the two results of {@link resolveScope} apart. */
export function isUnknownPlace(scope: Scope | UnknownPlace): scope is UnknownPlace {
  return "wanted" in scope;
}

function reachableLocations({ sound }: LocationList, { locationIds }: StoredCredential): readonly Location[] {
  if (locationIds === undefined) return sound;
  const allowed = new Set(locationIds);
  return sound.filter(({ id }) => allowed.has(id));
}

/** Without an id, it may be one of the credential's that is not there otherwise. */
function reachableMalformed(
  { sound, malformed }: LocationList,
  { locationIds }: StoredCredential,
): readonly MalformedLocation[] {
  if (locationIds === undefined || malformed.length === 0) return malformed;
  const missing = new Set(locationIds);
  for (const { id } of sound) missing.delete(id);
  const missingWithoutId = new Set(missing);
  for (const { id } of malformed) if (id !== undefined) missingWithoutId.delete(id);
  return malformed.filter(({ id }) => (id === undefined ? missingWithoutId.size > 0 : missing.has(id)));
}

function mayBeCalled(
  malformed: MalformedLocation,
  names: readonly string[],
  by: LookupPlace["by"],
  providerId: string,
): boolean {
  const name = malformedName(malformed, by, providerId);
  return name === null || names.includes(name);
}

function malformedName(
  malformed: MalformedLocation,
  by: LookupPlace["by"],
  providerId: string,
): string | null {
  switch (by) {
    case "location":
      return malformed.id ?? null;
    case "station":
      return malformed.targetOrName(providerId);
    case "zone":
      return malformed.zoneName;
  }
}

/** What a location is called in a query: names are compared to the letter. */
export function placeName(location: Location, by: LookupPlace["by"], providerId: string): string {
  switch (by) {
    case "location":
      return location.id;
    case "station":
      return providerEntry(location.providers, providerId)?.target ?? location.name;
    case "zone":
      return location.zoneName ?? location.name;
  }
}
