/**
 * The permit lookup as Express middleware.
 *
 * @module @offstreet/enforcement/express
 */

import type { PermitLookupHandler } from "./handler.ts";
import { assertHandler, exchangeOverNode, type NodeRequest, type NodeResponse } from "./node-exchange.ts";

export type { NodeRequest, NodeResponse } from "./node-exchange.ts";

/**
 * Makes the Express middleware of one route. It reads the body itself, and works as well behind `express.json()`,
 * `express.text()` and `express.raw()`. Mount it with `all` or `use`, so that other methods hear 405 and not 404; with
 * `use` where the dialect has several paths.
 *
 * ```ts
 * app.all("/lookup", toExpressHandler(handler));
 * app.use("/flex", toExpressHandler(handler)); // /flex/zones, /flex/isvalid, …
 * ```
 *
 * A body that something else has read without leaving it in `request.body` is answered at once with a 500 named
 * `body_consumed`. What a parser before it refuses (malformed or large JSON) is answered by Express, not by us.
 *
 * @throws EnforcementError `invalid_config` when it is not given a handler
 */
export function toExpressHandler(
  handler: PermitLookupHandler,
): (request: NodeRequest, response: NodeResponse) => Promise<void> {
  assertHandler(handler, "toExpressHandler");
  return (request, response) =>
    new Promise((resolve) => exchangeOverNode(handler, { request, response }, resolve));
}
