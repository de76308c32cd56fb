import type { Plate } from "./plate.ts";
import type { Registration, StoredRegistration } from "./registration.ts";

/**
 * A registration made of a stored one whose reference is known, so that a provider need not derive it again: in a
 * backfill that is a good part of the work. A copy of it is a registration like any other.
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
  readonly #providerId: string;
  readonly #reference: string;

  constructor(stored: StoredRegistration, known: { providerId: string; reference: string }) {
    const { number, region } = stored.plate;
    this.companyId = stored.companyId;
    this.permitId = stored.permitId;
    this.locationId = stored.locationId;
    this.plate = region === undefined ? { raw: number, number } : { raw: number, number, region };
    this.target = stored.target;
    this.validFrom = new Date(stored.validFrom);
    this.validTo = stored.validTo === null ? null : new Date(stored.validTo);
    this.generation = stored.generation;
    this.#providerId = known.providerId;
    this.#reference = known.reference;
  }

  /** The reference that a provider would derive, where it is known; undefined of anything else. */
  static findReference(value: unknown, providerId: string): string | undefined {
    if (typeof value !== "object" || value === null || !(#reference in value)) return undefined;
    return value.#providerId === providerId ? value.#reference : undefined;
  }
}
