import type { MaybePromise } from "../maybe-promise.ts";
import type { Permit } from "../permit/permit.ts";

/**
 * Where permits come from: the host's database, a ledger, or `memoryPermits`.
 *
 * It may return more than was asked for; everything is filtered again. It may not return less: what it leaves out is
 * answered as "no permit". A source that filters by time itself must reach back `graceMinutes`.
 */
export type FindPermits = (query: PermitQuery) => MaybePromise<Iterable<Permit> | AsyncIterable<Permit>>;

const CHECKED = Symbol("gives checked permits");

/** Marks a source that returns only permits which it checked and froze when it received them. */
export function markChecked(findPermits: FindPermits): FindPermits {
  return Object.defineProperty(findPermits, CHECKED, { value: true });
}

/** Whether the permits of a source need no second check. A function around a marked one is another source. */
export function givesCheckedPermits(findPermits: FindPermits): boolean {
  return Object.hasOwn(findPermits, CHECKED);
}

/** What the handler asks a permit source. */
export interface PermitQuery {
  readonly companyId: string;
  /**
   * Canonical numbers, the one that was typed first. More than one only with `plateMatching: "ocr"`, and where the
   * dialect asks about a list of plates at once.
   */
  readonly plateNumbers: readonly string[];
  /** At least one. Places where the provider is switched on and that the credential may ask about. */
  readonly locationIds: readonly string[];
  /** The instant that the question is about. */
  readonly at: Date;
  /**
   * Aborted when the asking client has gone or the deadline has passed. Made when it is first read; a copy of the query
   * made with `{ ...query }` does not have it.
   */
  readonly signal: AbortSignal;
}
