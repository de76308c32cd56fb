import type { StoredCredential } from "../../core/lookup/credential.ts";
import type { LookupPlace, LookupQuery } from "../../core/lookup/dialect.ts";
import type { LookupAudit } from "../audit.ts";
import type { Miss } from "../decide/match.ts";

/** One question, to be explained. */
export interface LookupQuestion extends LookupQuery {
  /** Who asks: a stored credential, or what counts of it. Or give `companyId`. */
  readonly credential?: Pick<StoredCredential, "companyId" | "locationIds">;
  /** Short for a credential that may ask about all of this company's locations. */
  readonly companyId?: string;
  /** As it was typed. */
  readonly plate: string;
  readonly region?: string;
  readonly place?: LookupPlace;
  /** The instant that the question is about, as a `Date` or ISO text with an offset. Default: now. */
  readonly at?: Date | string;
}

/** Why a question is answered as it is. It holds plates, as the audit does. */
export interface LookupExplanation {
  /**
   * The answer to the question when it is asked now, about its own instant. What the record says, where it holds no
   * question that can be asked again: the request was refused, or the place that it asked about is redacted.
   */
  readonly answer: LookupAudit["status"];
  readonly reason: LookupAudit["reason"];
  /** The whole explanation in words, in the order in which things were decided. */
  readonly sentences: readonly string[];
  /** Every permit of the company with this plate that the source gives, and whether and why it counts. */
  readonly considered: readonly ConsideredPermit[];
  /** What was answered then. Absent when a question was given, not a record. */
  readonly recorded?: Pick<LookupAudit, "reason"> & { readonly answer: LookupAudit["status"] };
}

/** A permit that the source gave, and what became of it. */
export interface ConsideredPermit {
  readonly permitId: string;
  readonly counts: boolean;
  /** In words, without the permit's id in front: `ended at 2026-11-21T14:00:00.000Z, 60 min before`. */
  readonly why: string;
  /** The misses of its rights: a plate of it at a location of it. Empty when it counts. */
  readonly misses: readonly Miss[];
}
