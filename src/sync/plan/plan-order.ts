import { timeOf } from "../../core/instant.ts";
import type { StoredRegistration } from "../../core/registration/registration.ts";
import type { Refusal, Right } from "../ledger/delivery.ts";
import { placeOf } from "./right-terms.ts";

// The order of operations on different rights of one permit.
//
//   a registration                                     waits for  nothing
//   a cancel that may leave a driver uncovered         waits for  registrations that are not acknowledged
//   a cancel that makes way for a registration that    waits for  nothing
//   was refused because of what is cancelled
//
// A registration that was refused because another right has its plate and target holds back only what is there, too:
// the driver is covered there already, and two permits that wait for each other's places would wait for ever.

/** What becomes of a right that made way for another one. */
export type StandInFate = "wait" | "restore" | "drop";

/** Registrations that are wanted now and that the vendor has not acknowledged. */
export class Pending {
  readonly #locations = new Set<string>();
  readonly #plates = new Set<string>();
  /** Places of refused registrations that are covered by a right that stays. */
  readonly #coveredPlaces = new Set<string>();
  /** Places that rights which are not wanted any more have to leave. */
  readonly #claimedPlaces = new Set<string>();
  /** Places of registrations that are on their way. */
  readonly #awaitedPlaces = new Set<string>();
  readonly #refusedLocations = new Set<string>();
  readonly #refusedPlates = new Set<string>();
  readonly #now: number;

  /** @param now what the clock shows, in milliseconds */
  constructor(now: number) {
    this.#now = now;
  }

  /**
   * Notes a registration that is wanted now, and the right that there is of it. `isHeld` tells whether the vendor has
   * another right at a place that stays.
   */
  add(wish: StoredRegistration, right: Right | undefined, isHeld: (place: string) => boolean): void {
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

  /** Notes a plate that may be wanted at a location that cannot be read. */
  addPlate(plateNumber: string): void {
    this.#plates.add(plateNumber);
  }

  /** Whether a right that is not wanted stands in the way of one that is. */
  needsWay({ registration, receipt }: Right): boolean {
    const place = placeOf(registration);
    // What the vendor never acknowledged covers nothing for sure, and may be what is in the way.
    return this.#claimedPlaces.has(place) || (receipt === null && this.#coveredPlaces.has(place));
  }

  /** Whether a right that is not wanted stays until they are there. */
  holdsBack(unwanted: StoredRegistration): boolean {
    const { locationId, plate } = unwanted;
    if (this.#locations.has(locationId) || this.#plates.has(plate.number)) return true;
    return this.#coveredPlaces.has(placeOf(unwanted));
  }

  /** What becomes of a right that made way, while its place is not covered by another one. */
  fateOf(standIn: StoredRegistration): StandInFate {
    const { locationId, plate } = standIn;
    if (this.#awaitedPlaces.has(placeOf(standIn))) return "wait";
    if (this.#refusedLocations.has(locationId) || this.#refusedPlates.has(plate.number)) return "restore";
    return this.holdsBack(standIn) ? "wait" : "drop";
  }
}

/** Whether a registration was refused because another right is in its place. */
export function isOfTakenPlace({ reason }: Refusal): boolean {
  return reason === "already_exists";
}

/** A dismissed one is not waited for: a person let it be. What was acknowledged and not extended in time is gone. */
function isPending({ receipt, intent, failure }: Right, now: number): boolean {
  if (receipt !== null && intent?.operation === "cancel") return true;
  const isThere = receipt !== null && timeOf(receipt.coveredUntil) > now;
  return !isThere && failure?.dismissed !== true;
}
