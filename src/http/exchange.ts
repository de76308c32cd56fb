import ky from "ky";
import { EnforcementError, isEnforcementError } from "../core/errors.ts";
import { requireSendable } from "./check-request.ts";
import { brokenConnection, refusalError, timeoutError, transportError, unreadableReply } from "./failure.ts";
import type { Limiter } from "./limiter.ts";
import { maskRefusal } from "./mask-refusal.ts";
import type { HttpSettings } from "./options.ts";
import { ReplyTooLongError, readReplyText } from "./read-reply.ts";
import { type HttpReply, type HttpRequest, isSuccess, type ReadRefusal } from "./reply.ts";
import { promiseWithAbort } from "./wait.ts";

const DEFAULT_MAX_REPLY_BYTES = 1024 * 1024;

// The reason of every signal that an exchange lets go of. Nobody sees it, and one of its own for each would take a stack.
const ENDED = new Error("The exchange has ended.");

/** What one request needs besides itself. */
export interface ExchangeContext {
  readonly settings: HttpSettings;
  readonly limiter: Limiter;
  /** The canonical numbers of all plates that the operation carries, to mask them in the vendor's words. */
  readonly plateNumbers: readonly string[];
  readonly signal: AbortSignal;
  /** Called when the request has its place and leaves; until then nothing can have changed. */
  onSend(): void;
  readonly readRefusal: ReadRefusal;
}

/**
 * Sends one request once and reads the whole reply.
 *
 * @returns the reply when its status is 2xx and no refusal, or one that the request takes
 * @throws EnforcementError for any other end. When `context.signal` is aborted it throws that signal's reason
 */
export async function exchange(request: HttpRequest, context: ExchangeContext): Promise<HttpReply> {
  requireSendable(request);
  return context.limiter.run(context.signal, async () => {
    context.onSend();
    const reply = await sendWithinTimeout(request, context);
    if (request.takesStatus?.(reply.status)) return reply;
    const words = (request.readRefusal ?? context.readRefusal)(reply);
    // A refusal under 2xx is one all the same.
    if (words === undefined && isSuccess(reply)) return reply;
    const refusal = words && maskRefusal(words, context.plateNumbers, request.secrets);
    throw refusalError(reply, refusal, { changes: request.changes, now: context.settings.clock() });
  });
}

/** The timeout covers the body too: a vendor that sends its headers and then nothing is as silent as any other. */
function sendWithinTimeout(request: HttpRequest, context: ExchangeContext): Promise<HttpReply> {
  const { attemptTimeoutMs } = context.settings;
  return promiseWithAbort<HttpReply>(context.signal, (resolve, reject) => {
    const attempt = new AbortController();
    const timer = setTimeout(() => {
      end();
      reject(timeoutError(attemptTimeoutMs, request));
    }, attemptTimeoutMs);
    const end = () => {
      clearTimeout(timer);
      attempt.abort(ENDED);
    };
    const onReply = (reply: HttpReply) => {
      // It was read to its end, or let go of, and an abort takes a tenth of the request's time.
      clearTimeout(timer);
      resolve(reply);
    };
    const onFailure = (thrown: unknown) => {
      end();
      reject(toError(thrown, request));
    };
    send(request, context, attempt).then(onReply, onFailure);
    return end;
  });
}

async function send(
  request: HttpRequest,
  context: ExchangeContext,
  attempt: AbortController,
): Promise<HttpReply> {
  const { signal } = attempt;
  const { settings } = context;
  // Nothing follows a redirect with a token, so `redirect` is manual.
  const headers = { accept: "application/json", ...request.headers };
  const { method, body } = request;
  const init: RequestInit = { method, headers, redirect: "manual", signal };
  if (typeof body === "string") init.body = body;
  const response = await ky(request.url, {
    method,
    // Only our own loop repeats, and only our own timer ends an attempt.
    retry: 0,
    timeout: false,
    throwHttpErrors: false,
    // ky's own Request is one of this realm, and its body a stream: a fetch of another package cannot read the one, and
    // takes as long as everything else over the other. Text and plain objects are the same everywhere.
    fetch: async () => {
      const given = await (settings.fetch ?? globalThis.fetch)(request.url, init);
      requireResponse(given, request);
      return given;
    },
  });
  const { traceId, secrets } = request;
  const head = { status: response.status, headers: response.headers, traceId, secrets };
  try {
    return { ...head, body: await readReplyText(response, request.maxReplyBytes ?? DEFAULT_MAX_REPLY_BYTES) };
  } catch (thrown) {
    if (!(thrown instanceof ReplyTooLongError)) throw brokenConnection(thrown, request);
    // Cancelling its body does not reach the connection when the host's fetch reads along.
    attempt.abort(ENDED);
    // The status of a refusal is all that is needed; a success that cannot be read is none.
    if (!response.ok) return { ...head, body: "" };
    throw unreadableReply("is too long to be read", { ...head, body: "" }, request.changes);
  }
}

/**
 * Checks what a host's own fetch gave, which may be anything: a body that is missing, or was read before, would count as an
 * empty one.
 *
 * @throws EnforcementError `invalid_config` naming `fetch`; the request may have arrived
 */
function requireResponse(given: unknown, { changes, traceId }: HttpRequest): void {
  const { status, headers, body, bodyUsed } = (given ?? {}) as Partial<Response>;
  const isResponse =
    Number.isInteger(status) && typeof headers?.get === "function" && typeof body === "object";
  const isRead = isResponse && (bodyUsed === true || body?.locked === true);
  if (isResponse && !isRead) return;
  const problem = isRead
    ? "gives a reply whose body was read already; read that of its clone() instead"
    : "gives something else than a Response; return the one that it got";
  throw new EnforcementError("invalid_config", `fetch: the function that replaces it ${problem}.`, {
    field: "fetch",
    outcome: changes ? "unknown" : "not_applied",
    traceId,
  });
}

function toError(thrown: unknown, request: HttpRequest): EnforcementError {
  return isEnforcementError(thrown) ? thrown : transportError(thrown, request);
}
