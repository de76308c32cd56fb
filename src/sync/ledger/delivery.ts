import type { Receipt } from "../../core/registration/receipt.ts";
import type { StoredRegistration } from "../../core/registration/registration.ts";

/** One permit at one push provider. */
export interface DeliveryId {
  readonly providerId: string;
  readonly permitId: string;
}

/**
 * What one vendor has of one permit: the acknowledged rights, and what was on its way when we last wrote. Plain JSON;
 * it holds plates.
 */
export interface Delivery {
  /** Version of this shape. */
  readonly v: 1;
  /** Rights that the vendor has or may have. */
  readonly rights: readonly Right[];
  /**
   * Rights that were cancelled, or were over, each as it was then: a cancelled one with its `cancel`. They are remembered for
   * a day, and for as long as the clock is not believed: a clock that was ahead may have ended them. Absent: there are none.
   */
  readonly ended?: readonly Right[];
  /** Identities that were used before (`identityOf`), so that taking one up again becomes a new generation. */
  readonly used: readonly string[];
  /** The highest generation that was used; -1 for none. After erasure nothing else is left of `used`. */
  readonly generation: number;
  /** Whether `used` was erased: then every identity counts as used. */
  readonly erased?: true;
  /** ISO instant of the last decision. A clock that shows less is behind what was decided. */
  readonly decidedAt: string | null;
  /** Locations of the permit that have the provider switched on and no target, or that the directory does not know. */
  readonly unmapped: readonly string[];
}

/** One registration in one generation. */
export interface Right {
  /** Our reference of the registration, generation included: the same in every attempt. */
  readonly reference: string;
  /** As it was last asked for. */
  readonly registration: StoredRegistration;
  /** What the vendor acknowledged last; null while its first `register` is open. */
  readonly receipt: Receipt | null;
  /** What was or is being sent and has no known end. */
  readonly intent: Intent | null;
  /**
   * ISO instant until which the vendor may have it beside what `receipt` and `intent` say: an end that was asked for
   * without a known answer, before another one was asked for. Absent: no such end. Over with the next receipt.
   */
  readonly mayLastUntil?: string;
  /**
   * The vendor said that it does not have it, although it acknowledged it: it is registered again under its reference.
   * Over with the next receipt.
   */
  readonly lost?: true;
  /**
   * ISO instant at which an open-ended one is extended, where the vendor covered too little for the usual instant. Absent:
   * as usual. Over with the next receipt.
   */
  readonly extendAt?: string;
  /**
   * It is cancelled, or was, so that another right may take its plate and target: it is registered again, as a new
   * generation, if that one is refused. Over with the next receipt.
   */
  readonly gaveWay?: true;
  /** What the vendor refused. Cleared by another wish, by `retry`, or kept without the operation by `dismiss`. */
  readonly failure: Refusal | null;
}

/** An operation that was decided, written down before its first byte is sent. */
export interface Intent {
  readonly operation: "register" | "amend" | "cancel";
  /** ISO instant at which it was decided; every repeat carries it. */
  readonly at: string;
  /** The end asked for by `register` and `amend`. */
  readonly validTo: string | null;
  /** How often it was sent without a known end. */
  readonly attempts: number;
  /** ISO instant before which it is not sent again; null: at once. */
  readonly notBefore: string | null;
  /**
   * How long it was to wait when `notBefore` was set, in milliseconds. A wait that is longer by the clock was set before
   * the clock went back, and is over. Absent: the longest wait there is.
   */
  readonly waitMs?: number;
  /** How often it ended without an answer of its own in a row, sent or not. Absent: never. */
  readonly tries?: number;
  /** How often it was sent again by itself after `already_exists`. Absent: never. */
  readonly repeats?: number;
}

/** An operation that the vendor refused for good, or that cannot be sent as it is. */
export interface Refusal {
  readonly operation: Intent["operation"];
  readonly validTo: string | null;
  /** ISO instant. */
  readonly failedAt: string;
  readonly code: string;
  readonly message: string;
  readonly status?: number;
  readonly vendorCode?: string;
  readonly vendorMessage?: string;
  /** Another right is in the way. Absent: refused for another reason. */
  readonly reason?: "already_exists";
  /** With `reason`: ISO instant at which it is sent again by itself. */
  readonly retryAt?: string;
  /** With `reason`: how often it was sent again by itself before. Absent: never. */
  readonly repeats?: number;
  /** With `reason`: an acknowledged right of this permit was at its plate and target. */
  readonly behind?: true;
  /** A person looked at it and lets it be: it is not listed, and not tried again until the wish changes. */
  readonly dismissed?: true;
}

/** A refusal as hosts see it. */
export interface Failure extends Refusal {
  /** For `retry` and `dismiss`: the right's reference. */
  readonly key: string;
  readonly locationId: string;
  readonly target: string;
}

/** A permit's delivery before anything was sent. */
export const NO_DELIVERY: Delivery = Object.freeze({
  ...{ v: 1 as const, rights: [], used: [], generation: -1, decidedAt: null, unmapped: [] },
});
