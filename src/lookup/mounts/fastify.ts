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
} from "./node-exchange.ts";

export type { NodeConnection, NodeRequestHead } from "./node-exchange.ts";

/** The part of a Fastify request that is used. */
export interface FastifyLookupRequest extends NodeRequestHead {
  /** As Fastify's content-type parser left it. */
  readonly body?: unknown;
}

/** The part of a Fastify reply that is used. */
export interface FastifyLookupReply {
  readonly raw: NodeConnection;
  readonly sent?: boolean;
  /** Milliseconds since Fastify got the request; 0 where it does not measure. */
  readonly elapsedTime?: number;
  code(status: number): unknown;
  headers(headers: Record<string, string>): unknown;
  send(body: string): unknown;
  /** Takes the response out of Fastify's hands. */
  hijack(): unknown;
}

/**
 * Makes a Fastify 5 route handler. It answers through the reply, so hooks, CORS and compression stay in effect. Where
 * `whenUndetermined: "drop"` closes the connection, `onSend` and `onResponse` do not run, as when the client goes.
 *
 * ```ts
 * await app.register(async (scope) => {
 *   scope.removeAllContentTypeParsers(); // in this scope only: bodies reach the lookup as they came
 *   scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
 *   scope.all("/lookup", toFastifyHandler(handler));
 * });
 * ```
 *
 * A content-type parser that reads the body and leaves nothing is answered with a 500 named `body_consumed`. What
 * Fastify refuses before a route is reached (its own body limit, and where its own parsers are left in place malformed
 * JSON or an unknown content type) is answered by Fastify, not by us, and is not in the audit.
 *
 * @throws EnforcementError `invalid_config` when it is not given a handler
 */
export function toFastifyHandler(
  handler: PermitLookupHandler,
): (request: FastifyLookupRequest, reply: FastifyLookupReply) => void {
  assertHandler(handler, "toFastifyHandler");
  return (request, reply) => {
    const startedAt = performance.now() - (reply.elapsedTime ?? 0);
    const body = toBodyText(request.body) ?? findMissingBody(request);
    const take = (known: LookupHandlerReply): void => sendReply(reply, known);
    answerOverNode(handler, request, { body, startedAt, connection: reply.raw, take });
  };
}

function sendReply(reply: FastifyLookupReply, { status, headers, body, drop }: LookupHandlerReply): void {
  // Something before us, such as a timeout, has answered.
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
