import type { Permit } from "../../core/permit/permit.ts";
import type { DeliveryId, ProviderState, RegistrationState } from "../ledger/delivery.ts";
import { encodeDelivery } from "../ledger/delivery-document.ts";
import type { ClaimedDelivery, DeliveryUpdate } from "../ledger/ledger.ts";
import type { HeldDeliveries } from "../pace/claim-window.ts";
import type { Desired } from "../plan/desired.ts";

/** A delivery that this process is working on. */
export interface Work extends DeliveryId {
  readonly companyId: string;
  readonly dueSince: Date;
  /** Whether its operations go before those of other deliveries. */
  readonly isUrgent: boolean;
  readonly isForgotten: boolean;
  /** The locations without a target at the time of the claim. */
  readonly unmappedBefore: readonly string[];
  /**
   * The active permit until its registrations are derived: a backfill holds many works at a time, and frees it early.
   */
  permit: Permit | undefined;
  /** Undefined until the directory has answered. */
  desired: Desired | undefined;
  /** The current state, which is written to the ledger. */
  delivery: ProviderState;
  /** The state in the ledger, as far as this process knows. */
  written: ProviderState;
  /** The state that is being written. */
  writing: ProviderState | undefined;
  /** The version of the claim, which goes back with the update. */
  version: number;
  /** When the claim was requested, by the monotonic clock: setting the clock must not make the claim look younger. */
  claimedAt: number;
  /** Operations that are queued or in an open request. */
  outstanding: number;
  /** Whether the permit or its company has changed since the claim: it must be claimed again. */
  isStale: boolean;
  /** Whether a write found the claim over. The results of its open operations are ignored; the new claim decides. */
  isLost: boolean;
  /** Whether an operation was sent to the vendor. */
  wasSent: boolean;
  /** The newer claim, made during the work. */
  reclaimed?: ClaimedDelivery;
}

/** A delivery that was claimed. */
export function createWork(claimed: ClaimedDelivery, claimedAt: number): Work {
  const { providerId, permitId, companyId, dueSince, isUrgent, stored, delivery, version } = claimed;
  // Field by field, as for every object that is made per delivery: spreading takes several times as long.
  return {
    providerId,
    permitId,
    companyId,
    dueSince,
    isUrgent,
    isForgotten: stored?.state === "forgotten",
    unmappedBefore: delivery.unmapped,
    permit: stored?.state === "active" ? stored.permit : undefined,
    desired: undefined,
    delivery,
    written: delivery,
    writing: undefined,
    version,
    claimedAt,
    outstanding: 0,
    isStale: false,
    isLost: false,
    wasSent: false,
  };
}

/** The update to write; with `release`, it releases the delivery. */
export function toUpdate(work: Work, release?: DeliveryUpdate["release"]): DeliveryUpdate {
  const { providerId, permitId, delivery, version } = work;
  if (release === undefined) return { providerId, permitId, delivery, version };
  return { providerId, permitId, delivery, version, release };
}

/** The right of a work with a reference; undefined when nothing is kept of it. */
export function findRight({ delivery }: Work, reference: string): RegistrationState | undefined {
  return delivery.rights.find((right) => right.reference === reference);
}

/** Whether an operation is open that was not refused. */
export function hasOpenIntent({ delivery }: Work): boolean {
  return delivery.rights.some(({ intent, failure }) => intent !== null && failure === null);
}

/** Whether the ledger's state of a delivery is the one that this process wrote last, or is writing. */
export function isAsWritten({ written, writing }: Work, claimed: ClaimedDelivery): boolean {
  if (claimed.delivery === written || claimed.delivery === writing) return true;
  const found = encodeDelivery(claimed.delivery, claimed);
  const isFound = (delivery: ProviderState) => encodeDelivery(delivery, claimed) === found;
  return isFound(written) || (writing !== undefined && isFound(writing));
}

interface Cell {
  work: Work | undefined;
}

/**
 * Works by permit id; a deleted work is freed at once. A Map that is filled and emptied all the time leaves a chain of
 * old tables behind, each of which holds its entries until a full garbage collection. By then that is a hundred times
 * the current works, and every small collection copies it.
 */
export class WorkTable {
  readonly #cells = new Map<string, Cell>();
  readonly #held: HeldDeliveries;

  constructor(held: HeldDeliveries) {
    this.#held = held;
  }

  get size(): number {
    return this.#cells.size;
  }

  get(permitId: string): Work | undefined {
    return this.#cells.get(permitId)?.work;
  }

  set(permitId: string, work: Work): void {
    if (!this.#cells.has(permitId)) this.#held.add(1);
    this.#cells.set(permitId, { work });
  }

  delete(permitId: string): void {
    const cell = this.#cells.get(permitId);
    if (cell === undefined) return;
    cell.work = undefined;
    this.#cells.delete(permitId);
    this.#held.add(-1);
  }

  clear(): void {
    for (const permitId of this.#cells.keys()) this.delete(permitId);
  }

  *values(): Iterable<Work> {
    for (const { work } of this.#cells.values()) if (work !== undefined) yield work;
  }
}
