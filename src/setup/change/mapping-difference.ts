import type { Company, Location } from "../../core/directory/directory.ts";
import { isEnabled } from "../../core/directory/switches.ts";
import type { EnforcementProvider } from "../../core/provider.ts";
import type { MappingChangeKind } from "../../core/provider-setup.ts";
import { targetAt } from "../fill-text.ts";

/** A location that changes. */
export interface ChangedLocation {
  readonly kinds: readonly MappingChangeKind[];
  /** The location after the change; before the change when it is removed or switched off. */
  readonly location: Location;
  /** The location before the change. Absent when it was not switched on. */
  readonly before?: Location;
  /** The location after the change. Absent when it is not switched on. */
  readonly after?: Location;
}

/** The mapping before or after a change. */
export interface MappingState {
  readonly company: Company;
  readonly locations: readonly Location[];
}

/**
 * Compares the mapping before and after a change by location id. Changed and added locations come first, in their new order,
 * then removed ones. A location that is switched on neither before nor after is ignored.
 */
export function compareMappings(
  provider: EnforcementProvider,
  sides: { readonly before: MappingState; readonly after: MappingState },
): ChangedLocation[] {
  const before = indexEnabled(provider, sides.before);
  const after = indexEnabled(provider, sides.after);
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

/** The locations that are switched on for the provider, by id. */
export function indexEnabled(
  provider: EnforcementProvider,
  { company, locations }: MappingState,
): ReadonlyMap<string, Location> {
  const taking = locations.filter((location) => isEnabled(company, location, provider.id));
  return new Map(taking.map((location) => [location.id, location]));
}

/** The name of a location's zone: its `zoneName`, or its own name. */
export function zoneOf({ name, zoneName }: Location): string {
  return zoneName ?? name;
}

function compare(provider: EnforcementProvider, before: Location, after: Location): MappingChangeKind[] {
  const kinds: MappingChangeKind[] = [];
  if (before.name !== after.name) kinds.push("renamed");
  if (targetAt(before, provider) !== targetAt(after, provider)) kinds.push("retargeted");
  if (zoneOf(before) !== zoneOf(after)) kinds.push("zone_renamed");
  // A vendor without zones has no step for a renamed one.
  const steps = provider.setup.mappingChangeSteps;
  return kinds.filter((kind) => kind !== "zone_renamed" || steps.some(({ when }) => when.includes(kind)));
}
