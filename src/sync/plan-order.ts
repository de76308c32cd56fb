import type { StoredRegistration } from "../core/registration.ts";
import type { Right } from "./delivery.ts";
import { slotOf } from "./right-terms.ts";

// The order of operations on different rights of one permit.
//
//   a cancel that may leave somebody uncovered  waits for  registrations that are not acknowledged
//   a registration                              waits for  whatever else is in its slot
//   a cancel in the slot of such a one          waits for  nothing
//
// Nothing waits in a circle: what the second line waits for is under way, of the third line, or a person's to decide.

/** Registrations that are wanted now and that the vendor has not acknowledged. */
export class Pending {
  readonly #locations = new Set<string>();
  readonly #plates = new Set<string>();
  readonly #slots = new Set<string>();

  /** Notes a registration that is wanted now, and the right that there is of it. */
  add(wish: StoredRegistration, right: Right | undefined): void {
    if (right !== undefined && !isPending(right)) return;
    this.#locations.add(wish.locationId);
    this.#plates.add(wish.plate.number);
    // One that was refused would not come if its slot were free: then the old one stays, for the driver's sake.
    if (right === undefined || right.failure === null) this.#slots.add(slotOf({ registration: wish }));
  }

  /** Notes a plate that may be wanted at a location that cannot be read. */
  addPlate(plateNumber: string): void {
    this.#plates.add(plateNumber);
  }

  /** Whether a right that is not wanted stays until they are there. */
  holdsBack(unwanted: StoredRegistration): boolean {
    if (this.#slots.has(slotOf({ registration: unwanted }))) return false;
    return this.#locations.has(unwanted.locationId) || this.#plates.has(unwanted.plate.number);
  }
}

/** A dismissed one is not waited for: a person let it be. */
function isPending({ receipt, intent, failure }: Right): boolean {
  if (receipt === null) return failure?.dismissed !== true;
  return intent?.operation === "cancel";
}

/** Whether a right must be gone before another is registered in its slot. */
export function holdsSlot({ intent, failure }: Right, isWanted: boolean): boolean {
  if (failure?.dismissed) return false;
  return !isWanted || intent?.operation === "cancel";
}
