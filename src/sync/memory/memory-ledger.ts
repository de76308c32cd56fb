import { EnforcementError } from "../../core/errors.ts";
import { markChecked } from "../../core/lookup/find-permits.ts";
import type { DeliveryId } from "../ledger/delivery.ts";
import { eraseDelivery, failuresOf, findLiveUntil, targetsOf } from "../ledger/delivery-facts.ts";
import type { ClaimedDelivery, ClockMemory, DeliveryCounts, Ledger, StoredPermit } from "../ledger/ledger.ts";
import { type DeliveryTimes, toPermitRecord } from "../ledger/permit-record.ts";
import { type ReadBack, withOutageChange } from "../ledger/provider-notes.ts";
import { refuseTransaction, refuseUnfitIds } from "../ledger/refuse-transaction.ts";
import type { DeliveryRow, PermitRow, ProviderRows } from "./rows.ts";
import { MemoryStore } from "./store.ts";

/**
 * Creates a ledger in this process's memory, for tests, trials, and hosts that record every permit again when they
 * start. It takes no options. When the process ends, everything is lost, including what the vendors acknowledged.
 *
 * @throws EnforcementError `invalid_config` when options are given
 */
export function memoryLedger(): Ledger;
export function memoryLedger(options?: unknown): Ledger {
  // An option without effect would mislead the host.
  if (options !== undefined) throw new EnforcementError("invalid_config", "memoryLedger: takes no options.");
  const store = new MemoryStore();
  let isOpen = false;
  let lastVersion = 0;
  let clock: ClockMemory = { latest: null, leap: null };

  function requireOpen(): void {
    if (isOpen) return;
    throw new EnforcementError("unavailable", "ledger: is not open; call open() first.", {
      operation: "ledger",
    });
  }

  function claimRow(row: DeliveryRow, now: number, leaseMs: number): ClaimedDelivery {
    const since = row.dueSince === null ? now : Math.min(row.dueSince, now);
    const version = ++lastVersion;
    store.rowsOf(row.providerId).claim(row, {
      version,
      until: now + leaseMs,
      since,
      changedAt: null,
      changedPlace: null,
    });
    const { providerId, owner, delivery } = row;
    return {
      providerId,
      permitId: owner.id,
      companyId: owner.companyId,
      stored: toStoredPermit(owner),
      delivery,
      dueSince: new Date(since),
      isUrgent: isUrgent(row),
      version,
    };
  }

  return {
    kind: "memory",
    async open() {
      isOpen = true;
    },
    async close() {
      isOpen = false;
      for (const rows of store.providers.values()) for (const row of rows.claimed.values()) rows.unclaim(row);
    },
    async record(given, options) {
      requireOpen();
      refuseTransaction(options);
      const changes = [...given];
      for (const change of changes) refuseUnfitIds(change);
      const statuses = store.judge(changes);
      if (statuses.includes("conflict")) return statuses;
      for (const [index, change] of changes.entries())
        if (statuses[index] === "recorded") store.apply(change, options?.onDue);
      return statuses;
    },
    async makeDue({ companyId, providerIds, at }, { onDue } = {}) {
      requireOpen();
      let count = 0;
      const due = new Set<string>();
      for (const row of store.permitsOf(companyId)) {
        if (row.permit === undefined) continue;
        if (isRegistrable(row, at)) for (const providerId of providerIds) store.addDelivery(row, providerId);
        for (const delivery of row.deliveries.values()) {
          store.rowsOf(delivery.providerId).makeDue(delivery, at.getTime());
          due.add(delivery.providerId);
          count++;
        }
      }
      for (const providerId of due) onDue?.(providerId);
      return count;
    },
    async rewind({ providerId, latest, now }) {
      requireOpen();
      store.rowsOf(providerId).rewind(latest.getTime(), now.getTime());
    },
    async readClock() {
      requireOpen();
      return clock;
    },
    async noteClock(noted, { isSettled = false } = {}) {
      requireOpen();
      const { leap = clock.leap } = noted;
      const latest = noted.latest ?? clock.latest;
      const isBack = latest !== null && clock.latest !== null && latest < clock.latest;
      clock = { latest: isBack && !isSettled ? clock.latest : latest, leap };
    },
    async noteOutage(change) {
      requireOpen();
      const rows = store.rowsOf(change.providerId);
      rows.outages = withOutageChange(rows.outages, change);
    },
    async noteReadBack({ providerId, targets, readBack }) {
      requireOpen();
      const { readBacks } = store.rowsOf(providerId);
      for (const target of targets) {
        if (readBack === null) readBacks.delete(target);
        else readBacks.set(target, readBack);
      }
    },
    async *listCompanies() {
      requireOpen();
      yield* store.companyIds();
    },
    async claim({ limits, now, leaseMs }) {
      requireOpen();
      const claimed: ClaimedDelivery[] = [];
      for (const [providerId, limit] of limits) {
        const rows = store.rowsOf(providerId);
        rows.offerOverdue(now.getTime());
        for (let count = 0; count < limit; count += 1) {
          const row = rows.take(now.getTime());
          if (row === undefined) break;
          claimed.push(claimRow(row, now.getTime(), leaseMs));
        }
      }
      return claimed;
    },
    async claimOne(id, { now, leaseMs }) {
      requireOpen();
      const row = store.findDelivery(id);
      if (row === undefined || (row.claim !== undefined && row.claim.until > now.getTime())) return undefined;
      return claimRow(row, now.getTime(), leaseMs);
    },
    async save(updates) {
      requireOpen();
      return updates.map(({ providerId, version, delivery, release }) => {
        const rows = store.rowsOf(providerId);
        const row = rows.claimed.get(version);
        if (row?.claim === undefined) return false;
        rows.setDelivery(row, delivery);
        if (release === undefined) return true;
        const { changedAt, changedPlace } = row.claim;
        const dueAt = release.dueAt === null ? null : release.dueAt.getTime();
        row.dueAt = changedPlace ?? dueAt;
        const since = changedAt ?? dueAt;
        row.dueSince = release.settled ? since : earlier(row.dueSince, since);
        rows.unclaim(row);
        return true;
      });
    },
    async findNextDue(providerIds) {
      requireOpen();
      const found = new Map<string, Date>();
      for (const providerId of providerIds) {
        const rows = store.rowsOf(providerId);
        let next = rows.findFirstUnclaimed();
        for (const { dueAt, claim } of rows.claimed.values()) {
          if (dueAt !== null && claim !== undefined) next = earlier(next, Math.max(dueAt, claim.until));
        }
        if (next !== null) found.set(providerId, new Date(next));
      }
      return found;
    },
    findPermits: markChecked(({ companyId, plateNumbers }) => {
      requireOpen();
      return store.plates.find(companyId, plateNumbers);
    }),
    async getPermit(permitId) {
      requireOpen();
      const row = store.permits.get(permitId);
      return row && toStoredPermit(row);
    },
    async readRecord(permitId) {
      requireOpen();
      const row = store.permits.get(permitId);
      if (row === undefined) return undefined;
      const { companyId, revision, state, permit, changedAt, deliveries } = row;
      return toPermitRecord(
        { permitId, companyId, revision, state, permit, changedAt: new Date(changedAt) },
        Array.from(deliveries.values(), (delivery) => toDeliveryTimes(delivery, store)),
      );
    },
    async count(providerIds, now) {
      requireOpen();
      return new Map(providerIds.map((id) => [id, countRows(store.rowsOf(id), now)]));
    },
    async *listFailures(providerId) {
      requireOpen();
      const asked = providerId === undefined ? [...store.providers.values()] : [store.rowsOf(providerId)];
      const failures = asked.flatMap(({ failing }) =>
        [...failing].flatMap((row) => {
          const { companyId } = row.owner;
          return failuresOf(row.delivery).map((failure) => ({ ...failure, ...idOf(row), companyId }));
        }),
      );
      yield* failures.sort((one, other) => Date.parse(one.failedAt) - Date.parse(other.failedAt));
    },
    async *listUnmapped(providerId) {
      requireOpen();
      for (const row of store.rowsOf(providerId).unmapped) {
        yield { ...idOf(row), locationIds: row.delivery.unmapped };
      }
    },
    async *listAt(providerId, target) {
      requireOpen();
      const rows = [...(store.rowsOf(providerId).atTarget.get(target) ?? [])];
      for (const row of rows) yield { ...idOf(row), delivery: row.delivery };
    },
    async *listTargets(providerId) {
      requireOpen();
      const targets = [...store.rowsOf(providerId).atTarget];
      for (const [target, rows] of targets) if (rows.size > 0) yield target;
    },
    async erase({ endedBefore, now, limit }) {
      requireOpen();
      let erased = 0;
      for (const row of store.permits.values()) {
        if (erased >= limit) break;
        if (!isErasable(row, endedBefore.getTime(), now.getTime())) continue;
        store.drop(row);
        for (const delivery of row.deliveries.values()) {
          Object.assign(delivery, { dueAt: null, dueSince: null });
          store.rowsOf(delivery.providerId).unclaim(delivery);
          store.rowsOf(delivery.providerId).setDelivery(delivery, eraseDelivery(delivery.delivery));
        }
        erased++;
      }
      return erased;
    },
  };
}

function toDeliveryTimes(row: DeliveryRow, store: MemoryStore): DeliveryTimes {
  const { outages, readBacks } = store.rowsOf(row.providerId);
  const found = new Map<string, ReadBack>();
  for (const target of targetsOf(row.delivery)) {
    const readBack = readBacks.get(target);
    if (readBack !== undefined) found.set(target, readBack);
  }
  return { ...row, outages, readBacks: found };
}

function countRows({ rows, failing, unmapped }: ProviderRows, now: Date): DeliveryCounts {
  let [pending, oldest]: [number, number | null] = [0, null];
  for (const { dueSince, claim } of rows) {
    const isDue = dueSince !== null && dueSince <= now.getTime();
    if (!isDue && (claim === undefined || claim.until <= now.getTime())) continue;
    pending++;
    oldest = earlier(oldest, isDue ? dueSince : (claim?.since ?? null));
  }
  const failed = [...failing].reduce((sum, { delivery }) => sum + failuresOf(delivery).length, 0);
  const registrable = [...unmapped].filter(({ owner }) => isRegistrable(owner, now));
  const oldestDueSince = oldest === null ? null : new Date(oldest);
  return { pending, oldestDueSince, failed, unmapped: registrable.length };
}

/** Whether the permit is neither revoked nor over. */
function isRegistrable({ permit, state }: PermitRow, now: Date): boolean {
  return permit !== undefined && state === "active" && (permit.validTo === null || permit.validTo > now);
}

function isErasable(row: PermitRow, endedBefore: number, now: number): boolean {
  if (row.permit === undefined) return false;
  const validTo = row.permit.validTo?.getTime() ?? null;
  const end = row.state === "active" ? validTo : earlier(validTo, row.changedAt);
  if (row.state !== "forgotten" && (end === null || end >= endedBefore)) return false;
  return [...row.deliveries.values()].every(
    ({ delivery, claim }) =>
      (findLiveUntil(delivery) ?? 0) <= now && (claim === undefined || claim.until <= now),
  );
}

function isUrgent({ dueAt, dueSince }: DeliveryRow): boolean {
  return dueAt !== null && dueSince !== null && dueAt < dueSince;
}

function idOf({ providerId, owner }: DeliveryRow): DeliveryId {
  return { providerId, permitId: owner.id };
}

function toStoredPermit({ permit, state, changedAt }: PermitRow): StoredPermit | undefined {
  if (permit === undefined || state === "erased" || state === "erased_revoked") return undefined;
  return { permit, state, changedAt: new Date(changedAt) };
}

/** The earlier of two instants; null means never. */
function earlier(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
