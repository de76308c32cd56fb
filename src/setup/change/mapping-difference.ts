import type { Company, Location } from "../../core/directory/directory.ts";
import { isEnabled } from "../../core/directory/switches.ts";
import type { EnforcementProvider } from "../../core/provider.ts";
import type { MappingChangeKind } from "../../core/provider-setup.ts";
import { targetAt } from "../fill-text.ts";

/** A location that is not as it was. */
export interface ChangedLocation {
  readonly kinds: readonly MappingChangeKind[];
  /** As it will be, or as it was where it takes part no more. */
  readonly location: Location;
  /** As it was while it took part. Absent: it did not. */
  readonly before?: Location;
  /** As it will be while it takes part. Absent: it does not. */
  readonly after?: Location;
}

/** One side of a change. */
export interface MappingSide {
  readonly company: Company;
  readonly locations: readonly Location[];
}

/**
 * What differs between two sides, by location id: first in the order of the new side, then what is gone. A location
 * that takes part on neither side is left out.
 */
export function compareMappings(
  provider: EnforcementProvider,
  sides: { readonly before: MappingSide; readonly after: MappingSide },
): ChangedLocation[] {
  const before = indexTaking(provider, sides.before);
  const after = indexTaking(provider, sides.after);
  const kept = [...after.values()].map((location): ChangedLocation => {
    const old = before.get(location.id);
    return old === undefined
      ? { kinds: ["added"], location, after: location }
      : { kinds: compare(provider, old, location), location, before: old, after: location };
  });
  const gone = [...before.values()]
    .filter(({ id }) => !after.has(id))
    .map((location): ChangedLocation => ({ kinds: ["removed"], location, before: location }));
  return [...kept, ...gone].filter(({ kinds }) => kinds.length > 0);
}

/** The locations that take part, by id. */
export function indexTaking(
  provider: EnforcementProvider,
  { company, locations }: MappingSide,
): ReadonlyMap<string, Location> {
  const taking = locations.filter((location) => isEnabled(company, location, provider.id));
  return new Map(taking.map((location) => [location.id, location]));
}

/** The name of a location's zone: the location's own, where nothing else is said. */
export function zoneOf({ name, zoneName }: Location): string {
  return zoneName ?? name;
}

function compare(provider: EnforcementProvider, before: Location, after: Location): MappingChangeKind[] {
  const kinds: MappingChangeKind[] = [];
  if (before.name !== after.name) kinds.push("renamed");
  if (targetAt(before, provider) !== targetAt(after, provider)) kinds.push("retargeted");
  if (zoneOf(before) !== zoneOf(after)) kinds.push("zone_renamed");
  // A vendor that knows no zones has nothing to rename.
  const steps = provider.setup.mappingChangeSteps;
  return kinds.filter((kind) => kind !== "zone_renamed" || steps.some(({ when }) => when.includes(kind)));
}
