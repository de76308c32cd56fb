import { parseInstant } from "../../core/instant.ts";
import type { StoredCredential } from "../../core/lookup/credential.ts";
import type { LookupPlace, LookupQuery } from "../../core/lookup/dialect.ts";
import type { LookupAudit } from "../audit.ts";
import { type PermitLookupOptions, readLookupOptions } from "../options.ts";
import { summarizeOutcome } from "../outcome.ts";
import { type ConsideredPermit, considerPermits } from "./consider-permits.ts";
import { describePolicy, describeReplay } from "./describe-replay.ts";
import { explainRecord } from "./explain-record.ts";
import { isAudit, readQuestion } from "./read-question.ts";
import { decideAgain, findLookAlike } from "./replay.ts";

export type { ConsideredPermit } from "./consider-permits.ts";
export type { Replay } from "./replay.ts";

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

/**
 * Says in words why a lookup is answered as it is: for "why did she get a ticket?". It asks the same directory and
 * source through the same decision as the handler, about the question's own instant.
 *
 * ```ts
 * const { sentences } = await explainLookup(record, options); // a stored audit record, the handler's own options
 * const { answer } = await explainLookup({ companyId: "fundy", plate: "GXK 204" }, options);
 * ```
 *
 * Every record that the handler wrote can be explained. One that was refused, or that asked about no plate, is told as
 * it is, without asking again; a list is asked again as a list. A record with redacted plates needs the plate again:
 * `{ ...record, asked: { ...record.asked, plate } }`. Nothing is authenticated, throttled or reported to `onAnswer`.
 *
 * @throws EnforcementError `invalid_config` naming the option, `invalid_input` naming the part of the question: no
 * company, a record of another version, a plate that is a hash or is not the record's
 */
export async function explainLookup(
  asked: LookupQuestion | LookupAudit,
  options: PermitLookupOptions,
): Promise<LookupExplanation> {
  const settings = readLookupOptions(options, "explainLookup");
  if (isAudit(asked)) return explainRecord(asked, settings);
  const { query, credential, at: given } = readQuestion(asked);
  const question = { query, credential, at: parseInstant(given ?? settings.clock(), "at") };
  const replay = await decideAgain(settings, question);
  const considered = await considerPermits(replay);
  const lookAlike = await findLookAlike(replay, question);
  const { status: answer, reason } = summarizeOutcome(replay.outcome);
  return {
    answer,
    reason,
    sentences: [...describeReplay(replay, considered, lookAlike), ...describePolicy(replay)],
    considered,
  };
}
