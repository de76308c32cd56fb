import type { EnforcementError } from "../core/errors.ts";
import { fieldError } from "../core/fields.ts";
import type { LookupRequest } from "../core/lookup/lookup-message.ts";
import type { MaybePromise } from "../core/maybe-promise.ts";
import { type AnswerOptions, answerLookup } from "./answer.ts";
import { isBodiless, type LookupHandlerReply } from "./closed-reply.ts";
import { type LookupSettings, type PermitLookupOptions, readLookupOptions } from "./options.ts";
import { readFetchBody, readUntil } from "./request/read-body.ts";
import type { SharedTimer } from "./shared-timer.ts";

export type { FindPermits, PermitQuery } from "../core/lookup/find-permits.ts";
export type { AnswerOptions } from "./answer.ts";
export type { LookupHandlerReply } from "./closed-reply.ts";
export type { PermitLookupOptions, WhenUndetermined } from "./options.ts";
export type { BodyProblem } from "./request/body.ts";

/** Answers lookups. Fetch servers call it as a function; mounts without a `Request` call `answer`. */
export interface PermitLookupHandler {
  /** Rejects every request with `invalid_config` when `whenUndetermined` is `drop`; see that option. */
  (request: Request): Promise<Response>;
  /** Answers a request that belongs to no framework. Never rejects. */
  answer(request: LookupRequest, options?: AnswerOptions): Promise<LookupHandlerReply>;
}

/**
 * Creates the handler that answers an enforcement system when it asks about a plate.
 *
 * One handler serves many companies. The credential decides which company's permits are visible. Stations and zones are
 * resolved inside that company, and the handler filters the permits that the source returns once more.
 *
 * *No permit* and *undetermined* are different answers. The answer is undetermined when the directory or the source fails,
 * returns data that cannot be read, or takes longer than `deadlineMs`, and when the place is unknown. The handler answers
 * "no permit" in these cases only when `whenUndetermined` is `deny`.
 *
 * ```ts
 * const handler = createPermitLookupHandler({
 *   provider: createT2FlexProvider(),
 *   authorize: basicAuth({ find: (username) => credentials.get(username) }),
 *   directory,
 *   findPermits: ({ companyId, plateNumbers, signal }) => database.permits(companyId, plateNumbers, { signal }),
 * });
 * ```
 *
 * @throws EnforcementError `invalid_config` that names the option: an unknown one, one of a wrong type, or a push provider
 */
export function createPermitLookupHandler(options: PermitLookupOptions): PermitLookupHandler {
  const settings = readLookupOptions(options);
  const atOnce: AnswerAtOnce = (request, answerOptions) =>
    answerLookup(settings, toMounted(request, settings.mountPath, answerOptions), answerOptions);
  const answer: PermitLookupHandler["answer"] = async (request, answerOptions = {}) =>
    atOnce(request, answerOptions);
  const { deadlineMs, timer } = settings;
  Object.defineProperty(answer, OURS, { value: { atOnce, deadlineMs, timer } satisfies OwnAnswer });
  return Object.assign((request: Request) => answerFetch(settings, request), { answer });
}

type AnswerAtOnce = (request: LookupRequest, options: AnswerOptions) => MaybePromise<LookupHandlerReply>;

/** What a mount needs of a handler besides `answer`. */
interface OwnAnswer {
  readonly atOnce: AnswerAtOnce;
  /** Includes the time to read the body. */
  readonly deadlineMs: number;
  readonly timer: SharedTimer;
}

// A property of each `answer` that this file creates. A host's function around one does not have it.
const OURS = Symbol("answer of createPermitLookupHandler");

/** What `answer` carries; `undefined` for a host's own `answer`. */
export function findOwnAnswer({ answer }: PermitLookupHandler): OwnAnswer | undefined {
  return (answer as { readonly [OURS]?: OwnAnswer })[OURS];
}

/**
 * Calls `handler.answer`, without its promise where nothing had to be waited for: the promise costs a mount more than finding
 * the permit. The result of a host's own `answer` is always a promise, which rejects when that function throws.
 */
export function answerAtOnce(
  handler: PermitLookupHandler,
  request: LookupRequest,
  options: AnswerOptions,
): MaybePromise<LookupHandlerReply> {
  const ours = findOwnAnswer(handler);
  const { answer } = handler;
  return ours === undefined ? (async () => answer(request, options))() : ours.atOnce(request, options);
}

async function answerFetch(settings: LookupSettings, request: Request): Promise<Response> {
  if (settings.whenUndetermined === "drop") throw cannotDrop();
  const { timer, deadlineMs } = settings;
  const startedAt = timer.now();
  const body = await readUntil(readFetchBody(request), { endsAt: startedAt + deadlineMs, timer });
  // The client has closed the connection, and does not read this.
  if (body === undefined)
    return new Response("The request broke off.", {
      status: 400,
      headers: { "cache-control": "no-store", "content-type": "text/plain; charset=utf-8" },
    });
  const { pathname, search } = new URL(request.url);
  const neutral: LookupRequest = {
    method: request.method,
    path: toMountRelative(pathname, settings.mountPath),
    query: search.slice(1),
    header: (name) => request.headers.get(name) ?? undefined,
    body: body.text ?? "",
  };
  const {
    status,
    headers,
    body: text,
  } = await answerLookup(settings, neutral, {
    bodyProblem: body.problem,
    startedAt,
    get signal() {
      return request.signal;
    },
  });
  return new Response(isBodiless(status) ? null : text, { status, headers });
}

/** The error of `drop` on a fetch server. Every request throws it, so that a host sees it before its first outage. */
function cannotDrop(): EnforcementError {
  const problem =
    '"drop" closes the connection, which a function from Request to Response cannot do; mount the handler with toNodeHandler, toExpressHandler or toFastifyHandler, or choose "unavailable" or "deny".';
  return fieldError("whenUndetermined", problem, "invalid_config");
}

/** The request with the path of `publicUrl` removed from its own. */
function toMounted(
  request: LookupRequest,
  mountPath: string,
  { originalPath }: AnswerOptions,
): LookupRequest {
  if (mountPath === "") return request;
  const arrived = originalPath ?? request.path;
  const relative = toMountRelative(arrived, mountPath);
  const path = relative === arrived ? request.path : relative;
  if (path === request.path) return request;
  const { method, query, body } = request;
  return { method, path, query, header: (name) => request.header(name), body };
}

function toMountRelative(path: string, mountPath: string): string {
  return path === mountPath || path.startsWith(`${mountPath}/`) ? path.slice(mountPath.length) || "/" : path;
}
