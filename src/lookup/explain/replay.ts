import type { LookupAnswer, LookupQuery, LookupRefusal } from "../../core/lookup/dialect.ts";
import type { StoredCredential } from "../../core/lookup/lookup-message.ts";
import type { MaybePromise } from "../../core/maybe-promise.ts";
import { toOutcome } from "../answer.ts";
import { Deadline } from "../deadline.ts";
import { decideQuery } from "../decide/decide.ts";
import { decideList } from "../decide/decide-list.ts";
import { Inquiry } from "../decide/inquiry.ts";
import type { LookupSettings, LookupWork } from "../options.ts";
import type { LookupAnswers } from "../outcome.ts";

/** A query that was decided again. */
export interface Replay {
  readonly settings: LookupSettings;
  readonly inquiry: Inquiry;
  readonly outcome: LookupAnswer | LookupRefusal;
}

/** A list of queries that was decided again. */
export interface ListReplay {
  readonly parts: readonly Replay[];
  readonly outcome: LookupAnswers | LookupAnswer | LookupRefusal;
}

/** The query, the credential and the instant of a replay. */
export interface AskedAgain {
  readonly query: LookupQuery;
  readonly credential: StoredCredential;
  readonly at: Date;
}

/** Decides a query again, by the handler's own rules. */
export async function decideAgain(
  settings: LookupSettings,
  { query, credential, at }: AskedAgain,
): Promise<Replay> {
  const inquiry = Inquiry.of(credential, at);
  const outcome = await replay(settings, inquiry, (work) => decideQuery(query, credential, work));
  return { settings, inquiry, outcome };
}

/** Decides a list again as a list: a failure for one of its plates can make the others undetermined. */
export async function decideListAgain(
  settings: LookupSettings,
  queries: readonly LookupQuery[],
  { credential, at }: Omit<AskedAgain, "query">,
): Promise<ListReplay> {
  const inquiry = Inquiry.of(credential, at);
  const outcome = await replay(settings, inquiry, (work) => decideList(queries, credential, work));
  const { parts = [] } = inquiry;
  // A part without an answer of its own has that of the list, which then has failed as a whole.
  const failed = "answers" in outcome ? undefined : outcome;
  const toReplay = (part: Inquiry): Replay[] => {
    const answer = part.answer ?? failed;
    return answer === undefined ? [] : [{ settings, inquiry: part, outcome: answer }];
  };
  return { parts: parts.flatMap(toReplay), outcome };
}

/** Runs a decision. What it throws becomes the outcome that the handler would reply with. */
async function replay<Decided>(
  settings: LookupSettings,
  inquiry: Inquiry,
  decide: (work: LookupWork) => MaybePromise<Decided>,
): Promise<Decided | LookupAnswer | LookupRefusal> {
  const deadline = new Deadline(settings, {});
  try {
    return await decide({ settings, inquiry, deadline });
  } catch (thrown) {
    return toOutcome(thrown, inquiry);
  } finally {
    deadline.end();
  }
}

/** The answer that `plateMatching: "ocr"` would give, when it is valid and the answer without it is `none`. */
export async function findLookAlike(
  { settings, outcome }: Replay,
  asked: AskedAgain,
): Promise<LookupAnswer | undefined> {
  if ("code" in outcome || outcome.status !== "none" || settings.plateMatching === "ocr") return undefined;
  const { outcome: other } = await decideAgain({ ...settings, plateMatching: "ocr" }, asked);
  return !("code" in other) && other.status === "valid" ? other : undefined;
}
