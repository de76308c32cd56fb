import type { Registration } from "../../core/registration/registration.ts";
import type {
  DeliveryId,
  Intent,
  ProviderState,
  Refusal,
  RegistrationState,
  Repair,
  Trouble,
  WithdrawnRight,
} from "./delivery.ts";
import {
  type Owner,
  restoreReceipt,
  restoreRegistration,
  type ShortReceipt,
  type ShortRegistration,
  shortenReceipt,
  shortenRegistration,
} from "./registration-document.ts";

// The JSON form of deliveries in SQLite and PostgreSQL. A right names its registration twice (as asked for, as
// acknowledged), and the row holds the ids already. Whatever follows from another value is left out, which makes a
// million documents a third as large.

type ShortIntent = [
  operation: Intent["operation"],
  at: string,
  validTo: string | null,
  attempts: number,
  notBefore: string | null,
  waitMs?: number | null,
  tries?: number | null,
  repeats?: number | null,
  trouble?: Trouble,
];

type ShortWithdrawn = [
  reference: string,
  locationId: string,
  number: string,
  region: string | 0,
  target: string,
  at: string,
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
  ended?: ShortRight[] | 0,
  withdrawn?: ShortWithdrawn[],
];

/** The document of a delivery; null for a delivery without any history. */
export function encodeDelivery(delivery: ProviderState, id: DeliveryId): string | null {
  const {
    rights,
    ended = NONE,
    withdrawn = NOTHING,
    used,
    generation,
    decidedAt,
    unmapped,
    erased,
  } = delivery;
  const isNew = rights.length + used.length + unmapped.length + withdrawn.length === 0 && generation === -1;
  if (isNew && decidedAt === null && erased !== true) return null;
  const companyId = (rights[0] ?? ended[0])?.registration.companyId;
  const owner = { providerId: id.providerId, permitId: id.permitId, companyId: companyId ?? "" };
  const shortRights = rights.map((right) => shortenRight(right, owner));
  const document = toDocument(delivery, shortRights, companyId);
  if (ended.length + withdrawn.length === 0) return JSON.stringify(document);
  const shortEnded = ended.length === 0 ? 0 : ended.map((right) => shortenRight(right, owner));
  const all = [...document.slice(0, 5), companyId ?? 0, erased === true ? 1 : 0, shortEnded];
  return JSON.stringify(withdrawn.length === 0 ? all : [...all, withdrawn.map(shortenWithdrawn)]);
}

const NONE: readonly RegistrationState[] = [];
const NOTHING: readonly WithdrawnRight[] = [];

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
  const document = JSON.parse(text) as Document;
  const [rights, used, generation, decidedAt, unmapped, companyId, erased, ended, withdrawn] = document;
  const owner = { providerId: id.providerId, permitId: id.permitId, companyId: companyId || "" };
  const references = used.map((reference) => restoreReference(reference, rights));
  return {
    v: 1,
    rights: rights.map((right) => restoreRight(right, owner)),
    used: references,
    generation,
    ...(erased === 1 ? { erased: true } : {}),
    ...(ended === undefined || ended === 0
      ? {}
      : { ended: ended.map((right) => restoreRight(right, owner)) }),
    ...(withdrawn === undefined ? {} : { withdrawn: withdrawn.map(restoreWithdrawn) }),
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
    acknowledgedAt,
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
  const shortReceipt = shortenReceipt(receipt, { reference, registration, acknowledgedAt }, owner);
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
  const { operation, at, validTo, attempts, notBefore, waitMs, tries, repeats, trouble } = intent;
  if (trouble !== undefined) {
    const waits = [waitMs ?? null, tries ?? null, repeats ?? null] as const;
    return [operation, at, validTo, attempts, notBefore, ...waits, trouble];
  }
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
    ...restoreReceipt(receipt, { reference, registration }, owner),
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
  const [operation, at, validTo, attempts, notBefore, waitMs, tries, repeats, trouble] = short;
  const intent: { -readonly [Key in keyof Intent]: Intent[Key] } = {
    operation,
    at,
    validTo,
    attempts,
    notBefore,
  };
  if (waitMs !== undefined && waitMs !== null) intent.waitMs = waitMs;
  if (tries !== undefined && tries !== null) intent.tries = tries;
  if (repeats !== undefined && repeats !== null) intent.repeats = repeats;
  if (trouble !== undefined) intent.trouble = trouble;
  return intent;
}

function shortenWithdrawn({ reference, locationId, plate, target, at }: WithdrawnRight): ShortWithdrawn {
  return [reference, locationId, plate.number, plate.region ?? 0, target, at];
}

function restoreWithdrawn([
  reference,
  locationId,
  number,
  region,
  target,
  at,
]: ShortWithdrawn): WithdrawnRight {
  return { reference, locationId, plate: region === 0 ? { number } : { number, region }, target, at };
}
