import { parseInstant } from "../../core/instant.ts";
import type { LookupAudit } from "../audit.ts";
import { type PermitLookupOptions, readLookupOptions } from "../options.ts";
import { summarizeOutcome } from "../outcome.ts";
import { considerPermits } from "./consider-permits.ts";
import { describePolicy, describeReplay } from "./describe-replay.ts";
import { explainRecord } from "./explain-record.ts";
import type { LookupExplanation, LookupQuestion } from "./explanation.ts";
import { isAudit, readQuestion } from "./read-question.ts";
import { decideAgain, findLookAlike } from "./replay.ts";

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
