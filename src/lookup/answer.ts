import type { LookupAnswer, LookupRefusal, LookupReply, LookupRequest } from "../core/dialect.ts";
import { isEnforcementError } from "../core/errors.ts";
import { parseInstant } from "../core/instant.ts";
import { type LookupAudit, toAudit } from "./audit.ts";
import type { BodyProblem } from "./body.ts";
import { Deadline, Interruption } from "./deadline.ts";
import { decideLookup } from "./decide.ts";
import type { Inquiry } from "./inquiry.ts";
import type { LookupSettings } from "./options.ts";
import { createRefusal, refuseUndetermined } from "./refusal.ts";

/** What a mount tells of a request besides the request. */
export interface AnswerOptions {
  /** Aborted when the asking client has gone. Read only when something has to be waited for. */
  readonly signal?: AbortSignal | undefined;
  /** Why the request has no body text. */
  readonly bodyProblem?: BodyProblem | undefined;
}

/** What was decided and how it was rendered. */
interface Rendering {
  readonly outcome: LookupAnswer | LookupRefusal;
  readonly reply: LookupReply;
}

/** Answers one request and reports it. Never rejects: whatever fails becomes a reply. */
export async function answerLookup(
  settings: LookupSettings,
  request: LookupRequest,
  options: AnswerOptions,
): Promise<LookupReply> {
  const deadline = new Deadline(settings.deadlineMs, options);
  const inquiry: Inquiry = { at: new Date(), stage: "service", dropped: 0 };
  let outcome: LookupAnswer | LookupRefusal;
  try {
    inquiry.at = parseInstant(settings.clock(), "clock");
    outcome = await decideLookup(request, options.bodyProblem, { settings, inquiry, deadline });
  } catch (thrown) {
    outcome = toOutcome(thrown, inquiry);
  } finally {
    deadline.end();
  }
  const rendering = renderOutcome(settings, inquiry, outcome);
  if (settings.onAnswer !== undefined) {
    const { id: providerId, dialect } = settings.provider;
    const end = { ...rendering, providerId, dialect: dialect.id, durationMs: deadline.elapsedMs };
    report(settings.onAnswer, () => toAudit(inquiry, end));
  }
  return rendering.reply;
}

function toOutcome(thrown: unknown, inquiry: Inquiry): LookupAnswer | LookupRefusal {
  const { stage, at } = inquiry;
  if (thrown instanceof Interruption) {
    return { status: "undetermined", reason: thrown.reason, matches: [], at };
  }
  if (stage === "dialect" && isEnforcementError(thrown) && thrown.code === "invalid_input") {
    return createRefusal("invalid_request", { message: thrown.message });
  }
  inquiry.failure = { at: stage, thrown };
  if (stage === "dialect" || stage === "service") return createRefusal("internal_error");
  return { status: "undetermined", reason: "source_failed", matches: [], at };
}

function renderOutcome(
  settings: LookupSettings,
  inquiry: Inquiry,
  outcome: LookupAnswer | LookupRefusal,
): Rendering {
  try {
    return { outcome, reply: closed(render(settings, inquiry, outcome)) };
  } catch (thrown) {
    inquiry.failure = { at: "dialect", thrown };
    const refusal = createRefusal("internal_error");
    const headers = { "content-type": "text/plain; charset=utf-8" };
    return { outcome: refusal, reply: closed({ status: refusal.status, headers, body: refusal.message }) };
  }
}

function render(
  { provider, whenUndetermined }: LookupSettings,
  { credential }: Inquiry,
  outcome: LookupAnswer | LookupRefusal,
): LookupReply {
  const { dialect } = provider;
  if ("code" in outcome) return dialect.renderRefusal(outcome);
  if (outcome.status !== "undetermined") return dialect.renderAnswer(outcome);
  // Who has not proved who they are gets no answer, not even an empty one.
  return whenUndetermined === "deny" && credential !== undefined
    ? dialect.renderAnswer({ ...outcome, status: "none" })
    : dialect.renderRefusal(refuseUndetermined(outcome.reason));
}

/** The reply as it leaves: no cache on the way may keep an answer that is true for an instant only. */
function closed({ status, headers, body }: LookupReply): LookupReply {
  if (!Number.isInteger(status) || status < 200 || status > 599 || typeof body !== "string") {
    throw new TypeError("The dialect rendered a reply without a status or a body.");
  }
  return { status, headers: { ...headers, "cache-control": "no-store" }, body };
}

/** A broken listener must not change an answer, neither when it throws nor when its promise rejects. */
function report(onAnswer: (audit: LookupAudit) => unknown, makeAudit: () => LookupAudit): void {
  try {
    Promise.resolve(onAnswer(makeAudit())).catch(() => {});
  } catch {}
}
