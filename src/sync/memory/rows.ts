import type { Permit } from "../../core/permit/permit.ts";
import type { ProviderState } from "../ledger/delivery.ts";
import { failuresOf, isBehind, targetOf } from "../ledger/delivery-facts.ts";
import { LEASE_MS } from "../ledger/lease.ts";
import type { KnownState } from "../ledger/ledger.ts";
import type { Outage, ReadBack } from "../ledger/provider-notes.ts";
import { type DueNode, DueQueue } from "./due-queue.ts";

/** A permit in the memory ledger. */
export interface PermitRow {
  readonly id: string;
  companyId: string;
  revision: number;
  state: KnownState;
  /** Undefined: the permit was erased. */
  permit: Permit | undefined;
  changedAt: number;
  readonly deliveries: Map<string, DeliveryRow>;
}

/** A delivery in the memory ledger. Instants are in milliseconds. */
export interface DeliveryRow {
  readonly providerId: string;
  readonly owner: PermitRow;
  delivery: ProviderState;
  /** When it is due, and its place in line: earlier than `dueSince` after an urgent change. */
  dueAt: number | null;
  dueSince: number | null;
  /** The row's current queue entry. Other entries of the row are stale. */
  node: DueNode<DeliveryRow> | undefined;
  claim: RowClaim | undefined;
}

interface RowClaim {
  readonly version: number;
  until: number;
  readonly since: number;
  /** The first change during the claim, and the place in line that changes have given the delivery. */
  changedAt: number | null;
  changedPlace: number | null;
}

/** The deliveries of one provider, with the indexes that the ledger's lists and counts read. */
export class ProviderRows {
  readonly rows = new Set<DeliveryRow>();
  /** By the version of the claim. */
  readonly claimed = new Map<number, DeliveryRow>();
  readonly failing = new Set<DeliveryRow>();
  readonly unmapped = new Set<DeliveryRow>();
  readonly atTarget = new Map<string, Set<DeliveryRow>>();
  outages: readonly Outage[] = [];
  /** By target. */
  readonly readBacks = new Map<string, ReadBack>();
  readonly queue = new DueQueue<DeliveryRow>((node) => node.item.node === node);

  /** Makes a row due no later than `at`, no later in line than `place`. */
  makeDue(row: DeliveryRow, at: number, place = at): void {
    row.dueSince = Math.min(row.dueSince ?? at, at);
    if (row.claim !== undefined) {
      row.claim.changedAt = Math.min(row.claim.changedAt ?? at, at);
      row.claim.changedPlace = Math.min(row.claim.changedPlace ?? place, place);
    }
    if (row.dueAt === null || place < row.dueAt) {
      row.dueAt = place;
      if (row.claim === undefined || row.node !== undefined) this.queueUp(row);
    }
  }

  /**
   * Makes rows due at `now` that wait for another attempt, were due by `latest`, hold a decision later than `now`, or
   * are claimed. Forgets readings that are dated later than `now`.
   */
  rewind(latest: number, now: number): void {
    for (const [target, { at }] of this.readBacks) if (at.getTime() > now) this.readBacks.delete(target);
    for (const row of this.rows) {
      const { dueAt, dueSince, claim, delivery } = row;
      // The claim would last longer by as much as the clock was ahead.
      if (claim !== undefined) claim.until = Math.min(claim.until, now + LEASE_MS);
      const isAhead = dueAt !== null && dueSince !== null && dueAt > now;
      const isWaiting = isAhead && (dueAt > dueSince || dueSince <= latest);
      // An urgent change has a place in line that is not ahead, and waits since an instant that is.
      const waitsSinceAhead = dueAt !== null && dueSince !== null && dueAt < dueSince && dueSince > now;
      // A claimed delivery may still be saved with such a decision.
      if (isWaiting || waitsSinceAhead || claim !== undefined || isBehind(delivery, now))
        this.makeDue(row, now);
    }
  }

  /** The next due row that is not claimed. */
  take(now: number): DeliveryRow | undefined {
    for (;;) {
      const row = this.queue.take(now);
      if (row === undefined || row.claim === undefined || row.claim.until <= now) return row;
      // The clock went back: the claim is not over after all.
      row.node = undefined;
    }
  }

  /** When the first row becomes due that is not claimed; null when none will. */
  findFirstUnclaimed(): number | null {
    for (;;) {
      const first = this.queue.peek();
      if (first === undefined || first.item.claim === undefined) return first?.dueAt ?? null;
      first.item.node = undefined;
    }
  }

  queueUp(row: DeliveryRow): void {
    row.node = row.dueAt === null ? undefined : this.queue.push(row.dueAt, row);
  }

  /**
   * Queues claimed rows whose claim has expired. Until another claim takes such a row, its holder may still save it.
   */
  offerOverdue(now: number): void {
    for (const row of this.claimed.values()) {
      if (row.node === undefined && row.claim !== undefined && row.claim.until <= now) this.queueUp(row);
    }
  }

  claim(row: DeliveryRow, claim: NonNullable<DeliveryRow["claim"]>): void {
    if (row.claim !== undefined) this.claimed.delete(row.claim.version);
    row.claim = claim;
    row.node = undefined;
    this.claimed.set(claim.version, row);
  }

  unclaim(row: DeliveryRow): void {
    if (row.claim !== undefined) this.claimed.delete(row.claim.version);
    row.claim = undefined;
    this.queueUp(row);
  }

  setDelivery(row: DeliveryRow, delivery: ProviderState): void {
    const earlier = row.delivery;
    row.delivery = delivery;
    this.#move(row, earlier, delivery);
    toggle(this.failing, row, failuresOf(delivery).length > 0);
    toggle(this.unmapped, row, delivery.unmapped.length > 0);
  }

  /** Updates the index by target. */
  #move(row: DeliveryRow, earlier: ProviderState, later: ProviderState): void {
    const only = later.rights[0];
    const former = earlier.rights[0];
    const isOne = earlier.rights.length === 1 && later.rights.length === 1;
    // Most deliveries have one right, which stays at its target.
    if (isOne && only !== undefined && former !== undefined && targetOf(only) === targetOf(former)) return;
    for (const right of earlier.rights) this.atTarget.get(targetOf(right))?.delete(row);
    for (const right of later.rights) {
      const target = targetOf(right);
      const rows = this.atTarget.get(target);
      if (rows === undefined) this.atTarget.set(target, new Set([row]));
      else rows.add(row);
    }
  }
}

function toggle(rows: Set<DeliveryRow>, row: DeliveryRow, isMember: boolean): void {
  if (isMember) rows.add(row);
  else if (rows.size > 0) rows.delete(row);
}
