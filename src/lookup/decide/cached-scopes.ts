import type { Company, Location } from "../../core/directory/directory.ts";
import { isCompanyEnabled } from "../../core/directory/switches.ts";
import type { LookupPlace } from "../../core/lookup/dialect.ts";
import { PLACE_KINDS, placeName, resolveScope, type Scope, toScope } from "./scope.ts";

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
