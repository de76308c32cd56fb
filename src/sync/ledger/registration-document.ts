import { formatInstant, timeOf } from "../../core/instant.ts";
import type { Receipt, Registration } from "../../core/registration/registration.ts";
import type { DeliveryId, RegistrationState } from "./delivery.ts";

// The short forms of a registration and its receipt in the document of a delivery.

/** 0: the value follows from another stored one. Any other value is written out. */
type Derived<Value> = 0 | Value;

export type ShortRegistration = [
  locationId: string,
  number: string,
  region: string | 0,
  target: string,
  validFrom: string,
  validTo: string | null,
  generation: number,
];

/**
 * [reference, target, validTo, coveredUntil], each 0 where it equals the right's own, and the instant of the first
 * acknowledgement in milliseconds; or the whole receipt, with that instant, where its other fields differ from the
 * right's.
 */
export type ShortReceipt =
  | null
  | [
      reference: Derived<string>,
      target: Derived<string>,
      validTo: Derived<string | null>,
      coveredUntil: Derived<string>,
      acknowledgedAt?: number,
    ]
  | (Receipt & { readonly acknowledgedAt?: number });

/** The ids that a document leaves out of a registration. */
export interface Owner extends DeliveryId {
  readonly companyId: string;
}

export function shortenRegistration(registration: Registration): ShortRegistration {
  const { locationId, plate, target, validFrom, validTo, generation } = registration;
  return [locationId, plate.number, plate.region ?? 0, target, validFrom, validTo, generation];
}

export function restoreRegistration(short: ShortRegistration, owner: Owner): Registration {
  const [locationId, number, region, target, validFrom, validTo, generation] = short;
  return {
    companyId: owner.companyId,
    permitId: owner.permitId,
    locationId,
    plate: region === 0 ? { number } : { number, region },
    target,
    validFrom,
    validTo,
    generation,
  };
}

type RightOfReceipt = Pick<RegistrationState, "reference" | "registration">;

export function shortenReceipt(
  receipt: Receipt | null,
  {
    reference,
    registration,
    acknowledgedAt,
  }: RightOfReceipt & { readonly acknowledgedAt: string | undefined },
  owner: Owner,
): ShortReceipt {
  if (receipt === null) return null;
  const since = acknowledgedAt === undefined ? undefined : timeOf(acknowledgedAt);
  const { validTo } = receipt.registration;
  const isOfRight = receipt.providerId === owner.providerId && isSameBut(receipt.registration, registration);
  if (!isOfRight) return since === undefined ? receipt : { ...receipt, acknowledgedAt: since };
  const ownReference = receipt.reference === reference ? 0 : receipt.reference;
  const ownTarget = receipt.target === registration.target ? 0 : receipt.target;
  const ownEnd = validTo === registration.validTo ? 0 : validTo;
  const covered = receipt.coveredUntil === validTo ? 0 : receipt.coveredUntil;
  return since === undefined
    ? [ownReference, ownTarget, ownEnd, covered]
    : [ownReference, ownTarget, ownEnd, covered, since];
}

export function restoreReceipt(
  short: ShortReceipt,
  right: RightOfReceipt,
  { providerId }: Owner,
): Pick<RegistrationState, "receipt" | "acknowledgedAt"> {
  if (short === null) return { receipt: null };
  if (!Array.isArray(short)) {
    const { acknowledgedAt, ...receipt } = short;
    return withSince(receipt, acknowledgedAt);
  }
  const [reference, target, end, coveredUntil, acknowledgedAt] = short;
  const validTo = end === 0 ? right.registration.validTo : end;
  const receipt = {
    v: 1 as const,
    providerId,
    reference: reference === 0 ? right.reference : reference,
    target: target === 0 ? right.registration.target : target,
    registration: end === 0 ? right.registration : { ...right.registration, validTo },
    // `coveredUntil` is 0 only where the receipt has an end.
    coveredUntil: coveredUntil === 0 ? (validTo ?? "") : coveredUntil,
  };
  return withSince(receipt, acknowledgedAt);
}

function withSince(
  receipt: Receipt,
  since: number | undefined,
): Pick<RegistrationState, "receipt" | "acknowledgedAt"> {
  return since === undefined ? { receipt } : { receipt, acknowledgedAt: formatInstant(new Date(since)) };
}

/** Whether two registrations are equal, their ends aside. */
function isSameBut(one: Registration, other: Registration): boolean {
  return (
    one === other ||
    (one.companyId === other.companyId &&
      one.permitId === other.permitId &&
      one.locationId === other.locationId &&
      one.plate.number === other.plate.number &&
      one.plate.region === other.plate.region &&
      one.target === other.target &&
      one.validFrom === other.validFrom &&
      one.generation === other.generation)
  );
}
