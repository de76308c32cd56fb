import type { Receipt, Registration } from "../../core/registration/registration.ts";

/** One permit at one push provider. */
export interface DeliveryId {
  readonly providerId: string;
  readonly permitId: string;
}

/**
 * What one vendor has of one permit: the acknowledged rights, and the operations that were open at the last write.
 * Plain JSON; it holds plates.
 */
export interface ProviderState {
  /** Version of this shape. */
  readonly v: 1;
  /** Rights that the vendor has or may have. */
  readonly rights: readonly RegistrationState[];
  /**
   * Rights that were cancelled or are over, each in its last state: a cancelled one with its `cancel`. They are kept
   * for a day, and while the clock is not trusted, because a clock that was ahead may have ended them too early.
   * Absent: there are none.
   */
  readonly ended?: readonly RegistrationState[];
  /**
   * Rights that the vendor ended for a cancellation, oldest first: the last 20, for as long as the
   * permit is kept. Nothing is decided by them. Absent: there are none.
   */
  readonly withdrawn?: readonly WithdrawnRight[];
  /** References in generation 0 that were used before. Registering one of them again takes a new generation. */
  readonly used: readonly string[];
  /** The highest generation that was used; -1 for none. Erasure keeps it and drops `used`. */
  readonly generation: number;
  /** Whether `used` was erased. Every registration then counts as used before. */
  readonly erased?: true;
  /** ISO instant of the last decision. A clock that shows an earlier instant is behind it. */
  readonly decidedAt: string | null;
  /** Locations of the permit where the provider is enabled without a target, or that the directory does not know. */
  readonly unmapped: readonly string[];
}

/** The most withdrawn rights that one delivery remembers. */
export const MAX_WITHDRAWN = 20;

/** A right that the vendor ended. */
export interface WithdrawnRight {
  readonly reference: string;
  readonly locationId: string;
  readonly target: string;
  readonly plate: Registration["plate"];
  /** ISO instant at which the vendor's answer came. */
  readonly at: string;
}

/** One registration in one generation. */
export interface RegistrationState {
  /** The registration's reference, generation included. Every attempt carries the same one. */
  readonly reference: string;
  /** The registration as it was last sent or decided. */
  readonly registration: Registration;
  /** The vendor's last acknowledgement; null while the first `register` is open. */
  readonly receipt: Receipt | null;
  /**
   * ISO instant at which the vendor first acknowledged the right. Absent without a receipt, and in documents that were
   * written before this was kept.
   */
  readonly acknowledgedAt?: string;
  /** The open operation: decided, and without a known result. */
  readonly intent: Intent | null;
  /**
   * ISO instant until which the vendor may have the right, beyond `receipt` and `intent`: an end whose request got no
   * known answer before another end was decided. Absent: there is no such end. The next receipt clears it.
   */
  readonly mayLastUntil?: string;
  /**
   * The vendor acknowledged the right and now says that it does not have it. It is registered again under its
   * reference. The next receipt clears it.
   */
  readonly lost?: true;
  /**
   * ISO instant at which an open-ended right is extended, where the vendor covered too little for the usual instant.
   * Absent: the usual instant. The next receipt clears it.
   */
  readonly extendAt?: string;
  /**
   * The right is, or was, cancelled so that another right can take its plate and target. It is registered again, as a
   * new generation, if that other right is refused. The next receipt clears it.
   */
  readonly gaveWay?: true;
  /** What `reconcile` or `reassert` wants to be sent again. Absent: nothing. The outcome clears it. */
  readonly repair?: Repair;
  /**
   * The vendor's last refusal. Cleared by a changed permit or mapping and by `retry`. `dismiss` keeps it and gives up
   * the operation.
   */
  readonly failure: Refusal | null;
}

/** An acknowledged right that is to be sent again as it was acknowledged. */
export interface Repair {
  /** `register`: the right is registered again. `amend`: its acknowledged end is stated again. */
  readonly operation: "register" | "amend";
  /**
   * What happens when the vendor refuses to register it again. `replace`: the vendor does not have it, so the next
   * generation is registered. `keep`: the vendor has it and takes no repeats, so the right stays as it was
   * acknowledged; events do not mention the repeat.
   */
  readonly whenRefused: "replace" | "keep";
  /** The refusal of another end that stood before the repair was decided, and stands again after it. Absent: none. */
  readonly failure?: Refusal;
}

/** A decided operation, written to the ledger before its first byte is sent. */
export interface Intent {
  readonly operation: "register" | "amend" | "cancel";
  /** ISO instant of the decision. Every repeat carries it. */
  readonly at: string;
  /** The end that `register` or `amend` asks for. */
  readonly validTo: string | null;
  /** How often it was sent without a known result. */
  readonly attempts: number;
  /**
   * ISO instant before which it is not sent again. Null: it may have been sent since the last write, or may be sent at
   * once.
   */
  readonly notBefore: string | null;
  /**
   * The length of the wait when `notBefore` was set, in milliseconds. A wait that is longer by the clock was set before
   * the clock went back, and is over. Absent: the longest wait there is.
   */
  readonly waitMs?: number;
  /** How often in a row an attempt ended without an answer about this operation, sent or not. Absent: never. */
  readonly tries?: number;
  /** How often sync sent it again after `already_exists`. Absent: never. */
  readonly repeats?: number;
  /** What was wrong with its last attempt. Absent: it was not tried, or nothing is known of it. */
  readonly trouble?: Trouble;
}

/** Why an attempt has not led to a result. It passes, or sync takes it to pass. */
export interface Trouble {
  /** ISO instant. */
  readonly at: string;
  readonly code: string;
  readonly message: string;
  readonly status?: number;
  readonly vendorCode?: string;
  readonly vendorMessage?: string;
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
  /** The field that could not be used. Absent: the error named none. */
  readonly field?: string;
  /** Another right holds the plate and target. Absent: refused for another reason. */
  readonly reason?: "already_exists";
  /** Only with `reason`: ISO instant at which sync sends the registration again. */
  readonly retryAt?: string;
  /** Only with `reason`: how often sync had sent it again before. Absent: never. */
  readonly repeats?: number;
  /** Only with `reason`: an acknowledged right of the same permit had the plate and target. */
  readonly behind?: true;
  /** The host dismissed it. It is not listed, and not tried again until the permit or the mapping changes. */
  readonly dismissed?: true;
}

/** A refusal as `listFailures` gives it. */
export interface Failure extends Refusal {
  /** The right's reference, a part of the key for `retry` and `dismiss`. */
  readonly key: string;
  readonly locationId: string;
  readonly target: string;
}

/** A permit's delivery before the first operation. */
export const NO_DELIVERY: ProviderState = Object.freeze({
  v: 1 as const,
  rights: [],
  used: [],
  generation: -1,
  decidedAt: null,
  unmapped: [],
});
