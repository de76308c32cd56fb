import { timeOf } from "../../core/instant.ts";
import type { Registration } from "../../core/registration/registration.ts";
import type { Refusal, RegistrationState } from "../ledger/delivery.ts";
import { placeOf } from "./right-terms.ts";

// The order of operations on different rights of one permit.
//
//   a registration                                     waits for  nothing
//   a cancel that may leave a driver uncovered         waits for  registrations that are not acknowledged
//   a cancel that makes way for a registration that    waits for  nothing
//   was refused because of what is cancelled
//
// A registration that was refused because another right has its plate and target delays only the cancel of what is
// there: the driver is covered there, and two permits that wait for each other's places would wait forever.

/** What becomes of a right that was cancelled to make way for another one. */
export type StandInFate = "wait" | "restore" | "drop";

/** The registrations that are wanted now and not acknowledged yet. It decides which cancels wait for them. */
export class Pending {
  readonly #locations = new Set<string>();
  readonly #plates = new Set<string>();
  /** Places of refused registrations where another right stays. */
  readonly #coveredPlaces = new Set<string>();
  /** Places that unwanted rights must leave. */
  readonly #claimedPlaces = new Set<string>();
  /** Places of registrations with an open intent. */
  readonly #awaitedPlaces = new Set<string>();
  readonly #refusedLocations = new Set<string>();
  readonly #refusedPlates = new Set<string>();
  readonly #now: number;

  /** @param now the current instant, in milliseconds */
  constructor(now: number) {
    this.#now = now;
  }

  /**
   * Adds a registration that is wanted now, with its right if there is one. `isHeld` tells whether the vendor has
   * another right at a place, and that right stays.
   */
  add(wish: Registration, right: RegistrationState | undefined, isHeld: (place: string) => boolean): void {
    if (right !== undefined && !isPending(right, this.#now)) return;
    const { locationId, plate } = wish;
    const place = placeOf(wish);
    const failure = right?.failure ?? null;
    if (failure === null) this.#awaitedPlaces.add(place);
    else {
      this.#refusedLocations.add(locationId);
      this.#refusedPlates.add(plate.number);
      if (isOfTakenPlace(failure)) {
        if (failure.behind !== true || isHeld(place)) {
          this.#coveredPlaces.add(place);
          return;
        }
        this.#claimedPlaces.add(place);
      }
    }
    this.#locations.add(locationId);
    this.#plates.add(plate.number);
  }

  /** Adds a plate that may be wanted at a location that cannot be read. */
  addPlate(plateNumber: string): void {
    this.#plates.add(plateNumber);
  }

  /** Whether an unwanted right blocks a wanted one. */
  needsWay({ registration, receipt }: RegistrationState): boolean {
    const place = placeOf(registration);
    // A right that was never acknowledged covers nothing for certain, and may be the one that blocks.
    return this.#claimedPlaces.has(place) || (receipt === null && this.#coveredPlaces.has(place));
  }

  /** Whether an unwanted right stays until wanted ones are acknowledged. */
  holdsBack(unwanted: Registration): boolean {
    const { locationId, plate } = unwanted;
    if (this.#locations.has(locationId) || this.#plates.has(plate.number)) return true;
    return this.#coveredPlaces.has(placeOf(unwanted));
  }

  /** What becomes of a right that made way, while no other right covers its place. */
  fateOf(standIn: Registration): StandInFate {
    const { locationId, plate } = standIn;
    const place = placeOf(standIn);
    // Where another permit's right has the place, the driver is covered, and the wanted right comes first when it leaves.
    if (this.#awaitedPlaces.has(place) || this.#coveredPlaces.has(place)) return "wait";
    if (this.#refusedLocations.has(locationId) || this.#refusedPlates.has(plate.number)) return "restore";
    return this.holdsBack(standIn) ? "wait" : "drop";
  }
}

/** Whether a registration was refused because another right has its place. */
export function isOfTakenPlace({ reason }: Refusal): boolean {
  return reason === "already_exists";
}

/**
 * Whether a wanted right is not acknowledged yet. Cancels do not wait for one whose refusal the host dismissed. A right
 * that was not extended in time counts as not acknowledged.
 */
function isPending({ receipt, intent, failure }: RegistrationState, now: number): boolean {
  if (receipt !== null && intent?.operation === "cancel") return true;
  const isThere = receipt !== null && timeOf(receipt.coveredUntil) > now;
  return !isThere && failure?.dismissed !== true;
}
