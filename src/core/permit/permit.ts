import { readId, readList, readNonNegativeInteger, readOptionalText, readRecord } from "../fields.ts";
import { parseInstant, parseValidity } from "../instant.ts";
import { type Plate, readPlate } from "./plate.ts";

/**
 * The host's record of a right to park. Its ids, like those of companies, locations and providers, have at most 512 characters
 * as `length` counts them. A longer id is `invalid_input`.
 */
export interface Permit {
  /** Unique across all companies. */
  readonly id: string;
  readonly companyId: string;
  /** At least one. A plate that is named twice counts once. */
  readonly plates: readonly Plate[];
  /** Ids of the locations where it is valid. At least one. */
  readonly locationIds: readonly string[];
  /** First instant of validity, inclusive. */
  readonly validFrom: Date;
  /** First instant that is no longer valid; `null` for a permit without an end. */
  readonly validTo: Date | null;
  /** Grows with each change; an older revision never replaces a newer one. A whole number, 0 or more. */
  readonly revision: number;
  /** When the permit was issued. Sent to a vendor only where its form has a place for it. Default: not known. */
  readonly createdAt?: Date;
  /** Name of the holder. Sent to a vendor only where its form has a place for it. Default: none. */
  readonly holder?: string;
  /** Shown to officers where the vendor's form has a place for it. Default: not known. */
  readonly vehicle?: { readonly make?: string; readonly color?: string };
}

/**
 * A permit as a host may give it: an instant is a `Date`, or ISO 8601 text with an offset, as it comes out of JSON or
 * a CSV file. Text without an offset is refused, and so is a date that the calendar does not have.
 */
export type PermitInput = Omit<Permit, "validFrom" | "validTo" | "createdAt"> & {
  readonly validFrom: Date | string;
  readonly validTo: Date | string | null;
  readonly createdAt?: Date | string;
};

const PERMIT_KEYS = [
  "id",
  "companyId",
  "plates",
  "locationIds",
  "validFrom",
  "validTo",
  "revision",
  "createdAt",
  "holder",
  "vehicle",
];

/**
 * Checks and copies a host's permit.
 *
 * @throws EnforcementError `invalid_input` naming the key: unknown, missing, of a wrong type, an id that
 * is too long, an end that is not after the start, a plate that is not canonical
 */
export function readPermit(value: unknown, field = "permit"): Permit {
  const permit = readRecord(value, field, PERMIT_KEYS);
  const plates = readList(permit["plates"], `${field}.plates`, { atLeastOne: true });
  const locationIds = readList(permit["locationIds"], `${field}.locationIds`, { atLeastOne: true });
  const createdAt = permit["createdAt"];
  const holder = readOptionalText(permit["holder"], `${field}.holder`);
  const vehicle = readVehicle(permit["vehicle"], `${field}.vehicle`);
  return {
    id: readId(permit["id"], `${field}.id`),
    companyId: readId(permit["companyId"], `${field}.companyId`),
    plates: plates.map((plate, index) => readPlate(plate, `${field}.plates[${index}]`)),
    locationIds: locationIds.map((id, index) => readId(id, `${field}.locationIds[${index}]`)),
    ...parseValidity(permit["validFrom"], permit["validTo"], field),
    revision: readNonNegativeInteger(permit["revision"], `${field}.revision`),
    ...(createdAt === undefined ? {} : { createdAt: parseInstant(createdAt, `${field}.createdAt`) }),
    ...(holder === undefined ? {} : { holder }),
    ...(vehicle === undefined ? {} : { vehicle }),
  };
}

function readVehicle(value: unknown, field: string): NonNullable<Permit["vehicle"]> | undefined {
  if (value === undefined) return undefined;
  const vehicle = readRecord(value, field, ["make", "color"]);
  const make = readOptionalText(vehicle["make"], `${field}.make`);
  const color = readOptionalText(vehicle["color"], `${field}.color`);
  return { ...(make === undefined ? {} : { make }), ...(color === undefined ? {} : { color }) };
}

/** The content of a permit as one text: two permits with equal content are the same. The raw text of a plate does not count. */
export function contentOf(permit: Permit): string {
  const { id, companyId, plates, locationIds, validFrom, validTo, createdAt, holder, vehicle } = permit;
  return JSON.stringify([
    id,
    companyId,
    plates.map(({ number, region }) => [number, region]),
    locationIds,
    validFrom,
    validTo,
    createdAt,
    holder,
    vehicle?.make,
    vehicle?.color,
    vehicle !== undefined,
  ]);
}

/** Freezes a permit and its parts, so that callers that receive it cannot change the stored one. */
export function freezePermit(permit: Permit): Permit {
  permit.plates.forEach(Object.freeze);
  for (const part of [permit.plates, permit.locationIds, permit.vehicle]) Object.freeze(part);
  return Object.freeze(permit);
}
