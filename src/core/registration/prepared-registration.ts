import type { Registration } from "./registration.ts";

/**
 * A registration as sync sends it, with its reference. Everything in it was checked when it entered: the permit when it was
 * recorded, target and region when the directory was read. The provider that it was prepared for uses it as it is; to read
 * it again and to derive its reference again would be a good part of the work in a backfill.
 *
 * It is frozen, so that no provider of the host's own can change it on its way. A copy, changed or not, is an ordinary
 * registration and is read like any other.
 */
export class PreparedRegistration implements Registration {
  readonly companyId: string;
  readonly permitId: string;
  readonly locationId: string;
  readonly plate: Registration["plate"];
  readonly target: string;
  readonly validFrom: string;
  readonly validTo: string | null;
  readonly generation: number;
  readonly #providerId: string;
  readonly #reference: string;

  constructor(registration: Registration, known: { providerId: string; reference: string }) {
    const { number, region } = registration.plate;
    this.companyId = registration.companyId;
    this.permitId = registration.permitId;
    this.locationId = registration.locationId;
    this.plate = Object.freeze(region === undefined ? { number } : { number, region });
    this.target = registration.target;
    this.validFrom = registration.validFrom;
    this.validTo = registration.validTo;
    this.generation = registration.generation;
    this.#providerId = known.providerId;
    this.#reference = known.reference;
    Object.freeze(this);
  }

  /** Whether a value was prepared for a provider. */
  static isFor(providerId: string, value: unknown): value is PreparedRegistration {
    return (
      typeof value === "object" && value !== null && #reference in value && value.#providerId === providerId
    );
  }

  /** What `referenceOf` gives for it. */
  get reference(): string {
    return this.#reference;
  }
}
