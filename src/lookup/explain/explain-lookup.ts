import { fieldError } from "../../core/fields.ts";
import { parseInstant } from "../../core/instant.ts";
import type { LookupAudit } from "../audit.ts";
import { type LookupSettings, type PermitLookupOptions, readLookupOptions } from "../options.ts";
import { summarizeOutcome } from "../outcome.ts";
import { isPlateHash } from "../redact.ts";
import { considerPermits } from "./consider-permits.ts";
import { describeList, describeRecord, describeUnasked } from "./describe-record.ts";
import { describePolicy, describeReplay } from "./describe-replay.ts";
import type { LookupExplanation, LookupQuestion } from "./explanation.ts";
import { isAudit, readQuestion, readRecordedQuestion } from "./read-question.ts";
import { type AskedAgain, decideAgain, decideListAgain, findLookAlike, type Replay } from "./replay.ts";

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
  return explainReplay(await decideAgain(settings, question), question);
}

/** Explains a record. @throws EnforcementError `invalid_input` for a record of another version or provider */
async function explainRecord(record: LookupAudit, settings: LookupSettings): Promise<LookupExplanation> {
  if (record.v !== 1)
    throw fieldError("record.v", "must be 1; records of other versions are not understood.");
  if (record.providerId !== settings.provider.id) {
    throw fieldError(
      "record.providerId",
      "is another provider's; give the options of the handler that made the record.",
    );
  }
  if (!canBeAskedAgain(record)) return explainUnasked(record);
  return record.parts === undefined
    ? explainOne(record, settings)
    : explainList(record, record.parts, settings);
}

/** Whether a record holds an answer and its unredacted query. */
function canBeAskedAgain({ status, asked, companyId, parts }: LookupAudit): boolean {
  if (status === "refused" || status === "served" || companyId === undefined) return false;
  if (parts !== undefined) return parts.length > 0 && parts.every(canBeAskedAgain);
  return asked !== undefined && ![asked.place?.value].flat().some(isRedacted);
}

function isRedacted(text: unknown): boolean {
  return typeof text === "string" && isPlateHash(text);
}

function explainUnasked(record: LookupAudit): LookupExplanation {
  const recorded = recordedIn(record);
  return { ...recorded, sentences: describeUnasked(record), considered: [], recorded };
}

async function explainOne(record: LookupAudit, settings: LookupSettings): Promise<LookupExplanation> {
  const question = readRecordedQuestion(record, settings, "record");
  const asked = { ...question, at: parseInstant(record.at, "record.at") };
  return explainReplay(await decideAgain(settings, asked), asked, record);
}

/** Explains the record of a list: the sentences of its plates, then those of the list. */
async function explainList(
  record: LookupAudit,
  parts: readonly LookupAudit[],
  settings: LookupSettings,
): Promise<LookupExplanation> {
  const questions = parts.map((part, index) =>
    readRecordedQuestion(part, settings, `record.parts[${index}]`),
  );
  const [first] = questions;
  if (first === undefined) return explainUnasked(record);
  const at = parseInstant(record.at, "record.at");
  const queries = questions.map(({ query }) => query);
  const replay = await decideListAgain(settings, queries, { credential: first.credential, at });
  const explained: LookupExplanation[] = [];
  for (const [index, question] of questions.entries()) {
    const [part, partReplay] = [parts[index], replay.parts[index]];
    if (part !== undefined && partReplay !== undefined) {
      explained.push(await explainReplay(partReplay, { ...question, at }, part));
    }
  }
  const { status: answer, reason } = summarizeOutcome(replay.outcome);
  return {
    answer,
    reason,
    sentences: [...explained.flatMap(({ sentences }) => sentences), ...describeList(record)],
    considered: explained.flatMap(({ considered }) => considered),
    recorded: recordedIn(record),
  };
}

async function explainReplay(
  replay: Replay,
  asked: AskedAgain,
  record?: LookupAudit,
): Promise<LookupExplanation> {
  const considered = await considerPermits(replay);
  const lookAlike = await findLookAlike(replay, asked);
  const { status: answer, reason } = summarizeOutcome(replay.outcome);
  const sentences = describeReplay(replay, considered, lookAlike);
  if (record === undefined) {
    return { answer, reason, sentences: [...sentences, ...describePolicy(replay)], considered };
  }
  return {
    answer,
    reason,
    sentences: [...sentences, ...describeRecord(record, { answer, reason }, considered)],
    considered,
    recorded: recordedIn(record),
  };
}

function recordedIn({ status, reason }: LookupAudit): Required<LookupExplanation>["recorded"] {
  return { answer: status, reason };
}
