import { dateTimeOf, timeOf } from "../instant.ts";
import type { Plate } from "../permit/plate.ts";
import type { Registration, StoredRegistration } from "./registration.ts";

/** A stored registration and its reference. */
export interface KnownRegistration {
  readonly stored: StoredRegistration;
  readonly reference: string;
}

/**
 * A registration that sync makes of a stored one, whose reference it knows. Everything in a stored registration was
 * checked when it entered: the permit when it was recorded, target and region when the directory was read. A provider
 * therefore neither reads it again nor derives its reference, which would be a good part of the work in a backfill. A
 * copy of it, and one that a provider of the host's own has changed, is read like any other.
 */
export class PreparedRegistration implements Registration {
  readonly companyId: string;
  readonly permitId: string;
  readonly locationId: string;
  readonly plate: Plate;
  readonly target: string;
  readonly validFrom: Date;
  readonly validTo: Date | null;
  readonly generation: number;
  readonly #from: number;
  readonly #to: number | null;
  readonly #providerId: string;
  readonly #known: KnownRegistration;

  constructor(stored: StoredRegistration, known: { providerId: string; reference: string }) {
    const { number, region } = stored.plate;
    this.companyId = stored.companyId;
    this.permitId = stored.permitId;
    this.locationId = stored.locationId;
    this.plate = region === undefined ? { raw: number, number } : { raw: number, number, region };
    this.target = stored.target;
    this.#from = timeOf(stored.validFrom);
    this.#to = stored.validTo === null ? null : timeOf(stored.validTo);
    this.validFrom = new Date(this.#from);
    this.validTo = this.#to === null ? null : new Date(this.#to);
    this.generation = stored.generation;
    this.#providerId = known.providerId;
    this.#known = { stored, reference: known.reference };
  }

  /** What a provider would read and derive, where it is known; undefined of anything else. */
  static findKnown(value: unknown, providerId: string): KnownRegistration | undefined {
    if (typeof value !== "object" || value === null || !(#known in value)) return undefined;
    const known = value.#known;
    const isTrusted = value.#providerId === providerId && value.#isUnchanged;
    return isTrusted ? known : undefined;
  }

  get #isUnchanged(): boolean {
    const { stored } = this.#known;
    // A changed one may hold anything there, which the reading then refuses.
    const plate: Partial<Plate> | undefined = this.plate;
    return (
      this.companyId === stored.companyId &&
      this.permitId === stored.permitId &&
      this.locationId === stored.locationId &&
      plate?.number === stored.plate.number &&
      plate.region === stored.plate.region &&
      this.target === stored.target &&
      millisecondsOf(this.validFrom) === this.#from &&
      millisecondsOf(this.validTo) === this.#to &&
      this.generation === stored.generation
    );
  }
}

function millisecondsOf(instant: unknown): number | null | undefined {
  return instant === null ? null : dateTimeOf(instant);
}
