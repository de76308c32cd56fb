import { systemClock } from "../core/clock.ts";
import { isEnforcementError } from "../core/errors.ts";
import { parseInstant } from "../core/instant.ts";
import type { LookupAnswer, LookupRefusal } from "../core/lookup/dialect.ts";
import type { LookupReply, LookupRequest } from "../core/lookup/lookup-message.ts";
import { ignorePromise, isPromise, type MaybePromise, notify } from "../core/maybe-promise.ts";
import { toAudit } from "./audit.ts";
import { type LookupHandlerReply, withoutStore } from "./closed-reply.ts";
import { type AskingClient, Deadline, isInterruption } from "./deadline.ts";
import { decideLookup } from "./decide/decide.ts";
import { Inquiry } from "./decide/inquiry.ts";
import type { LookupSettings, LookupWork } from "./options.ts";
import {
  createRefusal,
  findDecisive,
  type LookupOutcome,
  refuseUndetermined,
  summarizeOutcome,
} from "./outcome.ts";
import type { BodyProblem } from "./request/body.ts";

/** What a mount knows of a request besides its method, path, headers and body. */
export interface AnswerOptions extends AskingClient {
  /** Why the request has no body text. */
  readonly bodyProblem?: BodyProblem | undefined;
  /**
   * The path as it arrived, where a framework has removed its own prefix from `request.path`. The handler removes the path of
   * `publicUrl` from this one. When it does not begin with that path, the handler uses `request.path` unchanged.
   */
  readonly originalPath?: string | undefined;
}

/** An outcome and the reply that the dialect rendered for it. */
interface Rendering {
  readonly outcome: LookupOutcome;
  readonly reply: LookupHandlerReply;
}

/**
 * Answers one request and reports it to `onAnswer`. Returns no promise when nothing had to be waited for. Neither throws nor
 * rejects: a failure becomes a reply.
 */
export function answerLookup(
  settings: LookupSettings,
  request: LookupRequest,
  options: AnswerOptions,
): MaybePromise<LookupHandlerReply> {
  const deadline = new Deadline(settings, options);
  // The machine's time, until the handler's clock was read: a record of a clock that fails needs an instant too.
  const inquiry = new Inquiry(systemClock());
  const end = (outcome: LookupOutcome) => finishLookup(outcome, { settings, inquiry, deadline });
  let decided: MaybePromise<LookupOutcome>;
  try {
    inquiry.at = readClock(settings);
    decided = decideLookup(request, options.bodyProblem, { settings, inquiry, deadline });
  } catch (thrown) {
    decided = toOutcome(thrown, inquiry);
  }
  if (!isPromise(decided)) return end(decided);
  return decided.then(end, (thrown) => end(toOutcome(thrown, inquiry)));
}

function readClock({ clock }: LookupSettings): Date {
  const now = clock();
  try {
    return parseInstant(now, "clock");
  } catch (thrown) {
    ignorePromise(now);
    throw thrown;
  }
}

function finishLookup(
  outcome: LookupOutcome,
  { settings, inquiry, deadline }: LookupWork,
): LookupHandlerReply {
  deadline.end();
  const rendering = renderOutcome(settings, inquiry, outcome);
  const { onAnswer } = settings;
  if (onAnswer !== undefined) {
    const { id: providerId, dialect } = settings.provider;
    const { elapsedMs: durationMs } = deadline;
    const end = { ...rendering, providerId, dialect: dialect.id, durationMs, hashPlate: settings.hashPlate };
    // The record is created inside `notify`: a query that the host's own dialect returned may throw when it is read.
    notify((ended) => onAnswer(toAudit(inquiry, ended)), end);
  }
  return rendering.reply;
}

/** The outcome of a request whose decision threw. */
export function toOutcome(thrown: unknown, inquiry: Inquiry): LookupAnswer | LookupRefusal {
  const { stage, at } = inquiry;
  if (isInterruption(thrown)) {
    return { status: "undetermined", reason: thrown.reason, matches: [], at };
  }
  if (stage === "dialect" && isEnforcementError(thrown) && thrown.code === "invalid_input") {
    inquiry.failure = { at: "request", thrown };
    return createRefusal("invalid_request", { message: thrown.message });
  }
  inquiry.failure = { at: stage, thrown };
  if (stage === "dialect" || stage === "service") return createRefusal("internal_error");
  return { status: "undetermined", reason: "source_failed", matches: [], at };
}

function renderOutcome(settings: LookupSettings, inquiry: Inquiry, outcome: LookupOutcome): Rendering {
  try {
    const reply = settings.closeReply(render(settings, inquiry, outcome));
    return { outcome, reply: isDropped(settings, outcome) ? { ...reply, drop: true } : reply };
  } catch (thrown) {
    inquiry.failure = { at: "dialect", thrown };
    return { outcome: createRefusal("internal_error"), reply: replyToBrokenDialect() };
  }
}

/** The plain-text 500 that is sent when the dialect itself fails to render. */
export function replyToBrokenDialect(): LookupReply {
  const { status, message } = createRefusal("internal_error");
  return withoutStore({ status, headers: { "content-type": "text/plain; charset=utf-8" }, body: message });
}

function render(settings: LookupSettings, inquiry: Inquiry, outcome: LookupOutcome): LookupReply {
  const { dialect } = settings.provider;
  if ("body" in outcome) return outcome;
  if ("code" in outcome) return dialect.renderRefusal(outcome);
  if ("locations" in outcome) {
    if (dialect.renderPlaces === undefined) throw new TypeError("The dialect has no renderPlaces.");
    return dialect.renderPlaces(outcome);
  }
  if ("answers" in outcome) return renderList(settings, inquiry, outcome.answers);
  if (inquiry.parts !== undefined) {
    return renderList(
      settings,
      inquiry,
      inquiry.parts.map(() => outcome),
    );
  }
  if (outcome.status !== "undetermined") return dialect.renderAnswer(outcome);
  return isDenied(settings, inquiry)
    ? dialect.renderAnswer(toDenied(outcome))
    : dialect.renderRefusal(refuseUndetermined(outcome.reason));
}

/**
 * Renders a list. A list with an undetermined answer is refused as a whole, because an undetermined answer in it would read
 * as "no permit". The exception is a plate that cannot be read: beside valid answers it is rendered as undetermined.
 */
function renderList(
  settings: LookupSettings,
  inquiry: Inquiry,
  answers: readonly LookupAnswer[],
): LookupReply {
  const { dialect } = settings.provider;
  const denies = isDenied(settings, inquiry);
  const decisive = findDecisive(answers);
  if (decisive?.status === "undetermined" && !denies) {
    return dialect.renderRefusal(refuseUndetermined(decisive.reason));
  }
  if (dialect.renderAnswers === undefined) throw new TypeError("The dialect has no renderAnswers.");
  return dialect.renderAnswers(denies ? answers.map(toDenied) : answers);
}

function toDenied(answer: LookupAnswer): LookupAnswer {
  return answer.status === "undetermined" ? { ...answer, status: "none" } : answer;
}

/** `deny` applies only to a known credential, and never to a list of places: an empty list would be a false answer. */
function isDenied({ whenUndetermined }: LookupSettings, { credential, asksForPlaces }: Inquiry): boolean {
  return whenUndetermined === "deny" && credential !== undefined && asksForPlaces !== true;
}

/** `drop` applies to unknown credentials too: a closed connection reveals nothing. */
function isDropped({ whenUndetermined }: LookupSettings, outcome: LookupOutcome): boolean {
  return whenUndetermined === "drop" && summarizeOutcome(outcome).status === "undetermined";
}
