import type { LookupReply } from "../core/dialect.ts";
import { EnforcementError } from "../core/errors.ts";
import { type ReadBody, toBodyText } from "./body.ts";
import type { PermitLookupHandler } from "./handler.ts";
import { type NodeBodyStream, readNodeBody } from "./read-body.ts";

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

/** The part of Node's `ServerResponse` that tells whether the client is still there. */
export interface NodeConnection {
  readonly destroyed: boolean;
  readonly writableFinished: boolean;
  once(event: "close", listener: () => void): unknown;
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

/** Reads a Node request, asks the handler, and writes the reply. Never rejects. */
export async function exchangeOverNode(
  handler: PermitLookupHandler,
  request: NodeRequest,
  response: NodeResponse,
): Promise<void> {
  const body = await findBody(request);
  if (body === undefined) return;
  const {
    status,
    headers,
    body: text,
  } = await answerOverNode(handler, request, { body, connection: response });
  // The client has gone, or something before us, such as a timeout, has answered.
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(text) });
  response.end(text);
}

/** Asks the handler on behalf of a Node framework. No `Request` is built, and no signal. */
export function answerOverNode(
  handler: PermitLookupHandler,
  request: NodeRequestHead,
  { body, connection }: { body: ReadBody; connection: NodeConnection },
): Promise<LookupReply> {
  const url = request.url ?? "/";
  const path = pathOf(url);
  const { originalUrl } = request;
  const neutral = {
    method: request.method ?? "",
    path,
    query: url.slice(path.length + 1),
    header: (name: string) => findHeader(request.headers, name),
    body: body.text ?? "",
  };
  return handler.answer(neutral, {
    bodyProblem: body.problem,
    originalPath: originalUrl === undefined ? undefined : pathOf(originalUrl),
    watch: (onGone) => watchConnection(connection, onGone),
  });
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
 * The body, whoever has read it. A parser leaves `request.body`; without one the stream is still untouched. Where it
 * was read and nothing usable is left, waiting for it would never end. `undefined`: the client broke off.
 */
function findBody(request: NodeRequest): Promise<ReadBody | undefined> {
  const isUntouched = !request.readableDidRead && !request.readableEnded;
  const parsed = toBodyText(request.body);
  // Express 4 puts {} where its parser found nothing to parse.
  if (isUntouched && (parsed === undefined || parsed.text === "{}")) return readNodeBody(request);
  return Promise.resolve(parsed ?? findMissingBody(request));
}

/** What it means that a request whose body was read by somebody has none: one was sent, or none ever was. */
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
  else connection.once("close", () => connection.writableFinished || onGone());
}
