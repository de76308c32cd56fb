import { providerEntry } from "../../core/directory/switches.ts";
import type { Permit } from "../../core/permit/permit.ts";
import type { Plate } from "../../core/permit/plate.ts";
import { withDefaultRegion } from "../../core/registration/registration.ts";
import type { RegistrationState, WithdrawnRight } from "../ledger/delivery.ts";
import { targetOf } from "../ledger/delivery-facts.ts";
import type { DeliveryRecord, PermitRecord } from "../ledger/ledger.ts";
import type { Outage } from "../ledger/provider-notes.ts";
import { explainAbsence, type Seen } from "./absence.ts";
import type { EntryFacts } from "./describe-entry.ts";
import { explainRight, mostTelling } from "./right-entry.ts";

export interface RecordContext {
  readonly now: Date;
  readonly seen: Seen;
  /** The ids of push providers that are known beside those of the deliveries. */
  readonly providerIds: Iterable<string>;
  /** Since when a breaker of this process is open; null: it is closed; undefined: there is none. */
  readonly breakerOpenSince: (providerId: string) => Date | null | undefined;
}

/** A plate at a location. */
interface Place {
  readonly locationId: string;
  readonly plate: EntryFacts["plate"];
}

/** One entry for each provider, location and plate of a permit; last those of providers that are not switched on there. */
export function explainRecord(record: PermitRecord, context: RecordContext): EntryFacts[] {
  const deliveries = new Map(record.deliveries.map((delivery) => [delivery.providerId, delivery]));
  const providerIds = new Set([...deliveries.keys(), ...context.providerIds]);
  const entries = [...providerIds].flatMap((providerId) => {
    const provider = new ProviderExplainer(record, providerId, deliveries.get(providerId), context);
    return provider.entries();
  });
  return [...entries.filter((entry) => !isOff(entry)), ...entries.filter(isOff)];
}

/** Whether the provider is not switched on where it would be sent. */
export function isOff(entry: EntryFacts): boolean {
  return entry.status === "not_sent" && (entry.reason === "company_off" || entry.reason === "location_off");
}

/** Explains a permit at one provider. */
class ProviderExplainer {
  readonly #record: PermitRecord;
  readonly #providerId: string;
  readonly #delivery: DeliveryRecord | undefined;
  readonly #context: RecordContext;
  readonly #rights: readonly RegistrationState[];
  readonly #withdrawn: readonly WithdrawnRight[];
  readonly #downSince: Date | undefined;

  constructor(
    record: PermitRecord,
    providerId: string,
    delivery: DeliveryRecord | undefined,
    context: RecordContext,
  ) {
    this.#record = record;
    this.#providerId = providerId;
    this.#delivery = delivery;
    this.#context = context;
    this.#rights = mostTelling(delivery?.delivery.rights ?? [], context.now);
    // The latest goes first.
    this.#withdrawn = (delivery?.delivery.withdrawn ?? []).toReversed();
    this.#downSince = downSinceOf(delivery?.outages, context.breakerOpenSince(providerId));
  }

  entries(): EntryFacts[] {
    const { permit } = this.#record;
    const named = permit === undefined ? [] : this.#placesOf(permit);
    const left = [...this.#rights.map(({ registration }) => registration), ...this.#withdrawn];
    const others: Place[] = [];
    for (const { locationId, plate } of left) {
      const place = { locationId, plate };
      if (![...named, ...others].some((known) => isSamePlace(known, place))) others.push(place);
    }
    const withOtherTargets = (place: Place, entry: EntryFacts | undefined) =>
      entry === undefined ? [] : [entry, ...this.#explainOtherTargets(place, entry)];
    return [
      ...named.flatMap((place) => withOtherTargets(place, this.#explainNamed(place, permit as Permit))),
      ...others.flatMap((place) => withOtherTargets(place, this.#explainLeft(place))),
    ];
  }

  /** The permit's plates at its locations, with the regions that they take there. */
  #placesOf(permit: Permit): Place[] {
    const places = new Map<string, Place>();
    for (const locationId of permit.locationIds) {
      for (const plate of permit.plates) {
        const { number, region } = withDefaultRegion(plate, this.#regionOf(locationId, plate));
        const key = `${locationId}\0${number}\0${region}`;
        places.set(key, { locationId, plate: region === undefined ? { number } : { number, region } });
      }
    }
    return [...places.values()];
  }

  #regionOf(locationId: string, { number }: Plate): string | undefined {
    const { seen } = this.#context;
    if (typeof seen !== "string") return seen.locations.get(locationId)?.region;
    const known = this.#rights.find(
      ({ registration: { plate, locationId: id } }) => id === locationId && plate.number === number,
    );
    return known?.registration.plate.region;
  }

  /** A place that the permit names now. */
  #explainNamed(place: Place, permit: Permit): EntryFacts {
    const { seen, now } = this.#context;
    const targetNow = this.#targetNow(place.locationId);
    const right = this.#explainRightAt(place);
    if (right !== undefined) {
      const isSame = targetNow === undefined || targetNow === right.target;
      return isSame ? right : { ...right, targetNow };
    }
    const absence = explainAbsence({
      record: { ...this.#record, permit },
      providerId: this.#providerId,
      locationId: place.locationId,
      delivery: this.#delivery,
      seen,
      breakerOpenSince: this.#downSince,
      now,
    });
    const about = { providerId: this.#providerId, ...place, target: targetNow ?? null };
    const before = this.#withdrawn.find((one) => isSamePlace(one, place));
    if (before === undefined || absence.status === "on_its_way") return { ...about, ...absence };
    const why = absence.status === "not_sent" ? { reason: absence.reason } : {};
    return { ...about, ...toWithdrawn(before), ...why };
  }

  /** A place that the permit named before; undefined: the vendor's right there is over. */
  #explainLeft(place: Place): EntryFacts | undefined {
    const right = this.#explainRightAt(place);
    if (right !== undefined) return right;
    const before = this.#withdrawn.find((one) => isSamePlace(one, place));
    if (before === undefined) return undefined;
    return { providerId: this.#providerId, ...place, ...toWithdrawn(before), reason: "superseded" };
  }

  /** What the vendor still has of a place under the names that the location had before. */
  #explainOtherTargets(place: Place, { target }: EntryFacts): EntryFacts[] {
    const here = this.#rights
      .map(({ registration }) => registration)
      .filter((one) => isSamePlace(one, place));
    const targets = new Set(here.map((registration) => registration.target));
    targets.delete(target ?? "");
    return [...targets].flatMap((other) => this.#explainRightAt(place, other) ?? []);
  }

  /** The most telling right at a place, under any name or a given one. */
  #explainRightAt(place: Place, target?: string): EntryFacts | undefined {
    const { permitId } = this.#record;
    const about = {
      providerId: this.#providerId,
      permitId,
      now: this.#context.now,
      breakerOpenSince: this.#downSince,
      dueAt: this.#delivery?.dueAt ?? null,
    };
    for (const right of this.#rights) {
      if (!isSamePlace(right.registration, place)) continue;
      // As the directory writes it: the vendor may have acknowledged a zone's id for the zone's name.
      const { target: written } = right.registration;
      if (target !== undefined && written !== target) continue;
      const readBack = this.#delivery?.readBacks.get(targetOf(right));
      const found = explainRight(right, { ...about, readBack });
      if (found === undefined) continue;
      return { providerId: this.#providerId, ...place, target: written, ...found };
    }
    return undefined;
  }

  #targetNow(locationId: string): string | undefined {
    const { seen } = this.#context;
    if (typeof seen === "string") return undefined;
    return providerEntry(seen.locations.get(locationId)?.providers, this.#providerId)?.target;
  }
}

/** Since when a provider is down: by the breaker of this process, or else by what the ledger was told last. */
export function downSinceOf(
  outages: readonly Outage[] | undefined,
  breakerOpenSince: Date | null | undefined,
): Date | undefined {
  if (breakerOpenSince !== undefined) return breakerOpenSince ?? undefined;
  const last = outages?.at(-1);
  return last?.upAt === null ? last.downSince : undefined;
}

function isSamePlace(one: Place, other: Place): boolean {
  return (
    one.locationId === other.locationId &&
    one.plate.number === other.plate.number &&
    one.plate.region === other.plate.region
  );
}

function toWithdrawn({ reference, target, at }: WithdrawnRight) {
  return { status: "withdrawn" as const, reference, target, withdrawnAt: new Date(at) };
}
