import type { StoredCredential } from "../core/credential.ts";
import type { LookupPlace } from "../core/dialect.ts";
import type { Company, Location } from "../core/directory.ts";
import { fieldError, readText } from "../core/fields.ts";
import { isEnabled, providerEntry } from "../core/switches.ts";

/** Where a question is asked. */
export interface Scope {
  /** The locations in question that are switched on, by id. */
  readonly asked: ReadonlyMap<string, Location>;
  /** Their ids. Frozen. */
  readonly locationIds: readonly string[];
  /** Ids of the locations in question that are switched off. */
  readonly switchedOff: ReadonlySet<string>;
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
}

/**
 * The company's locations that a question is about. A place is looked up inside the company and the credential's own
 * locations; one outside is as unknown as one that does not exist. Of several places, one that is unknown makes all of
 * them so: what it may have been cannot be left out. Without a place: everything in that scope.
 */
export function resolveScope(
  company: Company,
  locations: Iterable<Location>,
  { credential, place, providerId }: AskedPlace,
): Scope | UnknownPlace {
  const reachable = reachableLocations(company, locations, credential);
  if (place === undefined) return toScope(company, reachable, providerId);
  const byName = Map.groupBy(reachable, (location) => placeName(location, place.by, providerId));
  const wanted = typeof place.value === "string" ? [place.value] : place.value;
  const unknown = wanted.find((name) => !byName.has(name));
  if (unknown !== undefined) return { wanted: unknown, names: [...byName.keys()] };
  return toScope(company, new Set(wanted.flatMap((name) => byName.get(name) ?? [])), providerId);
}

/** The scope that these locations make up. */
export function toScope(company: Company, locations: Iterable<Location>, providerId: string): Scope {
  const asked = new Map<string, Location>();
  const switchedOff = new Set<string>();
  for (const location of locations) {
    if (isEnabled(company, location, providerId)) asked.set(location.id, location);
    else switchedOff.add(location.id);
  }
  return { asked, locationIds: Object.freeze([...asked.keys()]), switchedOff };
}

/** Tells the two results of {@link resolveScope} apart. */
export function isUnknownPlace(scope: Scope | UnknownPlace): scope is UnknownPlace {
  return "wanted" in scope;
}

function reachableLocations(
  company: Company,
  locations: Iterable<Location>,
  credential: StoredCredential,
): Location[] {
  const allowed = credential.locationIds === undefined ? undefined : new Set(credential.locationIds);
  const reachable: Location[] = [];
  for (const location of locations) {
    if (location.companyId !== company.id) continue;
    if (typeof location.id !== "string" || typeof location.name !== "string") {
      throw fieldError("directory.listLocations", "gave a location without an id or a name.");
    }
    if (allowed === undefined || allowed.has(location.id)) reachable.push(location);
  }
  return reachable;
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

/** The company that a directory gave, when it is the one that was asked for. */
export function readOwnCompany(company: Company, companyId: string): Company {
  readText(company.name, "directory.getCompany name");
  if (company.id !== companyId) throw fieldError("directory.getCompany", "gave another company.");
  return company;
}
