import type { Directory, Location } from "../directory/directory.ts";
import { findMalformed, readAnsweredCompany, readAnsweredLocations } from "../directory/read-answers.ts";
import { isEnabled, providerEntry } from "../directory/switches.ts";
import { fieldError, readId, readNonNegativeInteger, readRecord, readText } from "../fields.ts";
import { formatInstant, parseInstant, parseValidity } from "../instant.ts";
import { type Permit, type PermitInput, readPermit } from "../permit/permit.ts";
import { type Plate, readPlate } from "../permit/plate.ts";

/**
 * The unit that a vendor hears of: one permit × one plate × one location, for one provider. Plain JSON; it holds a plate,
 * so it is personal data.
 */
export interface Registration {
  readonly companyId: string;
  readonly permitId: string;
  readonly locationId: string;
  /** Canonical number, and ISO 3166-2 code of the issuing region; absent: unknown. */
  readonly plate: { readonly number: string; readonly region?: string };
  /** What the location is called on the vendor's side. */
  readonly target: string;
  /** First instant of validity, as ISO text in UTC with milliseconds: `2026-09-01T00:00:00.000Z`. */
  readonly validFrom: string;
  /** First instant that is no longer valid, as ISO text like `validFrom`; `null` for no end. */
  readonly validTo: string | null;
  /**
   * Counts how often this same registration was registered again after it had been cancelled; 0 for the first time.
   * A plate changed from A to B and back to A is the next generation of A.
   */
  readonly generation: number;
}

/**
 * A registration as a host may give it to the providers of this package. An instant is a `Date`, or ISO 8601 text with an
 * offset; `plate` may be one that `parsePlate` made.
 */
export type RegistrationInput = Omit<Registration, "plate" | "validFrom" | "validTo" | "generation"> & {
  readonly plate: Registration["plate"] & { readonly raw?: string };
  readonly validFrom: Date | string;
  readonly validTo: Date | string | null;
  /** Default 0. */
  readonly generation?: number;
};

const REGISTRATION_KEYS = [
  "companyId",
  "permitId",
  "locationId",
  "plate",
  "target",
  "validFrom",
  "validTo",
  "generation",
];

/**
 * Checks and copies a registration that a host gave, see {@link RegistrationInput}.
 *
 * @throws EnforcementError `invalid_input` naming the key
 */
export function readRegistration(value: unknown, field = "registration"): Registration {
  const registration = readRecord(value, field, REGISTRATION_KEYS);
  const generation = registration["generation"];
  const { validFrom, validTo } = parseValidity(registration["validFrom"], registration["validTo"], field);
  const { number, region } = readPlate(registration["plate"], `${field}.plate`);
  return {
    companyId: readId(registration["companyId"], `${field}.companyId`),
    permitId: readId(registration["permitId"], `${field}.permitId`),
    locationId: readId(registration["locationId"], `${field}.locationId`),
    plate: region === undefined ? { number } : { number, region },
    target: readId(registration["target"], `${field}.target`),
    validFrom: formatInstant(validFrom),
    validTo: validTo === null ? null : formatInstant(validTo),
    generation: generation === undefined ? 0 : readNonNegativeInteger(generation, `${field}.generation`),
  };
}

/** What a push leaves behind, needed to amend or cancel it. Plain JSON; it holds a plate, so store it as personal data. */
export interface Receipt {
  /** Version of this shape. */
  readonly v: 1;
  readonly providerId: string;
  /** The vendor's reference of the right, or ours where the vendor keeps ours. */
  readonly reference: string;
  /** The target as it went on the wire. Amend and cancel go there, wherever the location points by then. */
  readonly target: string;
  readonly registration: Registration;
  /** ISO instant up to which the vendor knows the right. Before it, an open-ended right must be amended again. */
  readonly coveredUntil: string;
}

/**
 * Checks a receipt that a host kept.
 *
 * @throws EnforcementError `invalid_input` when it is of another provider, another version, or damaged
 */
export function readReceipt(value: unknown, providerId: string, field = "receipt"): Receipt {
  const keys = ["v", "providerId", "reference", "target", "registration", "coveredUntil"];
  const receipt = readRecord(value, field, keys);
  if (receipt["v"] !== 1)
    throw fieldError(`${field}.v`, "must be 1; this version cannot read other receipts.");
  if (receipt["providerId"] !== providerId) {
    throw fieldError(`${field}.providerId`, "is another provider's; give it to the provider that made it.");
  }
  return {
    v: 1,
    providerId,
    reference: readText(receipt["reference"], `${field}.reference`),
    target: readText(receipt["target"], `${field}.target`),
    registration: readRegistration(receipt["registration"], `${field}.registration`),
    coveredUntil: parseInstant(receipt["coveredUntil"], `${field}.coveredUntil`).toISOString(),
  };
}

/**
 * The registrations of a permit for one provider, one for each plate at each location where company and location
 * have the provider switched on. Empty when it is switched off. A plate without a region takes its location's.
 *
 * @throws EnforcementError `invalid_input` when the permit is malformed, its company or one of its locations is not
 * in the directory or cannot be read there, or a location is switched on without a target: a permit that would
 * silently not appear
 */
export async function registrationsOf(
  permit: PermitInput,
  directory: Directory,
  providerId: string,
): Promise<Registration[]> {
  const checked = readPermit(permit);
  const company = readAnsweredCompany(await directory.getCompany(checked.companyId), checked.companyId);
  if (company === undefined) throw fieldError("permit.companyId", "names no company of the directory.");
  const { sound, malformed } = readAnsweredLocations(await directory.listLocations(company.id), company.id);
  const locations = new Map(sound.map((location) => [location.id, location]));
  return [...new Set(checked.locationIds)].flatMap((id) => {
    const location = locations.get(id);
    if (location === undefined) {
      const unreadable = findMalformed(malformed, id);
      if (unreadable !== undefined) throw unreadable.error;
      const field = `permit.locationIds[${checked.locationIds.indexOf(id)}]`;
      throw fieldError(field, "names no location of the permit's company in the directory.");
    }
    if (!isEnabled(company, location, providerId)) return [];
    return registrationsAt(checked, location, getTarget(location, providerId));
  });
}

function registrationsAt(permit: Permit, location: Location, target: string): Registration[] {
  const here = permit.plates.map((plate) => registrationAt(permit, plate, { location, target }));
  // A plate written twice on one permit is one right.
  return [...new Map(here.map((one) => [`${one.plate.number} ${one.plate.region ?? ""}`, one])).values()];
}

/** The registration of a permit's plate at a location. A plate without a region takes the location's. */
export function registrationAt(
  { id: permitId, companyId, validFrom, validTo }: Pick<Permit, "id" | "companyId" | "validFrom" | "validTo">,
  { number, region: ownRegion }: Plate,
  { location, target }: { location: Location; target: string },
): Registration {
  const region = ownRegion ?? location.region;
  return {
    companyId,
    permitId,
    locationId: location.id,
    plate: region === undefined ? { number } : { number, region },
    target,
    validFrom: formatInstant(validFrom),
    validTo: validTo === null ? null : formatInstant(validTo),
    generation: 0,
  };
}

/** The plate, with a location's region where it has none of its own. */
export function withDefaultRegion(plate: Plate, region: string | undefined): Plate {
  return plate.region !== undefined || region === undefined ? plate : { ...plate, region };
}

/**
 * For a vendor that cannot take a plate without a region.
 *
 * @throws EnforcementError `invalid_input` naming both places where a region can be given
 */
export function requireRegion(registration: Registration, field: string, vendor: string): void {
  if (registration.plate.region !== undefined) return;
  const { locationId } = registration;
  throw fieldError(
    `${field}.plate.region`,
    `is missing, and ${vendor} needs it; give the plate a region, or location "${locationId}" a default one (location.region).`,
  );
}

function getTarget(location: Location, providerId: string): string {
  const target = providerEntry(location.providers, providerId)?.target;
  if (target === undefined) {
    throw fieldError(
      `location "${location.id}".providers["${providerId}"].target`,
      "is missing although the provider is switched on; set what the vendor calls this location, or switch it off.",
    );
  }
  return target;
}
