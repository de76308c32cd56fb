/**
 * The permit lookup over `node:http` and `node:https`.
 *
 * @module @offstreet/enforcement/node
 */

import type { PermitLookupHandler } from "../handler.ts";
import { assertHandler, exchangeOverNode, type NodeRequest, type NodeResponse } from "./node-exchange.ts";

export type { NodeRequest, NodeResponse } from "./node-exchange.ts";

/**
 * Creates a listener for `node:http` and `node:https`. It treats every path as a lookup.
 *
 * ```ts
 * createServer(toNodeHandler(handler)).listen(8080);
 * ```
 *
 * @throws EnforcementError `invalid_config` when the argument is not a handler
 */
export function toNodeHandler(
  handler: PermitLookupHandler,
): (request: NodeRequest, response: NodeResponse) => void {
  assertHandler(handler, "toNodeHandler");
  return (request, response) => exchangeOverNode(handler, { request, response });
}
