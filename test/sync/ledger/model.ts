import type { Permit } from "../../../src/core/permit/permit.ts";
import { type DeliveryId, NO_DELIVERY, type ProviderState } from "../../../src/sync/ledger/delivery.ts";
import type { DeliveryUpdate, LedgerChange } from "../../../src/sync/ledger/ledger.ts";

// The plainest ledger that there could be: lists, looked through from end to end. It shares no code with real ones.

export interface ModelDelivery extends DeliveryId {
  delivery: ProviderState;
  dueAt: number;
  dueSince: number;
  claim:
    | { version: number; until: number; since: number; changedAt: number; changedPlace: number }
    | undefined;
}

export interface ModelPermit {
  permit: Permit;
  changedAt: number;
  withdrawn: "no" | "revoked" | "forgotten";
  erased: boolean;
}

const DAY = 24 * 60 * 60_000;
const NEVER = Number.POSITIVE_INFINITY;

export class LedgerModel {
  permits: ModelPermit[] = [];
  deliveries: ModelDelivery[] = [];

  record(changes: readonly LedgerChange[]): string[] {
    const before = structuredClone({ permits: this.permits, deliveries: this.deliveries });
    const statuses = changes.map((change) => this.#change(change));
    if (statuses.includes("conflict")) Object.assign(this, before);
    return statuses;
  }

  #change(change: LedgerChange): string {
    const id = "permit" in change ? change.permit.id : change.permitId;
    const known = this.permits.find(({ permit }) => permit.id === id);
    if (!("permit" in change)) {
      if (known === undefined || (known.erased && known.withdrawn === "no")) return "unknown";
      if (known.erased || known.withdrawn === "forgotten") return "unchanged";
      if (known.withdrawn === "revoked" && change.kind === "revoke") return "unchanged";
      known.withdrawn = change.kind === "revoke" ? "revoked" : "forgotten";
      known.changedAt = change.at.getTime();
      this.#touch(({ permitId }) => permitId === id, change.at.getTime(), change.isUrgent);
      return "recorded";
    }
    const { permit, kind, at, providerIds, isUrgent } = change;
    const isHigher = known === undefined || permit.revision > known.permit.revision;
    if (known !== undefined && known.withdrawn !== "no" && !(kind === "issue" && isHigher)) return "revoked";
    const bringsBack = known?.erased === true && permit.revision === known.permit.revision;
    if (known !== undefined && !isHigher && !bringsBack) {
      if (permit.revision < known.permit.revision) return "older";
      return wordsOf(known.permit) === wordsOf(permit) ? "unchanged" : "conflict";
    }
    this.permits = this.permits.filter((one) => one !== known);
    this.permits.push({ permit, changedAt: at.getTime(), withdrawn: "no", erased: false });
    for (const providerId of providerIds) this.#add({ providerId, permitId: id });
    this.#touch(({ permitId }) => permitId === id, at.getTime(), isUrgent);
    return "recorded";
  }

  #add({ providerId, permitId }: DeliveryId): void {
    const isThere = this.deliveries.some((one) => one.providerId === providerId && one.permitId === permitId);
    if (isThere) return;
    const row = { delivery: NO_DELIVERY, dueAt: NEVER, dueSince: NEVER, claim: undefined };
    this.deliveries.push({ providerId, permitId, ...row });
  }

  #touch(isMeant: (delivery: ModelDelivery) => boolean, at: number, isUrgent = false): number {
    const meant = this.deliveries.filter(isMeant);
    const place = isUrgent ? at - DAY : at;
    for (const row of meant) {
      row.dueAt = Math.min(row.dueAt, place);
      row.dueSince = Math.min(row.dueSince, at);
      if (row.claim !== undefined) {
        row.claim.changedAt = Math.min(row.claim.changedAt, at);
        row.claim.changedPlace = Math.min(row.claim.changedPlace, place);
      }
    }
    return meant.length;
  }

  makeDue(companyId: string, providerIds: readonly string[], at: number): number {
    const kept = this.permits.filter(({ permit, erased }) => permit.companyId === companyId && !erased);
    for (const { permit, withdrawn } of kept) {
      if (withdrawn !== "no" || endOf(permit) <= at) continue;
      for (const providerId of providerIds) this.#add({ providerId, permitId: permit.id });
    }
    const ids = new Set(kept.map(({ permit }) => permit.id));
    return this.#touch((one) => ids.has(one.permitId), at);
  }

  of(providerId: string): ModelDelivery[] {
    return this.deliveries.filter((one) => one.providerId === providerId);
  }

  claimable(providerId: string, now: number): ModelDelivery[] {
    return this.of(providerId).filter(({ dueAt, claim }) => dueAt <= now && (claim?.until ?? 0) <= now);
  }

  claim(row: ModelDelivery, version: number, now: number, leaseMs: number): void {
    row.claim = {
      version,
      until: now + leaseMs,
      since: Math.min(row.dueSince, now),
      changedAt: NEVER,
      changedPlace: NEVER,
    };
  }

  /** Whether it took effect. */
  save({ providerId, permitId, version, delivery, release }: DeliveryUpdate): boolean {
    const row = this.of(providerId).find(
      (one) => one.permitId === permitId && one.claim?.version === version,
    );
    if (row?.claim === undefined) return false;
    row.delivery = delivery;
    if (release === undefined) return true;
    const { changedAt, changedPlace } = row.claim;
    const dueAt = release.dueAt?.getTime() ?? NEVER;
    row.dueAt = changedPlace < NEVER ? changedPlace : dueAt;
    const since = changedAt < NEVER ? changedAt : dueAt;
    row.dueSince = release.settled ? since : Math.min(row.dueSince, since);
    row.claim = undefined;
    return true;
  }

  nextDue(providerId: string): number {
    return Math.min(...this.of(providerId).map(({ dueAt, claim }) => Math.max(dueAt, claim?.until ?? 0)));
  }

  erasable(endedBefore: number, now: number): ModelPermit[] {
    return this.permits.filter(({ permit, withdrawn, changedAt, erased }) => {
      const end = withdrawn === "no" ? endOf(permit) : Math.min(endOf(permit), changedAt);
      const deliveries = this.deliveries.filter(({ permitId }) => permitId === permit.id);
      return (
        !erased &&
        (withdrawn === "forgotten" || end < endedBefore) &&
        deliveries.every((one) => liveUntil(one.delivery) <= now && (one.claim?.until ?? 0) <= now)
      );
    });
  }

  erase(row: ModelPermit): void {
    row.erased = true;
    for (const one of this.deliveries.filter(({ permitId }) => permitId === row.permit.id)) {
      const generations = one.delivery.rights.map(({ registration }) => registration.generation);
      const generation = Math.max(one.delivery.generation, ...generations);
      one.delivery = { ...NO_DELIVERY, generation, erased: true };
      Object.assign(one, { dueAt: NEVER, dueSince: NEVER, claim: undefined });
    }
  }
}

function endOf({ validTo }: Permit): number {
  return validTo === null ? NEVER : validTo.getTime();
}

function liveUntil({ rights }: ProviderState): number {
  const ends = rights.flatMap(({ receipt, intent, registration, mayLastUntil }) => [
    ...(mayLastUntil === undefined ? [] : [mayLastUntil]),
    ...(receipt === null ? [] : [receipt.coveredUntil]),
    ...(intent === null || intent.operation === "cancel" ? [] : [intent.validTo]),
    ...(intent?.operation === "cancel" && receipt === null ? [registration.validTo] : []),
  ]);
  return Math.max(0, ...ends.map((end) => (end === null ? NEVER : Date.parse(end))));
}

function wordsOf(permit: Permit): string {
  const plates = permit.plates.map(({ number, region }) => `${number} ${region}`);
  return JSON.stringify({ ...permit, plates });
}
