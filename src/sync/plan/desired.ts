import type { Company, Location } from "../../core/directory/directory.ts";
import { findMalformed, type MalformedLocation } from "../../core/directory/read-answers.ts";
import { isCompanyEnabled, providerEntry } from "../../core/directory/switches.ts";
import type { Permit } from "../../core/permit/permit.ts";
import { type Registration, registrationAt } from "../../core/registration/registration.ts";

/** A company as its directory shows it now. */
export interface CompanyView {
  /** Undefined when the directory does not know it. */
  readonly company: Company | undefined;
  /** Its own locations, by id. */
  readonly locations: ReadonlyMap<string, Location>;
  /** Its locations that cannot be read; absent when all can. */
  readonly unread?: { readonly malformed: readonly MalformedLocation[]; readonly retryAt: Date };
}

/** What one vendor should have of one permit, whatever the time is. */
export interface Desired {
  /** No two of them are one right. In generation 0: which one it is follows from what was sent before. */
  readonly registrations: readonly Registration[];
  /** Locations that the directory does not know, or that are switched on without a target. */
  readonly unmapped: readonly string[];
  /** What waits because the directory cannot be read there; absent where nothing does. */
  readonly held?: HeldLocations;
}

/** Locations of a permit that cannot be read: what the vendor has there stays as it is. */
export interface HeldLocations {
  readonly locationIds: ReadonlySet<string>;
  /** Numbers of the permit's plates. */
  readonly plateNumbers: readonly string[];
  /** The permit's end: after it, nothing is wanted there any more. */
  readonly validTo: Date | null;
  /** When to look again. */
  readonly until: Date;
}

/** Nothing: for a permit that was revoked, forgotten or erased. */
export const NOTHING_DESIRED: Desired = Object.freeze({ registrations: [], unmapped: [] });

/**
 * The registrations of a permit for one provider. The same as `registrationsOf`, but a location that cannot be
 * registered is named instead of thrown, so that it does not hold back the others.
 */
export function desiredOf(permit: Permit, view: CompanyView, providerId: string): Desired {
  const { company, locations } = view;
  // A company that the directory does not know has no switches: nothing of it is wanted, and `unmapped` tells the host.
  if (company === undefined) return { ...NOTHING_DESIRED, unmapped: [...new Set(permit.locationIds)] };
  if (!isCompanyEnabled(company, providerId)) return NOTHING_DESIRED;
  let registrations: Registration[] | undefined;
  const unmapped: string[] = [];
  const held = findHeld(permit, view);
  for (const locationId of permit.locationIds) {
    if (held?.locationIds.has(locationId)) continue;
    const location = locations.get(locationId);
    const entry = providerEntry(location?.providers, providerId);
    if (location !== undefined && entry?.enabled !== true) continue;
    const target = entry?.target;
    if (location === undefined || target === undefined) {
      unmapped.push(locationId);
      continue;
    }
    const here = permit.plates.map((plate) => registrationAt(permit, plate, { location, target }));
    // Mostly of one: a list that grows by `push` takes room for sixteen more.
    if (registrations === undefined) registrations = here;
    else registrations.push(...here);
  }
  return {
    registrations: withoutRepeats(registrations ?? []),
    unmapped: unmapped.length > 1 ? [...new Set(unmapped)] : unmapped,
    ...(held === undefined ? {} : { held }),
  };
}

/** What waits at `now`, if anything does. */
export function heldAt({ held }: Desired, now: Date): HeldLocations | undefined {
  const isOver = held?.validTo != null && held.validTo <= now;
  return isOver ? undefined : held;
}

function findHeld(permit: Permit, { locations, unread }: CompanyView): HeldLocations | undefined {
  if (unread === undefined) return undefined;
  const { malformed, retryAt } = unread;
  const locationIds = permit.locationIds.filter(
    (id) => !locations.has(id) && findMalformed(malformed, id) !== undefined,
  );
  if (locationIds.length === 0) return undefined;
  return {
    locationIds: new Set(locationIds),
    plateNumbers: permit.plates.map(({ number }) => number),
    validTo: permit.validTo,
    until: retryAt,
  };
}

/** A plate or a location that is written twice is one right. */
function withoutRepeats(registrations: readonly Registration[]): readonly Registration[] {
  return registrations.length > 1 ? [...byRight(registrations).values()] : registrations;
}

/** Registrations by {@link rightKeyOf}. */
export function byRight(registrations: readonly Registration[]): Map<string, Registration> {
  return new Map(registrations.map((registration) => [rightKeyOf(registration), registration]));
}

/** What makes a registration another right than the next, its generation aside: the parts of its reference. */
export function rightKeyOf(registration: Registration): string {
  const { companyId, permitId, locationId, plate, target, validFrom } = registration;
  // Asked for every right in every plan. No id holds the character in between: what stores them cannot.
  return `${plate.number}\0${plate.region}\0${validFrom}\0${locationId}\0${target}\0${companyId}\0${permitId}`;
}

/** Whether two registrations have one {@link rightKeyOf}, without making it. */
export function isSameRight(one: Registration, other: Registration): boolean {
  return (
    one.plate.number === other.plate.number &&
    one.plate.region === other.plate.region &&
    one.validFrom === other.validFrom &&
    one.locationId === other.locationId &&
    one.target === other.target &&
    one.companyId === other.companyId &&
    one.permitId === other.permitId
  );
}
