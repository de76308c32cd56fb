/**
 * The permit lookup as a Fastify handler.
 *
 * @module @offstreet/enforcement/fastify
 */

import type { LookupHandlerReply, PermitLookupHandler } from "../handler.ts";
import { toBodyText } from "../request/body.ts";
import {
  answerOverNode,
  assertHandler,
  dropConnection,
  findMissingBody,
  type NodeConnection,
  type NodeRequestHead,
  nowOf,
} from "./node-exchange.ts";

export type { NodeConnection, NodeRequestHead } from "./node-exchange.ts";

/** The part of a Fastify request that the handler uses. */
export interface FastifyLookupRequest extends NodeRequestHead {
  /** The result of Fastify's content-type parser. */
  readonly body?: unknown;
}

/** The part of a Fastify reply that the handler uses. */
export interface FastifyLookupReply {
  readonly raw: NodeConnection;
  readonly sent?: boolean;
  /** Milliseconds since Fastify received the request; 0 when Fastify does not measure it. */
  readonly elapsedTime?: number;
  code(status: number): unknown;
  headers(headers: Record<string, string>): unknown;
  send(body: string): unknown;
  /** Tells Fastify that the handler closes the response itself. */
  hijack(): unknown;
}

/**
 * Creates a Fastify 5 route handler. It replies through Fastify, so hooks, CORS and compression stay in effect. When
 * `whenUndetermined: "drop"` closes the connection, `onSend` and `onResponse` do not run.
 *
 * ```ts
 * await app.register(async (scope) => {
 *   scope.removeAllContentTypeParsers(); // in this scope only: bodies reach the lookup as they came
 *   scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
 *   scope.all("/lookup", toFastifyHandler(handler));
 * });
 * ```
 *
 * A request whose body a content-type parser has read without passing it on gets a 500 with the code `body_consumed`. A request
 * that Fastify refuses before it reaches the route gets Fastify's reply, and no record is created: a body over Fastify's own
 * limit and, with Fastify's own parsers in place, malformed JSON or an unknown content type.
 *
 * @throws EnforcementError `invalid_config` when the argument is not a handler
 */
export function toFastifyHandler(
  handler: PermitLookupHandler,
): (request: FastifyLookupRequest, reply: FastifyLookupReply) => void {
  assertHandler(handler, "toFastifyHandler");
  return (request, reply) => {
    const startedAt = nowOf(handler) - (reply.elapsedTime ?? 0);
    const body = toBodyText(request.body) ?? findMissingBody(request);
    const take = (known: LookupHandlerReply): void => sendReply(reply, known);
    answerOverNode(handler, request, { body, startedAt, connection: reply.raw, take });
  };
}

function sendReply(reply: FastifyLookupReply, { status, headers, body, drop }: LookupHandlerReply): void {
  // A hook or a timeout of the host has already replied.
  if (reply.sent) return;
  if (drop === true) {
    reply.hijack();
    dropConnection(reply.raw);
    return;
  }
  reply.code(status);
  reply.headers({ ...headers });
  reply.send(body);
}
