import type { FindPermits } from "../../../src/core/lookup/find-permits.ts";
import type { Permit } from "../../../src/core/permit/permit.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import {
  NO_DELIVERY,
  type ProviderState,
  type RegistrationState,
} from "../../../src/sync/ledger/delivery.ts";
import type {
  ClaimedDelivery,
  DeliveryUpdate,
  Ledger,
  LedgerChange,
} from "../../../src/sync/ledger/ledger.ts";

// Short calls for the suite that every ledger passes. Instants are minutes after `START`.

const START = Date.parse("2026-09-01T08:00:00Z");

export const LEASE_MS = 60_000;

/** The instant some minutes after the start. */
export function minute(count: number): Date {
  return new Date(START + count * 60_000);
}

/** A permit, frozen as `readPermit` and a ledger leave it; every call makes another object. */
export function permitOf(changes: Partial<Permit> = {}): Permit {
  return {
    ...{ id: "permit-1", companyId: "university", plates: [parsePlate("ABC 123")], locationIds: ["lot-1"] },
    ...{ validFrom: minute(0), validTo: minute(600), revision: 1 },
    ...changes,
  };
}

/** The host's change that issues a permit. */
export function issue(changes: Partial<Permit> = {}, at = 0, providerIds = ["passport"]): LedgerChange {
  return { kind: "issue", permit: permitOf(changes), providerIds, at: minute(at) };
}

export function revise(changes: Partial<Permit> = {}, at = 0, providerIds = ["passport"]): LedgerChange {
  return { kind: "revise", permit: permitOf(changes), providerIds, at: minute(at) };
}

export function revoke(at = 0, permitId = "permit-1"): LedgerChange {
  return { kind: "revoke", permitId, at: minute(at) };
}

export function forget(at = 0, permitId = "permit-1"): LedgerChange {
  return { kind: "forget", permitId, at: minute(at) };
}

/** Records one change and returns its status. */
export async function say(ledger: Ledger, change: LedgerChange): Promise<string | undefined> {
  const [status] = await ledger.record([change]);
  return status;
}

/** When the next delivery of a provider can be claimed. */
export async function nextDue(ledger: Ledger, providerId: string): Promise<Date | undefined> {
  return (await ledger.findNextDue([providerId])).get(providerId);
}

/** Claims the due deliveries of one provider. */
export function claim(
  ledger: Ledger,
  at: number,
  { providerId = "passport", limit = 100 } = {},
): Promise<ClaimedDelivery[]> {
  return ledger.claim({ limits: new Map([[providerId, limit]]), now: minute(at), leaseMs: LEASE_MS });
}

/** Claims the only delivery that is due. */
export async function claimOnly(ledger: Ledger, at: number): Promise<ClaimedDelivery> {
  const [claimed, ...others] = await claim(ledger, at);
  if (claimed === undefined || others.length > 0)
    throw new Error(`${others.length} others were due as well.`);
  return claimed;
}

/** An update of a claimed delivery; by default it is done and never due again. */
export function updateOf(
  { providerId, permitId, version, delivery }: ClaimedDelivery,
  changes: Partial<Pick<DeliveryUpdate, "delivery">> & { dueAt?: number | null; settled?: boolean } = {},
): DeliveryUpdate {
  const { dueAt = null, settled = true } = changes;
  const release = { dueAt: dueAt === null ? null : minute(dueAt), settled };
  return { providerId, permitId, version, delivery: changes.delivery ?? delivery, release };
}

/** An update that keeps the claim. */
export function keepOf(claimed: ClaimedDelivery, delivery: ProviderState): DeliveryUpdate {
  const { providerId, permitId, version } = claimed;
  return { providerId, permitId, version, delivery };
}

/** A right that a vendor acknowledged. */
export function rightAt(target: string, changes: Partial<RegistrationState> = {}): RegistrationState {
  const registration = {
    ...{ companyId: "university", permitId: "permit-1", locationId: "lot-1", plate: { number: "ABC123" } },
    ...{ target, validFrom: minute(0).toISOString(), validTo: minute(600).toISOString(), generation: 0 },
  };
  const reference = `reference of ${target}`;
  const coveredUntil = registration.validTo;
  const receipt = { v: 1 as const, providerId: "passport", reference, target, registration, coveredUntil };
  return { reference, registration, receipt, intent: null, failure: null, ...changes };
}

export function deliveryOf(
  rights: readonly RegistrationState[],
  changes: Partial<ProviderState> = {},
): ProviderState {
  return { ...NO_DELIVERY, rights, generation: 0, decidedAt: minute(0).toISOString(), ...changes };
}

/** Permits that a lookup finds. */
export async function find(
  ledger: Pick<Ledger, "findPermits">,
  plateNumbers: string[],
  companyId = "university",
): Promise<Permit[]> {
  const query: Parameters<FindPermits>[0] = {
    ...{ companyId, plateNumbers, locationIds: ["lot-1"], at: minute(0) },
    signal: new AbortController().signal,
  };
  return collect(await ledger.findPermits(query));
}

export async function collect<Item>(items: Iterable<Item> | AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
