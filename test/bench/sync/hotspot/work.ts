import { hash } from "node:crypto";
import type { Company, Location, Registration } from "@offstreet/enforcement";
import { makePermits } from "../world.ts";

export const PERMITS_PATH = "/permits";
export const TOKEN = "t0ken";

/** Connections, and requests in progress, of every contender. */
export const CONNECTIONS = 32;

export const HOTSPOT_ID = "hotspot";
export const HOTSPOT_COMPANY: Company = {
  id: "fundy",
  name: "Fundy parking",
  providers: { [HOTSPOT_ID]: { enabled: true } },
};

/** The lots of {@link makePermits}, each with its SpotID. */
export const HOTSPOT_LOCATIONS: readonly Location[] = Array.from({ length: 50 }, (_, index) => ({
  id: `lot-${index}`,
  companyId: HOTSPOT_COMPANY.id,
  name: `Lot ${index}`,
  region: "CA-NB",
  providers: { [HOTSPOT_ID]: { enabled: true, target: spotOf(`lot-${index}`) } },
}));

function spotOf(locationId: string): string {
  return `01${locationId.slice(4).padStart(3, "0")}`;
}

/** One registration for each permit, the same ones in every process. */
export function makeRegistrations(count: number): Registration[] {
  return makePermits(count).map(({ id, companyId, plates: [plate], locationIds, validFrom, validTo }) => {
    const [locationId = ""] = locationIds;
    const { number = "", region = "CA-NB" } = plate ?? {};
    return {
      companyId,
      permitId: id,
      locationId,
      plate: { number, region },
      target: spotOf(locationId),
      validFrom: new Date(validFrom).toISOString(),
      validTo: validTo === null ? null : new Date(validTo).toISOString(),
      generation: 0,
    };
  });
}

/** What a host team writes for itself: the same reference and the same body, without a line of this package. */
export function toBodyByHand(registration: Registration): { reference: string; body: string } {
  const { companyId, permitId, locationId, plate, target, validFrom, generation } = registration;
  const { number, region = "" } = plate;
  const parts = [HOTSPOT_ID, companyId, permitId, locationId, number, region, target, validFrom, generation];
  const hex = hash("sha256", JSON.stringify(parts), "hex");
  const reference = `0ff57ee7-${hex.slice(0, 4)}-8${hex.slice(4, 7)}-a${hex.slice(7, 10)}-${hex.slice(10, 22)}`;
  const body = JSON.stringify({
    PermitReference: reference,
    Plate: number,
    Region: region.slice(3),
    Country: region.slice(0, 2),
    SpotID: target,
    StartTime: validFrom,
    EndTime: registration.validTo,
  });
  return { reference, body };
}

export const HEADERS_BY_HAND: Readonly<Record<string, string>> = {
  accept: "application/json",
  "content-type": "application/json",
  authorization: `Bearer ${TOKEN}`,
};
