import type { Location } from "@offstreet/enforcement";
import { companies, locations } from "../world.ts";

/** Where a question is asked. */
export interface AskedPlaces {
  readonly locations: ReadonlyMap<string, Location>;
  readonly ids: readonly string[];
}

/** All of a company's places that are switched on, together and each on its own. */
export interface Scope extends AskedPlaces {
  readonly companyName: string;
  readonly byId: ReadonlyMap<string, AskedPlaces>;
}

const scopes: ReadonlyMap<string, Scope> = new Map(companies.map(({ id, name }) => [id, scopeOf(id, name)]));

/** A company's places. Made once, when the program starts. */
export function findScope(companyId: string): Scope | undefined {
  return scopes.get(companyId);
}

function scopeOf(companyId: string, companyName: string): Scope {
  const own = locations.filter(
    (location) => location.companyId === companyId && location.providers["t2-flex"]?.enabled,
  );
  const byId = new Map(own.map((location) => [location.id, placesOf([location])]));
  return { ...placesOf(own), companyName, byId };
}

function placesOf(some: readonly Location[]): AskedPlaces {
  return {
    locations: new Map(some.map((location) => [location.id, location])),
    ids: some.map(({ id }) => id),
  };
}
