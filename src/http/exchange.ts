import ky from "ky";
import { EnforcementError, isEnforcementError } from "../core/errors.ts";
import { promiseWithAbort } from "../core/timers.ts";
import type { Limiter, WaitInLine } from "./concurrency.ts";
import { brokenConnection, refusalError, timeoutError, transportError, unsendable } from "./failure.ts";
import { maskRefusal } from "./mask-refusal.ts";
import type { HttpSettings } from "./options.ts";
import {
  type HttpReply,
  type HttpRequest,
  isSuccess,
  type ReadRefusal,
  ReplyTooLongError,
  readReplyText,
  unreadableReply,
} from "./reply.ts";

const DEFAULT_MAX_REPLY_BYTES = 1024 * 1024;

// The abort reason of every exchange that has ended. No caller sees it; one shared error saves a stack trace for each.
const ENDED = new Error("The exchange has ended.");

/** The client's settings and the operation that a request belongs to. */
export interface ExchangeContext {
  readonly settings: HttpSettings;
  readonly limiter: Limiter;
  /** Canonical numbers of the operation's plates, to be masked in the vendor's messages. */
  readonly plateNumbers: readonly string[];
  readonly signal: AbortSignal;
  /** Gets each wait for a place or a start time. */
  readonly inLine: WaitInLine;
  /** Called right before the request is sent. Until then nothing can have changed at the vendor. */
  onSend(): void;
  readonly readRefusal: ReadRefusal;
}

/**
 * Sends a request once and reads the whole reply.
 *
 * @returns a reply that is 2xx and does not refuse, or whose status `request.takesStatus` accepts
 * @throws EnforcementError for every other reply or failure; the signal's reason when `context.signal` is aborted
 */
export async function exchange(request: HttpRequest, context: ExchangeContext): Promise<HttpReply> {
  // A mistake in the configuration is reported as one, instead of as a failed connection.
  const problem = request.isChecked ? undefined : findRequestProblem(request);
  if (problem !== undefined) throw unsendable(problem);
  const task = async () => {
    context.onSend();
    const reply = await sendWithinTimeout(request, context);
    if (request.takesStatus?.(reply.status)) return reply;
    const words = (request.readRefusal ?? context.readRefusal)(reply);
    if (words === undefined && isSuccess(reply)) return reply;
    const refusal = words && maskRefusal(words, context.plateNumbers, request.secrets);
    throw refusalError(reply, refusal, { changes: request.changes, now: context.settings.clock() });
  };
  return context.limiter.run(context.signal, task, context.inLine);
}

/** Sends within `attemptTimeoutMs`, which covers the body too: a vendor may send its headers and then stall. */
function sendWithinTimeout(request: HttpRequest, context: ExchangeContext): Promise<HttpReply> {
  const { attemptTimeoutMs, timers } = context.settings;
  return promiseWithAbort<HttpReply>(context.signal, (resolve, reject) => {
    const attempt = new AbortController();
    const cancelTimer = timers.after(attemptTimeoutMs, () => {
      end();
      reject(timeoutError(attemptTimeoutMs, request));
    });
    const end = () => {
      cancelTimer();
      attempt.abort(ENDED);
    };
    const onReply = (reply: HttpReply) => {
      // The body is read or cancelled, so no abort is needed: an abort takes a tenth of the request's own time.
      cancelTimer();
      resolve(reply);
    };
    const onFailure = (thrown: unknown) => {
      end();
      reject(isEnforcementError(thrown) ? thrown : transportError(thrown, request));
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
  // `redirect: "manual"`: a request that carries a token never follows a redirect.
  const headers = { accept: "application/json", ...request.headers };
  const { method, body } = request;
  const init: RequestInit = { method, headers, redirect: "manual", signal };
  if (typeof body === "string") init.body = body;
  const response = await ky(request.url, {
    // The client has its own retry loop and its own attempt timer.
    retry: 0,
    timeout: false,
    throwHttpErrors: false,
    // fetch gets the address as text and plain options, not ky's Request: the fetch of another package cannot read a Request
    // of this realm, and its body, a stream, doubles the time of a request.
    fetch: async () => {
      const given = await (settings.fetch ?? globalThis.fetch)(request.url, init);
      requireResponse(given, request);
      return given;
    },
  });
  const { traceId, secrets } = request;
  const { status, headers: named } = response;
  try {
    const text = await readReplyText(response, request.maxReplyBytes ?? DEFAULT_MAX_REPLY_BYTES);
    return { status, headers: named, traceId, secrets, body: text };
  } catch (thrown) {
    if (!(thrown instanceof ReplyTooLongError)) throw brokenConnection(thrown, request);
    // Cancelling the body does not close the connection when the host's fetch reads a clone of it.
    attempt.abort(ENDED);
    // A refusal is reported by its status alone. A success that cannot be read is an error.
    const empty = { status, headers: named, traceId, secrets, body: "" };
    if (!response.ok) return empty;
    throw unreadableReply("is too long to be read", empty, request.changes);
  }
}

/**
 * Checks the value that the host's own fetch returned. A body that is missing or already read would pass for an empty one.
 *
 * @throws EnforcementError `invalid_config` that names `fetch`. Its outcome is `unknown` after a change
 */
function requireResponse(given: unknown, { changes, traceId }: HttpRequest): void {
  const { status, headers, body, bodyUsed } = (given ?? {}) as Partial<Response>;
  const isResponse =
    Number.isInteger(status) && typeof headers?.get === "function" && typeof body === "object";
  const isRead = isResponse && (bodyUsed === true || body?.locked === true);
  if (isResponse && !isRead) return;
  const problem = isRead
    ? "must return a Response whose body was not read; read the body of its clone() instead"
    : "must return a Response; return the one that it received";
  throw new EnforcementError("invalid_config", `fetch: the function that replaces it ${problem}.`, {
    field: "fetch",
    outcome: changes ? "unknown" : "not_applied",
    traceId,
  });
}

// Methods and names of headers, RFC 9110 §5.6.2, and values of headers that fetch writes in any case.
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const PLAIN_VALUE = /^[\t\x20-\x7e]*$/;

// Methods that fetch refuses to send.
const REFUSED_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);
const BODILESS_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

// Headers of the connection and of the body's length. fetch writes them itself, and refuses or drops a caller's.
const HEADERS_OF_FETCH: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Why fetch cannot send a request: names the invalid part, never its value. `undefined` when fetch can send it. Values may be
 * of any type, because a host's own wire may give them.
 */
export function findRequestProblem({
  method,
  url,
  headers = {},
  body,
}: Partial<Record<"method" | "url" | "headers" | "body", unknown>>): string | undefined {
  return findMethodProblem(method, body) ?? findUrlProblem(url) ?? findHeaderProblem(headers);
}

function findMethodProblem(method: unknown, body: unknown): string | undefined {
  if (typeof method !== "string" || !TOKEN.test(method)) {
    return "its method must be a token such as POST.";
  }
  const name = method.toUpperCase();
  if (REFUSED_METHODS.has(name)) return `the method ${name} cannot be sent by fetch.`;
  if (body === undefined || body === null) return undefined;
  if (typeof body !== "string") return "its body must be text; write JSON with JSON.stringify.";
  return BODILESS_METHODS.has(name) ? `${name} has no body; use POST, or leave the body out.` : undefined;
}

function findUrlProblem(url: unknown): string | undefined {
  if (typeof url !== "string" || !URL.canParse(url)) return "its address is no URL.";
  const { protocol, username, password } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:") return "its address is neither https nor http.";
  return username === "" && password === "" ? undefined : "its address holds a user or a password.";
}

function findHeaderProblem(headers: unknown): string | undefined {
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) {
    return "its headers must be an object of texts.";
  }
  for (const [name, value] of Object.entries(headers)) {
    if (HEADERS_OF_FETCH.has(name.toLowerCase())) {
      return `the header ${name.toLowerCase()} is written by fetch; leave it out.`;
    }
    if (typeof value !== "string") return "the value of a header must be text.";
  }
  // Checked by patterns first: a Headers takes as long as all other checks together.
  if (Object.entries(headers).every(([name, value]) => TOKEN.test(name) && PLAIN_VALUE.test(value))) {
    return undefined;
  }
  try {
    new Headers(headers as Record<string, string>);
    return undefined;
  } catch {
    // fetch's own error is dropped: it quotes the header's value, which may be a token.
    return "a header of it cannot be written; look for a line break or accent in a token.";
  }
}
