import { fieldError } from "../../core/fields.ts";
import { parseInstant } from "../../core/instant.ts";
import type { LookupAudit } from "../audit.ts";
import type { LookupSettings } from "../options.ts";
import { summarizeOutcome } from "../outcome.ts";
import { isPlateHash } from "../redact.ts";
import { considerPermits } from "./consider-permits.ts";
import { describeList, describeRecord, describeUnasked } from "./describe-record.ts";
import { describeReplay } from "./describe-replay.ts";
import type { LookupExplanation } from "./explanation.ts";
import { type RecordedQuestion, readRecordedQuestion } from "./read-question.ts";
import { decideAgain, decideListAgain, findLookAlike, type Replay } from "./replay.ts";

/** Explains a record. @throws EnforcementError `invalid_input` for a record of another version or provider */
export async function explainRecord(
  record: LookupAudit,
  settings: LookupSettings,
): Promise<LookupExplanation> {
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
  return explainReplay(await decideAgain(settings, asked), record, question);
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
  const replay = await decideListAgain(
    settings,
    questions.map(({ query }) => query),
    { credential: first.credential, at: parseInstant(record.at, "record.at") },
  );
  const explained: LookupExplanation[] = [];
  for (const [index, question] of questions.entries()) {
    const [part, partReplay] = [parts[index], replay.parts[index]];
    if (part !== undefined && partReplay !== undefined) {
      explained.push(await explainReplay(partReplay, part, question));
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
  record: LookupAudit,
  { query, credential }: RecordedQuestion,
): Promise<LookupExplanation> {
  const considered = await considerPermits(replay);
  const lookAlike = await findLookAlike(replay, { query, credential, at: replay.inquiry.at });
  const { status: answer, reason } = summarizeOutcome(replay.outcome);
  return {
    answer,
    reason,
    sentences: [
      ...describeReplay(replay, considered, lookAlike),
      ...describeRecord(record, { answer, reason }, considered),
    ],
    considered,
    recorded: recordedIn(record),
  };
}

function recordedIn({ status, reason }: LookupAudit): Required<LookupExplanation>["recorded"] {
  return { answer: status, reason };
}
