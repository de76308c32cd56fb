import type { Company, Location } from "../../core/directory/directory.ts";
import type { LocationList } from "../../core/directory/read-answers.ts";
import { isCompanyEnabled } from "../../core/directory/switches.ts";
import type { LookupPlace } from "../../core/lookup/dialect.ts";
import {
  type AskedPlace,
  PLACE_KINDS,
  placeName,
  resolveScope,
  type Scope,
  toScope,
  type UnknownPlace,
} from "./scope.ts";

/** The scopes of a whole company's list of locations, for one provider that the company has switched on. */
interface KeptScopes {
  readonly everywhere: Scope;
  readonly byPlace: ReadonlyMap<LookupPlace["by"], ReadonlyMap<string, Scope>>;
}

// By list, then by provider.
const kept = new WeakMap<Iterable<Location>, Map<string, KeptScopes>>();

/**
 * Like {@link resolveScope}, which walks through all of a company's locations. Where their list cannot change, that is
 * done once; a list of the host's own may change between two lookups, and is walked through each time.
 */
export function findScope(
  company: Company,
  locations: LocationList,
  asked: AskedPlace,
): Scope | UnknownPlace {
  const { credential, place, providerId } = asked;
  const isKept = credential.locationIds === undefined && locations.isUnchanging;
  if (!isKept || !isCompanyEnabled(company, providerId)) return resolveScope(company, locations, asked);
  const { everywhere, byPlace } = keepScopes(company, locations.sound, providerId);
  if (place === undefined) return everywhere;
  const single = typeof place.value === "string" ? byPlace.get(place.by)?.get(place.value) : undefined;
  return single ?? resolveScope(company, locations, asked);
}

function keepScopes(company: Company, locations: readonly Location[], providerId: string): KeptScopes {
  const ofProvider = kept.get(locations) ?? new Map<string, KeptScopes>();
  kept.set(locations, ofProvider);
  const present = ofProvider.get(providerId);
  if (present !== undefined) return present;
  const scopes: KeptScopes = {
    everywhere: toScope(company, locations, providerId),
    byPlace: new Map(PLACE_KINDS.map((by) => [by, scopesByName(by)])),
  };
  ofProvider.set(providerId, scopes);
  return scopes;

  function scopesByName(by: LookupPlace["by"]): ReadonlyMap<string, Scope> {
    const groups = Map.groupBy(locations, (location) => placeName(location, by, providerId));
    return new Map(
      Array.from(groups, ([name, group]) => [name, toScope(company, group, providerId)] as const),
    );
  }
}
