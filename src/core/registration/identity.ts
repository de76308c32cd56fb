import { hash } from "node:crypto";
import type { Registration } from "./registration.ts";

// The first 32 bits of every reference of ours, so that our records can be told from others' in a vendor's list.
const MARK = "0ff57ee7";

/**
 * The reference by which one vendor knows one registration: a UUID (version 8, RFC 9562) derived by SHA-256 from
 * provider id, company, permit, location, plate number, region, target, start and generation.
 *
 * The same registration always gets the same reference, so a repeat after an unknown outcome creates nothing
 * twice. Anything that makes it another right makes another reference. The end is left out: it may change.
 */
export function referenceOf(providerId: string, registration: Registration): string {
  const { companyId, permitId, locationId, plate, target, validFrom, generation } = registration;
  const { number, region = null } = plate;
  const parts = [providerId, companyId, permitId, locationId, number, region, target, validFrom, generation];
  // JSON keeps the parts apart: ["a","bc"] and ["ab","c"] differ.
  const hex = hash("sha256", JSON.stringify(parts), "hex");
  return `${MARK}-${hex.slice(0, 4)}-8${hex.slice(4, 7)}-a${hex.slice(7, 10)}-${hex.slice(10, 22)}`;
}

/** Whether a reference in a vendor's list was made by {@link referenceOf}. */
export function isOwnReference(reference: string): boolean {
  return reference.startsWith(`${MARK}-`);
}

const EXTRA = "extra:";

/**
 * The id of the permit under which sync cancels a right that carries a reference of ours and belongs to no permit. No
 * host knows that permit, and `issue` refuses its form of id.
 */
export function extraPermitId(reference: string): string {
  return EXTRA + reference;
}

export function isExtraPermit(permitId: string): boolean {
  return permitId.startsWith(`${EXTRA}${MARK}-`);
}
