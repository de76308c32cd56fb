import type { Company, Location } from "../../core/directory/directory.ts";
import type { LocationList, MalformedLocation } from "../../core/directory/read-answers.ts";
import { isCompanyEnabled, isEnabled, providerEntry } from "../../core/directory/switches.ts";
import type { LookupPlace } from "../../core/lookup/dialect.ts";
import type { StoredCredential } from "../../core/lookup/lookup-message.ts";

/** The ways in which a query may name its place. */
export const PLACE_KINDS: readonly LookupPlace["by"][] = ["location", "station", "zone"];

/** The locations that a query is about. */
export interface Scope {
  /** The locations that are switched on for the provider, by id. */
  readonly asked: ReadonlyMap<string, Location>;
  /** The ids of `asked`. Frozen. */
  readonly locationIds: readonly string[];
  /** Ids of the locations that are switched off for the provider. */
  readonly switchedOff: ReadonlySet<string>;
  /** Locations that cannot be read and may be among those that the query is about. */
  readonly malformed: readonly MalformedLocation[];
}

/** The credential, the query's place and the provider: they decide the scope. */
export interface AskedPlace {
  readonly credential: StoredCredential;
  readonly place: LookupPlace | undefined;
  readonly providerId: string;
}

/** A place that is not among the credential's locations, with the names of those that are. */
export interface UnknownPlace {
  readonly wanted: string;
  readonly names: readonly string[];
  /** A location that cannot be read and may have this name. */
  readonly malformed?: MalformedLocation | undefined;
}

/**
 * The locations that a query is about. A place is resolved among the company's locations that the credential may ask about; a
 * place outside them is unknown. When one of several places is unknown, the result is an unknown place, because its permits
 * would be missing from the answer. Without a place, the scope is all locations of the credential.
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

/** The scope of these locations. */
function toScope(
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

/** The location ids for the source. A malformed location with an id is included, so that its permits are not missed. */
export function searchedIds({ locationIds, malformed }: Scope): readonly string[] {
  if (malformed.length === 0) return locationIds;
  return Object.freeze([...new Set([...locationIds, ...malformed.flatMap(({ id }) => id ?? [])])]);
}

function reachableLocations({ sound }: LocationList, { locationIds }: StoredCredential): readonly Location[] {
  if (locationIds === undefined) return sound;
  const allowed = new Set(locationIds);
  return sound.filter(({ id }) => allowed.has(id));
}

/** The malformed locations of a credential. One without an id counts when a location of the credential is missing. */
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

/** The name of a location in a query. Names are compared exactly. */
function placeName(location: Location, by: LookupPlace["by"], providerId: string): string {
  switch (by) {
    case "location":
      return location.id;
    case "station":
      return providerEntry(location.providers, providerId)?.target ?? location.name;
    case "zone":
      return location.zoneName ?? location.name;
  }
}

/** All scopes of one company's locations, for a provider that the company has switched on. */
interface CachedScopes {
  readonly everywhere: Scope;
  readonly byPlace: ReadonlyMap<LookupPlace["by"], ReadonlyMap<string, Scope>>;
}

/** Like {@link resolveScope}. */
export type FindScope = typeof resolveScope;

/**
 * Creates a {@link resolveScope} for one handler. That function visits all of a company's locations; this one caches its
 * results for lists that cannot change (those of `memoryDirectory`). The host's own list may change between two lookups and
 * is visited each time.
 */
export function createScopeFinder(): FindScope {
  // Keyed by the list of locations, then by provider id.
  const cache = new WeakMap<Iterable<Location>, Map<string, CachedScopes>>();

  function cachedScopes(company: Company, locations: readonly Location[], providerId: string): CachedScopes {
    const ofProvider = cache.get(locations) ?? new Map<string, CachedScopes>();
    cache.set(locations, ofProvider);
    const scopes = ofProvider.get(providerId) ?? createScopes(company, locations, providerId);
    ofProvider.set(providerId, scopes);
    return scopes;
  }

  return (company, locations, asked) => {
    const { credential, place, providerId } = asked;
    const isCached = credential.locationIds === undefined && locations.isUnchanging;
    if (!isCached || !isCompanyEnabled(company, providerId)) return resolveScope(company, locations, asked);
    const { everywhere, byPlace } = cachedScopes(company, locations.sound, providerId);
    if (place === undefined) return everywhere;
    const single = typeof place.value === "string" ? byPlace.get(place.by)?.get(place.value) : undefined;
    return single ?? resolveScope(company, locations, asked);
  };
}

function createScopes(company: Company, locations: readonly Location[], providerId: string): CachedScopes {
  return {
    everywhere: toScope(company, locations, providerId),
    byPlace: new Map(PLACE_KINDS.map((by) => [by, scopesByName(by)])),
  };

  function scopesByName(by: LookupPlace["by"]): ReadonlyMap<string, Scope> {
    const groups = Map.groupBy(locations, (location) => placeName(location, by, providerId));
    return new Map(
      Array.from(groups, ([name, group]) => [name, toScope(company, group, providerId)] as const),
    );
  }
}
