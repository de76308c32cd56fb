import type { Permit } from "../../core/permit/permit.ts";
import type { Delivery, DeliveryId } from "../ledger/delivery.ts";
import { encodeDelivery } from "../ledger/delivery-document.ts";
import type { ClaimedDelivery, DeliveryUpdate } from "../ledger/ledger.ts";
import type { Desired } from "../plan/desired.ts";

/** A delivery that this process is working on. */
export interface Work extends DeliveryId {
  readonly companyId: string;
  readonly dueSince: Date;
  readonly isForgotten: boolean;
  /** Locations without a target, when it was claimed. */
  readonly unmappedBefore: readonly string[];
  /** Of a permit that counts, until it is known what follows from it: many are in hand at a time. */
  permit: Permit | undefined;
  /** Undefined until the directory has answered. */
  desired: Desired | undefined;
  /** What goes back to the ledger. */
  delivery: Delivery;
  /** What the ledger has of it, as far as this process knows. */
  written: Delivery;
  /** What is being written of it. */
  writing: Delivery | undefined;
  /** The claim that it goes back with. */
  version: number;
  /** When the claim was asked for, by the monotonic clock: one that is set must not make it look younger. */
  claimedAt: number;
  /** Operations that wait for a request, or for the end of one. */
  outstanding: number;
  /** Whether the permit or its company is another by now, as far as we know: then it must be claimed anew. */
  isStale: boolean;
  /** Whether its claim was over when it was written. What is under way of it is let be: it is decided under another claim. */
  isLost: boolean;
  /** Whether a vendor was asked anything. */
  wasSent: boolean;
  /** The claim that took it anew while it was being worked on. */
  reclaimed?: ClaimedDelivery;
}

/** A delivery that was claimed. */
export function createWork(claimed: ClaimedDelivery, claimedAt: number): Work {
  const { providerId, permitId, companyId, dueSince, stored, delivery, version } = claimed;
  // Written one by one, as in all that is made of every delivery: spreading takes several times as long.
  return {
    providerId,
    permitId,
    companyId,
    dueSince,
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

/** What is written of it; with `release`, it is given back. */
export function toUpdate(work: Work, release?: DeliveryUpdate["release"]): DeliveryUpdate {
  const { providerId, permitId, delivery, version } = work;
  if (release === undefined) return { providerId, permitId, delivery, version };
  return { providerId, permitId, delivery, version, release };
}

/** Whether something is on its way that nobody refused. */
export function hasOpenIntent({ delivery }: Work): boolean {
  return delivery.rights.some(({ intent, failure }) => intent !== null && failure === null);
}

/** Whether the ledger has of a delivery what this process wrote last, or is just writing. */
export function isAsWritten({ written, writing }: Work, claimed: ClaimedDelivery): boolean {
  if (claimed.delivery === written || claimed.delivery === writing) return true;
  const found = encodeDelivery(claimed.delivery, claimed);
  const isFound = (delivery: Delivery) => encodeDelivery(delivery, claimed) === found;
  return isFound(written) || (writing !== undefined && isFound(writing));
}
