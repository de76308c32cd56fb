import type { MaybePromise } from "../core/directory.ts";
import type { Permit } from "../core/permit.ts";

/**
 * Where permits come from: the host's database, a ledger, or `memoryPermits`.
 *
 * It may return more than was asked for; everything is filtered again. It may not return less: what it leaves out is
 * answered as "no permit". A source that filters by time itself must reach back `graceMinutes`.
 */
export type FindPermits = (query: PermitQuery) => MaybePromise<Iterable<Permit> | AsyncIterable<Permit>>;

/** What the handler asks a permit source. */
export interface PermitQuery {
  readonly companyId: string;
  /** Canonical numbers, the one that was typed first. More than one only with `plateMatching: "ocr"`. */
  readonly plateNumbers: readonly string[];
  /** At least one. Places where the provider is switched on and that the credential may ask about. */
  readonly locationIds: readonly string[];
  /** The instant that the question is about. */
  readonly at: Date;
  /** Aborted when the asking client has gone or the deadline has passed. Made when it is first read. */
  readonly signal: AbortSignal;
}
