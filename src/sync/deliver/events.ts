import type { EnforcementErrorCode } from "../../core/errors.ts";
import { ignorePromise } from "../../core/maybe-promise.ts";
import type { ClockReference } from "../clock/clock-watch.ts";

/**
 * Something that happened in durable sync. It never holds a plate, a name or a secret. New types may come in a minor
 * version; what stands here stays.
 */
export type SyncEvent = { readonly at: Date } & (
  | AcknowledgedEvent
  | RefusedEvent
  | HeldEvent
  | UnmappedEvent
  | ProviderDownEvent
  | ProviderUpEvent
  | RequestStuckEvent
  | DirectoryEvent
  | LedgerEvent
  | ClockEvent
  | ClockLeaptEvent
  | ErasedEvent
);

/** Which right it is about. */
interface AboutRight {
  readonly providerId: string;
  readonly companyId: string;
  readonly permitId: string;
  readonly locationId: string;
  readonly operation: "register" | "amend" | "cancel";
}

/** A vendor carried out an operation. */
export interface AcknowledgedEvent extends AboutRight {
  readonly type: "acknowledged";
}

/**
 * A vendor refused an operation for good, or it could not be sent as it is. It is in `failures()` now. A registration that
 * is sent again by itself, because another right existed, is told of once.
 */
export interface RefusedEvent extends AboutRight {
  readonly type: "refused";
  /** For `retry` and `dismiss`. */
  readonly key: string;
  readonly code: EnforcementErrorCode;
  readonly status?: number;
  readonly vendorCode?: string;
}

/**
 * An operation got a reply that cannot be read (`invalid_response`), or cannot be put on the wire (`invalid_config`). It
 * waits and is tried again, ever more slowly: each time.
 */
export interface HeldEvent extends AboutRight {
  readonly type: "held";
  readonly code: EnforcementErrorCode;
  readonly status?: number;
  readonly vendorCode?: string;
}

/** A permit is for locations that have the provider switched on and no target, or that the directory does not know. */
export interface UnmappedEvent {
  readonly type: "unmapped";
  readonly providerId: string;
  readonly companyId: string;
  readonly permitId: string;
  readonly locationIds: readonly string[];
}

/** A vendor cannot be used: once, until `provider_up`. */
export interface ProviderDownEvent {
  readonly type: "provider_down";
  readonly providerId: string;
  readonly code: EnforcementErrorCode;
  readonly status?: number;
}

/** A vendor that was down is back: it answered an operation, or `checkConnection` where none was left to be sent. */
export interface ProviderUpEvent {
  readonly type: "provider_up";
  readonly providerId: string;
  readonly downMs: number;
}

/**
 * A provider did not end a request a second after its signal aborted: once for each such request. Its place is free for
 * others, and its operations are repeated. `status()` counts those that have not ended since, as `stuck`.
 */
export interface RequestStuckEvent {
  readonly type: "request_stuck";
  readonly providerId: string;
  readonly operation: "register" | "amend" | "cancel" | "checkConnection";
  /** How many operations travelled in it; 1 for `checkConnection`. */
  readonly count: number;
}

/**
 * The host's directory cannot be read, and deliveries wait: those of a location that is named, else all of the company.
 * Once for each, until it is back; again when another field is wrong.
 */
export interface DirectoryEvent {
  readonly type: "directory_failed" | "directory_recovered";
  readonly companyId: string;
  /** The location that cannot be read. The deliveries of the company's other locations go on. */
  readonly locationId?: string;
  /** In the place of `locationId` where the location has none that can be read: its place in the list, from 0. */
  readonly locationIndex?: number;
  /**
   * What cannot be read: `providers["passport"].enabled` of the location that is named, else `company.providers`,
   * `listLocations` and the like. Absent: the directory threw, or did not answer within 10 seconds.
   */
  readonly field?: string;
  /** What is wrong with it, and the remedy; there where `field` is. */
  readonly message?: string;
}

/** The ledger fails, and nothing is recorded or delivered: once, until it is back. */
export interface LedgerEvent {
  readonly type: "ledger_failed" | "ledger_recovered";
}

/** The host's clock gives no valid Date, and time goes on from the last one that it gave: once, until it is back. */
export interface ClockEvent {
  readonly type: "clock_failed" | "clock_recovered";
}

/**
 * The clock shows another time than it should, by more than five minutes, or it may: what cannot be undone waits for 24
 * hours of steady time. Each time.
 */
export interface ClockLeaptEvent {
  readonly type: "clock_leapt";
  /** By how much it is off, in milliseconds; below 0: behind. */
  readonly byMs: number;
  /**
   * What says so: `monotonic`, the time that has passed in this process; `ledger`, the latest instant there, a day or more
   * before this start (a process that was away as long looks the same).
   */
  readonly against: ClockReference;
}

/** What was personal in permits that were over for long enough, or to be forgotten, is gone. */
export interface ErasedEvent {
  readonly type: "erased";
  /** How many permits. */
  readonly count: number;
}

type WithoutInstant<Event> = Event extends unknown ? Omit<Event, "at"> : never;

/** Tells the host's listener of something that happened now. */
export type Emit = (event: WithoutInstant<SyncEvent>) => void;

/** What a listener throws is its own affair: it must not turn a delivered permit into a failure. */
export function createEmit(listener: ((event: SyncEvent) => void) | undefined, now: () => Date): Emit {
  if (listener === undefined) return () => {};
  return (event) => {
    try {
      ignorePromise(listener({ ...event, at: now() } as SyncEvent));
    } catch {}
  };
}
