import { EnforcementError } from "../../core/errors.ts";
import type { LookupReply } from "../../core/lookup/lookup-message.ts";
import { isPromise, type MaybePromise, thenMaybe } from "../../core/maybe-promise.ts";
import { systemTimers } from "../../core/timers.ts";
import { replyToBrokenDialect } from "../answer.ts";
import { isBodiless, type LookupHandlerReply } from "../closed-reply.ts";
import { answerAtOnce, findOwnAnswer, type PermitLookupHandler } from "../handler.ts";
import { type ReadBody, toBodyText } from "../request/body.ts";
import { type NodeBodyStream, readNodeBody, readUntil } from "../request/read-body.ts";
import type { SharedTimer } from "../shared-timer.ts";

/** The part of Node's `IncomingMessage` that the mounts use. */
export interface NodeRequest extends NodeBodyStream {
  readonly method?: string | undefined;
  /** Relative to the router, in Express. */
  readonly url?: string | undefined;
  /** The URL as it arrived, before Express removed a router's prefix. */
  readonly originalUrl?: string | undefined;
  readonly readableDidRead: boolean;
  readonly readableEnded: boolean;
  /** The result of a body parser. */
  readonly body?: unknown;
}

/** The part of Node's `ServerResponse` that shows whether the client is connected, and that closes the connection. */
export interface NodeConnection {
  readonly destroyed: boolean;
  readonly writableEnded: boolean;
  /** The stream of an HTTP/2 response, one of many on its connection. */
  readonly stream?: { close(code: number): unknown } | undefined;
  /** `null` until the replies to earlier requests of the same connection are sent. */
  readonly socket?: { destroy(): unknown } | null | undefined;
  /** Node calls it once those replies are sent. */
  assignSocket?(socket: { destroy(): unknown }): unknown;
  once(event: "close", listener: () => void): unknown;
  destroy(): unknown;
}

/** The part of Node's `ServerResponse` that the mounts use. */
export interface NodeResponse extends NodeConnection {
  readonly headersSent: boolean;
  writeHead(status: number, headers: Record<string, string | number>): unknown;
  end(body: string): unknown;
}

/** The head of a request, as every Node framework has it. */
export interface NodeRequestHead {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** The URL as it arrived, before Express removed a router's prefix. */
  readonly originalUrl?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Reads a Node request, calls the handler, writes the reply, then calls `onEnd`. Neither throws nor rejects. */
export function exchangeOverNode(
  handler: PermitLookupHandler,
  { request, response }: { request: NodeRequest; response: NodeResponse },
  onEnd: () => void = () => {},
): void {
  const take = (reply: LookupHandlerReply): void => {
    sendReply(response, reply);
    onEnd();
  };
  const startedAt = nowOf(handler);
  const ours = findOwnAnswer(handler);
  const body = findBody(
    request,
    ours === undefined ? undefined : { endsAt: startedAt + ours.deadlineMs, timer: ours.timer },
  );
  void thenMaybe(body, (known) => {
    if (known === undefined) onEnd();
    else answerOverNode(handler, request, { body: known, startedAt, connection: response, take });
  });
}

/** Now by the handler's timer, in the milliseconds of `performance.now()`; by the machine's where a host wrapped `answer`. */
export function nowOf(handler: PermitLookupHandler): number {
  return findOwnAnswer(handler)?.timer.now() ?? systemTimers.monotonic();
}

function sendReply(response: NodeResponse, reply: LookupHandlerReply): void {
  // The client has closed the connection, or a timeout of the host has already replied.
  if (response.headersSent || response.destroyed) return;
  if (reply.drop === true) {
    dropConnection(response);
    return;
  }
  try {
    writeReply(response, reply);
  } catch {
    // The headers of the host's own dialect cannot be sent. An error thrown from here would end the process.
    writeReply(response, replyToBrokenDialect());
  }
}

/**
 * Closes the connection without a reply. Over HTTP/2 it closes only this request's stream. Replies to earlier requests of the
 * same HTTP/1.1 connection are still written.
 */
export function dropConnection(connection: NodeConnection): void {
  if (connection.stream !== undefined) {
    connection.stream.close(HTTP2_CANCEL);
    return;
  }
  connection.destroy();
  // Node does not close the connection of a response that is destroyed before it has a socket.
  if (connection.socket === null) connection.assignSocket = (socket) => socket.destroy();
}

// RFC 9113 CANCEL. Any other code but 0 emits an error on the request, which ends the process when it has no listener.
const HTTP2_CANCEL = 8;

function writeReply(response: NodeResponse, { status, headers, body }: LookupReply): void {
  const length = isBodiless(status) ? undefined : { "content-length": Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...length });
  response.end(body);
}

/** A Node request's body, arrival and connection, and the function that sends the reply. */
interface NodeExchange {
  readonly body: ReadBody;
  /** When the request arrived, by {@link nowOf}. */
  readonly startedAt: number;
  readonly connection: NodeConnection;
  readonly take: (reply: LookupHandlerReply) => void;
}

// The original function: with the fake timers of a test, a mount would never reply.
const { setImmediate: afterThisTurn } = globalThis;

/**
 * Calls the handler for a Node framework, without creating a `Request` or a signal. Neither throws nor rejects.
 *
 * All requests that have arrived are read first, then answered, then the replies are written; see
 * docs/decisions/read-first-answer-then.md.
 */
export function answerOverNode(
  handler: PermitLookupHandler,
  request: NodeRequestHead,
  { body, startedAt, connection, take }: NodeExchange,
): void {
  afterThisTurn(() => {
    const answer = askHandler(handler, request, { body, startedAt, connection });
    // The handler's own `answer` never rejects; a host's function around it may.
    if (isPromise(answer)) void answer.catch(replyToBrokenDialect).then(take);
    else afterThisTurn(() => take(answer));
  });
}

function askHandler(
  handler: PermitLookupHandler,
  request: NodeRequestHead,
  { body, startedAt, connection }: Omit<NodeExchange, "take">,
): MaybePromise<LookupHandlerReply> {
  const url = toOriginForm(request.url ?? "/");
  const path = pathOf(url);
  const { originalUrl } = request;
  const neutral = {
    method: request.method ?? "",
    path,
    query: url.slice(path.length + 1),
    header: (name: string) => findHeader(request.headers, name),
    body: body.text ?? "",
  };
  return answerAtOnce(handler, neutral, {
    bodyProblem: body.problem,
    startedAt,
    originalPath: originalUrl === undefined ? undefined : pathOf(toOriginForm(originalUrl)),
    watch: (onGone) => watchConnection(connection, onGone),
  });
}

/** Removes scheme and host, which a proxy may put in front of the path (RFC 9112, 3.2.2). */
function toOriginForm(target: string): string {
  if (target.startsWith("/")) return target;
  return target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?]*/i, "").replace(/^(?=\?|$)/, "/");
}

function pathOf(url: string): string {
  const mark = url.indexOf("?");
  return mark === -1 ? url : url.slice(0, mark);
}

/** @throws EnforcementError `invalid_config` when the argument of a mount is not a handler */
export function assertHandler(handler: PermitLookupHandler, mount: string): void {
  if (typeof (handler as Partial<PermitLookupHandler> | null | undefined)?.answer !== "function") {
    const message = `${mount}: handler: must be what createPermitLookupHandler() returned.`;
    throw new EnforcementError("invalid_config", message, { field: "handler" });
  }
}

/**
 * The body: the parser's result in `request.body`, or read here when the stream is still unread. A stream that was read without
 * leaving a result is not waited for, because it would never end. `undefined` when the client closes the connection.
 */
function findBody(
  request: NodeRequest,
  limit: { endsAt: number; timer: SharedTimer } | undefined,
): MaybePromise<ReadBody | undefined> {
  const isUntouched = !request.readableDidRead && !request.readableEnded;
  const parsed = toBodyText(request.body);
  // Express 4 sets {} when its parser had nothing to parse; other frameworks set null.
  const isNothing = parsed === undefined || parsed.text === "{}" || parsed.text === "null";
  if (!isUntouched || !isNothing) return parsed ?? findMissingBody(request);
  const reading = readNodeBody(request);
  return limit === undefined ? reading : readUntil(reading, limit);
}

/** The body of a request whose stream was read without leaving a result: consumed, or empty when none was sent. */
export function findMissingBody({ headers }: NodeRequestHead): ReadBody {
  const wasSent = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  return wasSent ? { problem: "consumed" } : { text: "" };
}

function findHeader(headers: NodeRequestHead["headers"], name: string): string | undefined {
  const value: unknown = headers[name];
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.join(", ") : undefined;
}

/** Calls `onGone` when the connection closes before the reply is sent. Watches the response: a request closes once read. */
function watchConnection(connection: NodeConnection, onGone: () => void): void {
  if (connection.destroyed) onGone();
  else connection.once("close", () => connection.writableEnded || onGone());
}
