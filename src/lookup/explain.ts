import type { StoredCredential } from "../core/credential.ts";
import type { LookupAnswer, LookupPlace, LookupQuery, LookupRefusal } from "../core/dialect.ts";
import { parseInstant } from "../core/instant.ts";
import { toOutcome } from "./answer.ts";
import type { LookupAudit } from "./audit.ts";
import { Deadline } from "./deadline.ts";
import { decideQuery } from "./decide.ts";
import { type ConsideredPermit, considerPermits } from "./explain-permit.ts";
import { isAudit, readQuestion } from "./explain-question.ts";
import { describeRecord, describeReplay, describeUnasked } from "./explain-words.ts";
import { Inquiry } from "./inquiry.ts";
import { type LookupSettings, type PermitLookupOptions, readLookupOptions } from "./options.ts";
import { findDecisive } from "./outcome.ts";

export type { ConsideredPermit } from "./explain-permit.ts";

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
  /** The answer to the question when it is asked now, about its own instant. */
  readonly answer: LookupAudit["status"];
  readonly reason: LookupAudit["reason"];
  /** The whole explanation in words, in the order in which things were decided. */
  readonly sentences: readonly string[];
  /** Every permit of the company with this plate that the source gives, and whether and why it counts. */
  readonly considered: readonly ConsideredPermit[];
  /** What was answered then. Absent when a question was given, not a record. */
  readonly recorded?: Pick<LookupAudit, "reason"> & { readonly answer: LookupAudit["status"] };
}

/** One run of the handler's own decision. */
export interface Replay {
  readonly settings: LookupSettings;
  readonly inquiry: Inquiry;
  readonly outcome: LookupAnswer | LookupRefusal;
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
 * A record with redacted plates needs the plate again: `{ ...record, asked: { ...record.asked, plate } }`. Nothing is
 * authenticated, throttled or reported to `onAnswer`.
 *
 * @throws EnforcementError `invalid_config` naming the option, `invalid_input` naming the part of the question: no
 * company, a record of another version, a plate that is a hash or is not the record's
 */
export async function explainLookup(
  asked: LookupQuestion | LookupAudit,
  options: PermitLookupOptions,
): Promise<LookupExplanation> {
  const settings = readLookupOptions(options, "explainLookup");
  if (isAudit(asked) && asked.parts !== undefined) return explainList(asked, asked.parts, options);
  const question = readQuestion(asked, settings);
  const record = isAudit(asked) ? asked : undefined;
  if (question === undefined) return explainUnasked(asked as LookupAudit);
  const { query, credential } = question;
  const at = parseInstant(question.at ?? settings.clock(), "at");
  const replay = await decideAgain(settings, { query, credential, at });
  const considered = await considerPermits(replay);
  const lookAlike = await findLookAlike(replay, { query, credential, at });
  const { outcome } = replay;
  const ending =
    "code" in outcome ? outcomeOf("refused", outcome.code) : outcomeOf(outcome.status, outcome.reason);
  return {
    ...ending,
    sentences: [
      ...describeReplay(replay, considered, lookAlike),
      ...(record === undefined ? [] : describeRecord(record, ending, considered)),
    ],
    considered,
    ...(record === undefined ? {} : { recorded: outcomeOf(record.status, record.reason) }),
  };
}

/** A record of several plates, explained one by one. */
async function explainList(
  record: LookupAudit,
  parts: readonly LookupAudit[],
  options: PermitLookupOptions,
): Promise<LookupExplanation> {
  const explained: LookupExplanation[] = [];
  for (const part of parts) explained.push(await explainLookup(part, options));
  const recorded = outcomeOf(record.status, record.reason);
  const answers = explained.map(({ answer, reason }) => ({ status: answer, reason }));
  const decisive = findDecisive(answers);
  return {
    ...(decisive === undefined ? recorded : outcomeOf(decisive.status, decisive.reason)),
    recorded,
    sentences: explained.flatMap(({ sentences }) => sentences),
    considered: explained.flatMap(({ considered }) => considered),
  };
}

/** A record of a request that was refused before anybody had read a question. */
function explainUnasked(record: LookupAudit): LookupExplanation {
  const outcome = outcomeOf(record.status, record.reason);
  return { ...outcome, sentences: describeUnasked(record), considered: [], recorded: outcome };
}

function outcomeOf(answer: LookupAudit["status"], reason: LookupAudit["reason"]) {
  return { answer, reason };
}

interface Asked {
  readonly query: LookupQuery;
  readonly credential: StoredCredential;
  readonly at: Date;
}

async function decideAgain(settings: LookupSettings, { query, credential, at }: Asked): Promise<Replay> {
  const inquiry = Inquiry.of(credential, at);
  const deadline = new Deadline(settings.deadlineMs, {});
  try {
    return {
      settings,
      inquiry,
      outcome: await decideQuery(query, credential, { settings, inquiry, deadline }),
    };
  } catch (thrown) {
    return { settings, inquiry, outcome: toOutcome(thrown, inquiry) };
  } finally {
    deadline.end();
  }
}

/** What `plateMatching: "ocr"` would have answered, where that is what makes the difference. */
async function findLookAlike({ settings, outcome }: Replay, asked: Asked): Promise<LookupAnswer | undefined> {
  if ("code" in outcome || outcome.status !== "none" || settings.plateMatching === "ocr") return undefined;
  const { outcome: other } = await decideAgain({ ...settings, plateMatching: "ocr" }, asked);
  return !("code" in other) && other.status === "valid" ? other : undefined;
}
