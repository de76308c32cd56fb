import { dateTimeOf, timeOf } from "../instant.ts";
import type { Plate } from "../permit/plate.ts";
import { isRegionCode } from "../permit/region.ts";
import type { Registration, StoredRegistration } from "./registration.ts";

/** A stored registration and its reference. */
export interface KnownRegistration {
  readonly stored: StoredRegistration;
  readonly reference: string;
}

/**
 * A registration made of a stored one whose reference is known, so that a provider need neither read it again nor
 * derive anything: in a backfill that is a good part of the work. A copy of it, and one that somebody has changed, is a
 * registration like any other.
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
    const isTrusted = value.#providerId === providerId && value.#isUnchanged && isWellMapped(known.stored);
    return isTrusted ? known : undefined;
  }

  get #isUnchanged(): boolean {
    const { stored } = this.#known;
    // Whoever changed it may have put anything there: that is for the reading to refuse.
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

/** Target and default region are a directory's, and a host's own may say anything. All else was read with the permit. */
function isWellMapped({ target, plate: { region } }: StoredRegistration): boolean {
  const isText = typeof target === "string" && target.trim() !== "";
  return isText && (region === undefined || isRegionCode(region));
}
