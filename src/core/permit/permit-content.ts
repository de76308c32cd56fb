import type { Permit } from "./permit.ts";

/** Everything that makes a permit what it is. The raw text of a plate is for people and does not count. */
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

/** Freezes a permit that was taken over: what is handed out is what is held. */
export function freezePermit(permit: Permit): Permit {
  permit.plates.forEach(Object.freeze);
  for (const part of [permit.plates, permit.locationIds, permit.vehicle]) Object.freeze(part);
  return Object.freeze(permit);
}
