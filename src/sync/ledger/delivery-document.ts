import type { Receipt, Registration } from "../../core/registration/registration.ts";
import type { DeliveryId, Intent, ProviderState, Refusal, RegistrationState, Repair } from "./delivery.ts";

// The JSON form of deliveries in SQLite and PostgreSQL. A right names its registration twice (as asked for, as
// acknowledged), and the row holds the ids already. Whatever follows from another value is left out, which makes a
// million documents a third as large.

/** 0: the value follows from another stored one. Any other value is written out. */
type Derived<Value> = 0 | Value;

type ShortRegistration = [
  locationId: string,
  number: string,
  region: string | 0,
  target: string,
  validFrom: string,
  validTo: string | null,
  generation: number,
];

/**
 * [reference, target, validTo, coveredUntil], each 0 where it equals the right's own; or the whole receipt where its
 * other fields differ from the right's.
 */
type ShortReceipt =
  | null
  | [Derived<string>, Derived<string>, Derived<string | null>, Derived<string>]
  | Receipt;

type ShortIntent = [
  operation: Intent["operation"],
  at: string,
  validTo: string | null,
  attempts: number,
  notBefore: string | null,
  waitMs?: number | null,
  tries?: number | null,
  repeats?: number,
];

type ShortRight = [
  reference: string,
  registration: ShortRegistration | Registration,
  receipt: ShortReceipt,
  intent?: ShortIntent | 0,
  failure?: Refusal | 0,
  mayLastUntil?: string | 0,
  lost?: 1 | 0,
  extendAt?: string | 0,
  gaveWay?: 1 | 0,
  repair?: Repair,
];

type Document = [
  rights: ShortRight[],
  /** A reference of one of the rights is written as the right's index. */
  used: readonly (string | number)[],
  generation: number,
  decidedAt: string | null,
  unmapped: readonly string[],
  /** The company of the first right. Rights of another company are written out; the permit may have moved since. */
  companyId?: string | 0,
  erased?: 1 | 0,
  ended?: ShortRight[],
];

/** The ids that a document leaves out of a registration. */
interface Owner extends DeliveryId {
  readonly companyId: string;
}

/** The document of a delivery; null for a delivery without any history. */
export function encodeDelivery(delivery: ProviderState, id: DeliveryId): string | null {
  const { rights, ended = NONE, used, generation, decidedAt, unmapped, erased } = delivery;
  const isNew = rights.length + used.length + unmapped.length === 0 && generation === -1;
  if (isNew && decidedAt === null && erased !== true) return null;
  const companyId = (rights[0] ?? ended[0])?.registration.companyId;
  const owner = { providerId: id.providerId, permitId: id.permitId, companyId: companyId ?? "" };
  const shortRights = rights.map((right) => shortenRight(right, owner));
  const document = toDocument(delivery, shortRights, companyId);
  if (ended.length === 0) return JSON.stringify(document);
  const shortEnded = ended.map((right) => shortenRight(right, owner));
  return JSON.stringify([...document.slice(0, 5), companyId ?? 0, erased === true ? 1 : 0, shortEnded]);
}

const NONE: readonly RegistrationState[] = [];

// Array literals, here and below: a list that grows by `push` allocates room for sixteen more.
function toDocument(
  { used: references, generation, decidedAt, unmapped, erased }: ProviderState,
  rights: ShortRight[],
  companyId: string | undefined,
): Document {
  const used = references.map((reference) => shortenReference(reference, rights));
  if (erased === true) return [rights, used, generation, decidedAt, unmapped, companyId ?? 0, 1];
  if (companyId !== undefined) return [rights, used, generation, decidedAt, unmapped, companyId];
  return [rights, used, generation, decidedAt, unmapped];
}

export function decodeDelivery(text: string, id: DeliveryId): ProviderState {
  const [rights, used, generation, decidedAt, unmapped, companyId, erased, ended] = JSON.parse(
    text,
  ) as Document;
  const owner = { providerId: id.providerId, permitId: id.permitId, companyId: companyId || "" };
  const references = used.map((reference) => restoreReference(reference, rights));
  return {
    v: 1,
    rights: rights.map((right) => restoreRight(right, owner)),
    used: references,
    generation,
    ...(erased === 1 ? { erased: true } : {}),
    ...(ended === undefined ? {} : { ended: ended.map((right) => restoreRight(right, owner)) }),
    decidedAt,
    unmapped,
  };
}

function shortenReference(reference: string, rights: readonly ShortRight[]): string | number {
  const place = rights.findIndex((right) => right[0] === reference);
  return place === -1 ? reference : place;
}

function restoreReference(short: string | number, rights: readonly ShortRight[]): string {
  if (typeof short === "string") return short;
  const right = rights[short];
  if (right === undefined) throw new TypeError("A document names a right that it does not have.");
  return right[0];
}

function shortenRight(
  {
    reference,
    registration,
    receipt,
    intent,
    failure,
    mayLastUntil,
    lost,
    extendAt,
    gaveWay,
    repair,
  }: RegistrationState,
  owner: Owner,
): ShortRight {
  const isOwn = registration.companyId === owner.companyId && registration.permitId === owner.permitId;
  const place = isOwn ? shortenRegistration(registration) : registration;
  const shortReceipt = shortenReceipt(receipt, { reference, registration }, owner);
  const shortIntent = intent === null ? 0 : shortenIntent(intent);
  if (extendAt !== undefined || gaveWay === true || repair !== undefined) {
    const short = [reference, place, shortReceipt, shortIntent, failure ?? 0, mayLastUntil ?? 0] as const;
    const wasLost = lost === true ? 1 : 0;
    const hasGivenWay = gaveWay === true ? 1 : 0;
    if (repair !== undefined) return [...short, wasLost, extendAt ?? 0, hasGivenWay, repair];
    if (hasGivenWay === 1) return [...short, wasLost, extendAt ?? 0, hasGivenWay];
    return [...short, wasLost, extendAt ?? 0];
  }
  if (lost === true) {
    return [reference, place, shortReceipt, shortIntent, failure ?? 0, mayLastUntil ?? 0, 1];
  }
  if (mayLastUntil !== undefined) {
    return [reference, place, shortReceipt, shortIntent, failure ?? 0, mayLastUntil];
  }
  if (failure !== null) return [reference, place, shortReceipt, shortIntent, failure];
  return shortIntent === 0 ? [reference, place, shortReceipt] : [reference, place, shortReceipt, shortIntent];
}

function shortenIntent(intent: Intent): ShortIntent {
  const { operation, at, validTo, attempts, notBefore, waitMs, tries, repeats } = intent;
  if (repeats !== undefined) {
    return [operation, at, validTo, attempts, notBefore, waitMs ?? null, tries ?? null, repeats];
  }
  if (tries !== undefined) return [operation, at, validTo, attempts, notBefore, waitMs ?? null, tries];
  if (waitMs !== undefined) return [operation, at, validTo, attempts, notBefore, waitMs];
  return [operation, at, validTo, attempts, notBefore];
}

function restoreRight(short: ShortRight, owner: Owner): RegistrationState {
  const [reference, stored, receipt, intent, failure, mayLastUntil, lost, extendAt, gaveWay, repair] = short;
  const registration = Array.isArray(stored) ? restoreRegistration(stored, owner) : stored;
  return {
    reference,
    registration,
    receipt: restoreReceipt(receipt, { reference, registration }, owner),
    intent: intent === undefined || intent === 0 ? null : restoreIntent(intent),
    failure: failure || null,
    ...(mayLastUntil === undefined || mayLastUntil === 0 ? {} : { mayLastUntil }),
    ...(lost === 1 ? { lost: true } : {}),
    ...(extendAt === undefined || extendAt === 0 ? {} : { extendAt }),
    ...(gaveWay === 1 ? { gaveWay: true } : {}),
    ...(repair === undefined ? {} : { repair }),
  };
}

function restoreIntent(short: ShortIntent): Intent {
  const [operation, at, validTo, attempts, notBefore, waitMs, tries, repeats] = short;
  const intent: { -readonly [Key in keyof Intent]: Intent[Key] } = {
    operation,
    at,
    validTo,
    attempts,
    notBefore,
  };
  if (waitMs !== undefined && waitMs !== null) intent.waitMs = waitMs;
  if (tries !== undefined && tries !== null) intent.tries = tries;
  if (repeats !== undefined) intent.repeats = repeats;
  return intent;
}

function shortenRegistration(registration: Registration): ShortRegistration {
  const { locationId, plate, target, validFrom, validTo, generation } = registration;
  return [locationId, plate.number, plate.region ?? 0, target, validFrom, validTo, generation];
}

function restoreRegistration(short: ShortRegistration, owner: Owner): Registration {
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

function shortenReceipt(
  receipt: Receipt | null,
  { reference, registration }: RightOfReceipt,
  owner: Owner,
): ShortReceipt {
  if (receipt === null) return null;
  const { validTo } = receipt.registration;
  const isOfRight = receipt.providerId === owner.providerId && isSameBut(receipt.registration, registration);
  if (!isOfRight) return receipt;
  return [
    receipt.reference === reference ? 0 : receipt.reference,
    receipt.target === registration.target ? 0 : receipt.target,
    validTo === registration.validTo ? 0 : validTo,
    receipt.coveredUntil === validTo ? 0 : receipt.coveredUntil,
  ];
}

function restoreReceipt(short: ShortReceipt, right: RightOfReceipt, { providerId }: Owner): Receipt | null {
  if (short === null || !Array.isArray(short)) return short;
  const [reference, target, end, coveredUntil] = short;
  const validTo = end === 0 ? right.registration.validTo : end;
  return {
    v: 1,
    providerId,
    reference: reference === 0 ? right.reference : reference,
    target: target === 0 ? right.registration.target : target,
    registration: end === 0 ? right.registration : { ...right.registration, validTo },
    // `coveredUntil` is 0 only where the receipt has an end.
    coveredUntil: coveredUntil === 0 ? (validTo ?? "") : coveredUntil,
  };
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
