import type { LookupPlace, LookupQuery } from "../../core/lookup/dialect.ts";
import type { StoredCredential } from "../../core/lookup/lookup-message.ts";
import type { LookupAudit } from "../audit.ts";
import type { Miss } from "../decide/match.ts";

/** A question for `explainLookup`. It needs either `credential` or `companyId`. */
export interface LookupQuestion extends LookupQuery {
  /** The credential that asks: a stored one, or its company and locations. */
  readonly credential?: Pick<StoredCredential, "companyId" | "locationIds">;
  /** Short for a credential that may ask about all of this company's locations. */
  readonly companyId?: string;
  /** The plate as it was typed. */
  readonly plate: string;
  readonly region?: string;
  readonly place?: LookupPlace;
  /** The instant that the question is about, as a `Date` or ISO text with an offset. Default: now. */
  readonly at?: Date | string;
}

/** Why a question is answered as it is. It holds plates, as the audit does. */
export interface LookupExplanation {
  /**
   * The answer now, about the question's own instant. The record's own answer when the record cannot be replayed: the request
   * was refused, or its place is redacted.
   */
  readonly answer: LookupAudit["status"];
  readonly reason: LookupAudit["reason"];
  /** The whole explanation in words, in the order of the decision. */
  readonly sentences: readonly string[];
  /** Every permit of the company with this plate that the source returns, and whether and why it counts. */
  readonly considered: readonly ConsideredPermit[];
  /** The record's own answer. Absent when `explainLookup` got a question. */
  readonly recorded?: Pick<LookupAudit, "reason"> & { readonly answer: LookupAudit["status"] };
}

/** A permit that the source returned, and whether it counts. */
export interface ConsideredPermit {
  readonly permitId: string;
  readonly counts: boolean;
  /** In words, without the permit's id in front: `ended at 2026-11-21T14:00:00.000Z, 60 min before`. */
  readonly why: string;
  /** Why each plate of it at each of its locations does not match. Empty when the permit counts. */
  readonly misses: readonly Miss[];
}
