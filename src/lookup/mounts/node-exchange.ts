import type { MaybePromise } from "../../core/directory/directory.ts";
import { EnforcementError } from "../../core/errors.ts";
import type { LookupReply } from "../../core/lookup/lookup-message.ts";
import { isPromise, thenMaybe } from "../../core/maybe-promise.ts";
import { replyToBrokenDialect } from "../answer.ts";
import { isBodiless } from "../closed-reply.ts";
import { answerAtOnce, findDeadlineMs, type PermitLookupHandler } from "../handler.ts";
import type { LookupHandlerReply } from "../handler-reply.ts";
import { type ReadBody, toBodyText } from "../request/body.ts";
import { readUntil } from "../request/body-deadline.ts";
import { type NodeBodyStream, readNodeBody } from "../request/read-body.ts";

/** The part of Node's `IncomingMessage` that is used. */
export interface NodeRequest extends NodeBodyStream {
  readonly method?: string | undefined;
  /** Relative to the router it is mounted on, as Express has it. */
  readonly url?: string | undefined;
  /** As it arrived, where Express took a prefix off. */
  readonly originalUrl?: string | undefined;
  readonly readableDidRead: boolean;
  readonly readableEnded: boolean;
  /** What a body parser left. */
  readonly body?: unknown;
}

/** The part of Node's `ServerResponse` that tells whether the client is still there, and that lets go of it. */
export interface NodeConnection {
  readonly destroyed: boolean;
  readonly writableEnded: boolean;
  /** The stream of an HTTP/2 response, one of many on its connection. */
  readonly stream?: { close(code: number): unknown } | undefined;
  /** `null` while replies to earlier requests of the same connection are not out yet. */
  readonly socket?: { destroy(): unknown } | null | undefined;
  /** Node calls it once they are. */
  assignSocket?(socket: { destroy(): unknown }): unknown;
  once(event: "close", listener: () => void): unknown;
  destroy(): unknown;
}

/** The part of Node's `ServerResponse` that is used. */
export interface NodeResponse extends NodeConnection {
  readonly headersSent: boolean;
  writeHead(status: number, headers: Record<string, string | number>): unknown;
  end(body: string): unknown;
}

/** A request as every Node framework has it, without its body. */
export interface NodeRequestHead {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Before Express took the prefix of a router off `url`. */
  readonly originalUrl?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Reads a Node request, asks the handler, and writes the reply, then calls `onEnd`. Neither throws nor rejects. */
export function exchangeOverNode(
  handler: PermitLookupHandler,
  { request, response }: { request: NodeRequest; response: NodeResponse },
  onEnd: () => void = () => {},
): void {
  const take = (reply: LookupHandlerReply): void => {
    sendReply(response, reply);
    onEnd();
  };
  const startedAt = performance.now();
  const limitMs = findDeadlineMs(handler);
  const body = findBody(request, limitMs === undefined ? undefined : startedAt + limitMs);
  void thenMaybe(body, (known) => {
    if (known === undefined) onEnd();
    else answerOverNode(handler, request, { body: known, startedAt, connection: response, take });
  });
}

function sendReply(response: NodeResponse, reply: LookupHandlerReply): void {
  // The client has gone, or something before us, such as a timeout, has answered.
  if (response.headersSent || response.destroyed) return;
  if (reply.drop === true) {
    dropConnection(response);
    return;
  }
  try {
    writeReply(response, reply);
  } catch {
    // Headers of a host's dialect that HTTP cannot carry. Thrown from here they would end the process.
    writeReply(response, replyToBrokenDialect());
  }
}

/**
 * Closes the connection without a reply. Over HTTP/2 that is the one stream, and what else is on its connection goes on.
 * Replies to earlier requests of the same HTTP/1.1 connection are written before.
 */
export function dropConnection(connection: NodeConnection): void {
  if (connection.stream !== undefined) {
    connection.stream.close(HTTP2_CANCEL);
    return;
  }
  connection.destroy();
  // Node forgets to close the connection of a response that was destroyed before it had one.
  if (connection.socket === null) connection.assignSocket = (socket) => socket.destroy();
}

// Any other code but 0 would be an error event on a request that may have no listener, and end the process.
const HTTP2_CANCEL = 8;

function writeReply(response: NodeResponse, { status, headers, body }: LookupReply): void {
  const length = isBodiless(status) ? undefined : { "content-length": Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...length });
  response.end(body);
}

/** What is known of a Node request besides its head, and who takes the reply. */
interface NodeExchange {
  readonly body: ReadBody;
  /** When the request reached us, in the milliseconds of `performance.now()`. */
  readonly startedAt: number;
  readonly connection: NodeConnection;
  readonly take: (reply: LookupHandlerReply) => void;
}

// Kept from before a test replaces the timers: a mount that waits on a faked one would never answer.
const { setImmediate: afterThisTurn } = globalThis;

/**
 * Asks the handler on behalf of a Node framework. No `Request` is built, and no signal. Neither throws nor rejects.
 *
 * First everything that has arrived is read, then it is answered, then the replies are written: see
 * docs/decisions/read-first-answer-then.md.
 */
export function answerOverNode(
  handler: PermitLookupHandler,
  request: NodeRequestHead,
  { body, startedAt, connection, take }: NodeExchange,
): void {
  afterThisTurn(() => {
    const answer = askHandler(handler, request, { body, startedAt, connection });
    // Ours does not reject; a host's own function around it may.
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

/** A proxy may put scheme and host in front of a request's path (RFC 9112, 3.2.2). Nothing is derived from them. */
function toOriginForm(target: string): string {
  if (target.startsWith("/")) return target;
  return target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?]*/i, "").replace(/^(?=\?|$)/, "/");
}

function pathOf(url: string): string {
  const mark = url.indexOf("?");
  return mark === -1 ? url : url.slice(0, mark);
}

/** @throws EnforcementError `invalid_config` when a mount is given something else than a handler */
export function assertHandler(handler: PermitLookupHandler, mount: string): void {
  if (typeof (handler as Partial<PermitLookupHandler> | null | undefined)?.answer !== "function") {
    const message = `${mount}: handler: must be what createPermitLookupHandler() returned.`;
    throw new EnforcementError("invalid_config", message, { field: "handler" });
  }
}

/**
 * The body, read here or by a parser before us. A parser leaves `request.body`; without one the stream is still untouched. Where it
 * was read and nothing usable is left, waiting for it would never end. `undefined`: the client broke off.
 */
function findBody(request: NodeRequest, endsAt: number | undefined): MaybePromise<ReadBody | undefined> {
  const isUntouched = !request.readableDidRead && !request.readableEnded;
  const parsed = toBodyText(request.body);
  // Express 4 puts {} where its parser found nothing to parse; others put null.
  const isNothing = parsed === undefined || parsed.text === "{}" || parsed.text === "null";
  if (!isUntouched || !isNothing) return parsed ?? findMissingBody(request);
  const reading = readNodeBody(request);
  return endsAt === undefined ? reading : readUntil(reading, endsAt);
}

/** The body of a request whose stream was read before us, where the reader left none: consumed, or never sent. */
export function findMissingBody({ headers }: NodeRequestHead): ReadBody {
  const wasSent = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  return wasSent ? { problem: "consumed" } : { text: "" };
}

function findHeader(headers: NodeRequestHead["headers"], name: string): string | undefined {
  const value: unknown = headers[name];
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.join(", ") : undefined;
}

/** Tells when the connection closes before the reply is out. A request closes earlier: once its body is read. */
function watchConnection(connection: NodeConnection, onGone: () => void): void {
  if (connection.destroyed) onGone();
  else connection.once("close", () => connection.writableEnded || onGone());
}
