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
 * Explains in words why a lookup is answered as it is, for example after a challenged ticket. It calls the same directory and
 * source as the handler, decides by the same rules, and uses the question's own instant instead of now.
 *
 * ```ts
 * const { sentences } = await explainLookup(record, options); // a stored audit record, the handler's own options
 * const { answer } = await explainLookup({ companyId: "fundy", plate: "GXK 204" }, options);
 * ```
 *
 * Every record of the handler can be explained. A record of a refusal, or one without a plate, is described without a replay. A
 * list is replayed as a list. A record with redacted plates needs the plate:
 * `{ ...record, asked: { ...record.asked, plate } }`. `explainLookup` does not authenticate, does not throttle, and does not
 * call `onAnswer`.
 *
 * @throws EnforcementError `invalid_config` that names the option; `invalid_input` that names the part of the question: no
 * company, a record of another version or provider, a plate that is a hash or is not the record's
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
