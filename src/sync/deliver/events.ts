import type { EnforcementErrorCode } from "../../core/errors.ts";
import { notify } from "../../core/maybe-promise.ts";
import type { ClockReference } from "../clock/clock-watch.ts";

/**
 * Something that happened in durable sync. It never holds a plate, a name or a secret. A minor version may add types;
 * documented types and fields stay.
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

/** The registration and operation that an event is about. */
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
 * A vendor refused an operation for good, or the operation cannot be sent as it is. It is listed by `failures()`.
 * Emitted once for a registration that sync repeats because another right exists (`already_exists`).
 */
export interface RefusedEvent extends AboutRight {
  readonly type: "refused";
  /** The key for `retry` and `dismiss`. */
  readonly key: string;
  readonly code: EnforcementErrorCode;
  readonly status?: number;
  readonly vendorCode?: string;
}

/**
 * The reply to an operation could not be read (`invalid_response`), or the operation could not be put on the wire
 * (`invalid_config`). Sync tries it again after 1 second, then twice as long each time, at most 10 minutes. Emitted at
 * each attempt.
 */
export interface HeldEvent extends AboutRight {
  readonly type: "held";
  readonly code: EnforcementErrorCode;
  readonly status?: number;
  readonly vendorCode?: string;
}

/** A permit has locations where the provider is enabled without a target, or that the directory does not know. */
export interface UnmappedEvent {
  readonly type: "unmapped";
  readonly providerId: string;
  readonly companyId: string;
  readonly permitId: string;
  readonly locationIds: readonly string[];
}

/** A provider's breaker opened. Emitted once, until `provider_up`. */
export interface ProviderDownEvent {
  readonly type: "provider_down";
  readonly providerId: string;
  readonly code: EnforcementErrorCode;
  readonly status?: number;
}

/** A vendor that was down answered an operation, or `checkConnection` where no operation was left to send. */
export interface ProviderUpEvent {
  readonly type: "provider_up";
  readonly providerId: string;
  /** How long the vendor was down, in milliseconds. */
  readonly downMs: number;
}

/**
 * A provider did not end a request within a second after its signal aborted. Emitted once per request. Sync frees the
 * request's place for others and repeats its operations. `stuck` in `status()` counts the requests that have not ended
 * since, and `stuckRequests` names them.
 */
export interface RequestStuckEvent {
  readonly type: "request_stuck";
  readonly providerId: string;
  readonly operation: "register" | "amend" | "cancel" | "checkConnection";
  /** How many operations the request carried; 1 for `checkConnection`. */
  readonly count: number;
}

/**
 * The host's directory cannot be read (`directory_failed`), or can be read again (`directory_recovered`). Meanwhile
 * deliveries wait: those of the named location, or all of the company when none is named. Emitted once for each company
 * or location until it recovers, and again when a different field is wrong.
 */
export interface DirectoryEvent {
  readonly type: "directory_failed" | "directory_recovered";
  readonly companyId: string;
  /** The location that cannot be read. Deliveries of the company's other locations go on. */
  readonly locationId?: string;
  /** The location's index in the list, from 0. Replaces `locationId` when the location has no readable id. */
  readonly locationIndex?: number;
  /**
   * The field that cannot be read: `providers["passport"].enabled` of the named location, or `company.providers`,
   * `listLocations` and the like. Absent: the directory threw, or did not answer within 10 seconds.
   */
  readonly field?: string;
  /** What is wrong with the field, and the remedy. Present when `field` is. */
  readonly message?: string;
}

/**
 * The ledger fails, so that nothing is recorded or delivered (`ledger_failed`), or works again (`ledger_recovered`).
 * Emitted once each.
 */
export interface LedgerEvent {
  readonly type: "ledger_failed" | "ledger_recovered";
}

/**
 * The host's clock gives no valid Date, and sync uses the last valid one (`clock_failed`), or gives one again
 * (`clock_recovered`). Emitted once each.
 */
export interface ClockEvent {
  readonly type: "clock_failed" | "clock_recovered";
}

/**
 * The clock differs, or may differ, from the true time by more than five minutes. Whatever cannot be undone waits for
 * 24 hours of steady time. Emitted at each leap.
 */
export interface ClockLeaptEvent {
  readonly type: "clock_leapt";
  /** How far the clock is off, in milliseconds; negative: behind. */
  readonly byMs: number;
  /**
   * What the clock was compared with. `monotonic`: the time passed in this process. `ledger`: the latest instant in the
   * ledger, when that is more than a day before this start; a process that was away that long looks the same.
   */
  readonly against: ClockReference;
}

/** Personal data was erased from permits that ended longer ago than `retentionMs`, or that were forgotten. */
export interface ErasedEvent {
  readonly type: "erased";
  /** How many permits. */
  readonly count: number;
}

type WithoutInstant<Event> = Event extends unknown ? Omit<Event, "at"> : never;

/** Emits an event with the current instant to the host's listener. */
export type Emit = (event: WithoutInstant<SyncEvent>) => void;

/** Ignores what the listener throws: it must not turn a delivered permit into a failure. */
export function createEmit(listener: ((event: SyncEvent) => void) | undefined, now: () => Date): Emit {
  if (listener === undefined) return () => {};
  const tell = (event: WithoutInstant<SyncEvent>) => listener({ ...event, at: now() } as SyncEvent);
  return (event) => notify(tell, event);
}

/** Emits `ledger_failed` once when the ledger fails, and `ledger_recovered` once when it works again. */
export class LedgerHealth {
  readonly #emit: Emit;
  #isWell = true;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** Notes whether a call succeeded. */
  note(isWell: boolean): void {
    if (isWell === this.#isWell) return;
    this.#isWell = isWell;
    this.#emit({ type: isWell ? "ledger_recovered" : "ledger_failed" });
  }
}
