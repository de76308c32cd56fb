import type { Company, Location } from "../core/directory.ts";
import { formatInstant } from "../core/instant.ts";
import type { Permit } from "../core/permit.ts";
import type { Plate } from "../core/plate.ts";
import type { StoredRegistration } from "../core/registration.ts";
import { isCompanyEnabled, providerEntry } from "../core/switches.ts";

/** A company as its directory shows it now. */
export interface CompanyView {
  /** Undefined when the directory does not know it. */
  readonly company: Company | undefined;
  /** Its own locations, by id. */
  readonly locations: ReadonlyMap<string, Location>;
}

/** What one vendor should have of one permit, whatever the time is. */
export interface Desired {
  /** No two of them are one right. In generation 0: which one it is follows from what was sent before. */
  readonly registrations: readonly StoredRegistration[];
  /** Locations that the directory does not know, or that are switched on without a target. */
  readonly unmapped: readonly string[];
}

/** Nothing: for a permit that was revoked, forgotten or erased. */
export const NOTHING_DESIRED: Desired = Object.freeze({ registrations: [], unmapped: [] });

/**
 * The registrations of a permit for one provider. The same as `registrationsOf`, but a location that cannot be
 * registered is named instead of thrown, so that it does not hold back the others.
 */
export function desiredOf(permit: Permit, { company, locations }: CompanyView, providerId: string): Desired {
  // A company that nobody knows has no switches: nothing of it is wanted, and somebody should hear of it.
  if (company === undefined) return { ...NOTHING_DESIRED, unmapped: [...new Set(permit.locationIds)] };
  if (!isCompanyEnabled(company, providerId)) return NOTHING_DESIRED;
  let registrations: StoredRegistration[] | undefined;
  const unmapped: string[] = [];
  for (const locationId of permit.locationIds) {
    const location = locations.get(locationId);
    const entry = providerEntry(location?.providers, providerId);
    if (location !== undefined && entry?.enabled !== true) continue;
    const target: unknown = entry?.target;
    // A host's own directory may say anything, null for one; ledgers keep targets as text.
    if (location === undefined || typeof target !== "string") {
      unmapped.push(locationId);
      continue;
    }
    const here = permit.plates.map((plate) => toRegistration(permit, plate, { location, target }));
    // Mostly of one: a list that grows by `push` takes room for sixteen more.
    if (registrations === undefined) registrations = here;
    else registrations.push(...here);
  }
  return {
    registrations: withoutRepeats(registrations ?? []),
    unmapped: unmapped.length > 1 ? [...new Set(unmapped)] : unmapped,
  };
}

/** A plate or a location that is written twice is one right. */
function withoutRepeats(registrations: readonly StoredRegistration[]): readonly StoredRegistration[] {
  return registrations.length > 1 ? [...byRight(registrations).values()] : registrations;
}

/** Registrations by {@link rightKeyOf}. */
export function byRight(registrations: readonly StoredRegistration[]): Map<string, StoredRegistration> {
  return new Map(registrations.map((registration) => [rightKeyOf(registration), registration]));
}

function toRegistration(
  { id: permitId, companyId, validFrom, validTo }: Permit,
  plate: Plate,
  { location, target }: { location: Location; target: string },
): StoredRegistration {
  const { number } = plate;
  const region = plate.region ?? location.region;
  return {
    companyId,
    permitId,
    locationId: location.id,
    target,
    generation: 0,
    plate: region === undefined ? { number } : { number, region },
    validFrom: formatInstant(validFrom),
    validTo: validTo === null ? null : formatInstant(validTo),
  };
}

/** What makes a registration another right than the next, its generation aside: the parts of its reference. */
export function rightKeyOf(registration: StoredRegistration): string {
  const { companyId, permitId, locationId, plate, target, validFrom } = registration;
  // Asked for every right in every plan. No id holds the character in between: what stores them cannot.
  return `${plate.number}\0${plate.region}\0${validFrom}\0${locationId}\0${target}\0${companyId}\0${permitId}`;
}

/** Whether two registrations have one {@link rightKeyOf}, without making it. */
export function isSameRight(one: StoredRegistration, other: StoredRegistration): boolean {
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
