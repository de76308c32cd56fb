import type { MaybePromise } from "../core/directory/directory.ts";
import type { EnforcementError } from "../core/errors.ts";
import { fieldError } from "../core/fields.ts";
import type { LookupRequest } from "../core/lookup/lookup-message.ts";
import { type AnswerOptions, answerLookup } from "./answer.ts";
import { isBodiless } from "./closed-reply.ts";
import type { LookupHandlerReply } from "./handler-reply.ts";
import { type LookupSettings, type PermitLookupOptions, readLookupOptions } from "./options.ts";
import { readUntil } from "./request/body-deadline.ts";
import { readFetchBody } from "./request/read-body.ts";

export type { FindPermits, PermitQuery } from "../core/lookup/find-permits.ts";
export type { AnswerOptions } from "./answer.ts";
export type { LookupHandlerReply } from "./handler-reply.ts";
export type { PermitLookupOptions, WhenUndetermined } from "./options.ts";
export type { BodyProblem } from "./request/body.ts";

/** Answers lookups. A function for fetch servers; `answer` is for mounts that have no `Request`. */
export interface PermitLookupHandler {
  /** Rejects with `invalid_config`, whatever is asked, where `whenUndetermined` is `drop`: see there. */
  (request: Request): Promise<Response>;
  /** Answers a request that is free of any framework. Never rejects. */
  answer(request: LookupRequest, options?: AnswerOptions): Promise<LookupHandlerReply>;
}

/**
 * Creates the handler that answers an enforcement system when it asks about a plate.
 *
 * One handler serves many companies: the credential decides whose permits may be seen, stations and zones are
 * resolved inside that company, and whatever the source returns is filtered again. *No permit* and *not known* are
 * different answers: a source or directory that fails, gives what cannot be read or passes `deadlineMs`, and a
 * place that is not there, are never told as "no permit" unless `whenUndetermined` says so.
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
 * @throws EnforcementError `invalid_config` naming the option: unknown, of a wrong type, a push provider
 */
export function createPermitLookupHandler(options: PermitLookupOptions): PermitLookupHandler {
  const settings = readLookupOptions(options);
  const atOnce: AnswerAtOnce = (request, answerOptions) =>
    answerLookup(settings, toMounted(request, settings.mountPath, answerOptions), answerOptions);
  const answer: PermitLookupHandler["answer"] = async (request, answerOptions = {}) =>
    atOnce(request, answerOptions);
  served.set(answer, { atOnce, deadlineMs: settings.deadlineMs });
  return Object.assign((request: Request) => answerFetch(settings, request), { answer });
}

type AnswerAtOnce = (request: LookupRequest, options: AnswerOptions) => MaybePromise<LookupHandlerReply>;

const served = new WeakMap<
  PermitLookupHandler["answer"],
  { readonly atOnce: AnswerAtOnce; readonly deadlineMs: number }
>();

/** How long a request of this handler may take, its body included. No limit is known of a host's own `answer`. */
export function findDeadlineMs({ answer }: PermitLookupHandler): number | undefined {
  return served.get(answer)?.deadlineMs;
}

/**
 * What `handler.answer` answers, without the promise where nothing had to be waited for: it costs a mount more than
 * finding the permit does. A host's own `answer` around ours is waited for; what it throws it then rejects with.
 */
export function answerAtOnce(
  { answer }: PermitLookupHandler,
  request: LookupRequest,
  options: AnswerOptions,
): MaybePromise<LookupHandlerReply> {
  const ours = served.get(answer);
  return ours === undefined ? (async () => answer(request, options))() : ours.atOnce(request, options);
}

async function answerFetch(settings: LookupSettings, request: Request): Promise<Response> {
  if (settings.whenUndetermined === "drop") throw cannotDrop();
  const startedAt = performance.now();
  const body = await readUntil(readFetchBody(request), startedAt + settings.deadlineMs);
  // The sender broke off before it had asked anything, and does not read this.
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

/** Thrown at every request, so that a host notices with its first one and not with its first outage. */
function cannotDrop(): EnforcementError {
  const problem =
    '"drop" closes the connection, which a function from Request to Response cannot do; mount the handler with toNodeHandler, toExpressHandler or toFastifyHandler, or choose "unavailable" or "deny".';
  return fieldError("whenUndetermined", problem, "invalid_config");
}

/** A request as a framework has it, seen from where the handler is mounted. */
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
