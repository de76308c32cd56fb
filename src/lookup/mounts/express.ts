/**
 * The permit lookup as Express middleware.
 *
 * @module @offstreet/enforcement/express
 */

import type { PermitLookupHandler } from "../handler.ts";
import { assertHandler, exchangeOverNode, type NodeRequest, type NodeResponse } from "./node-exchange.ts";

export type { NodeRequest, NodeResponse } from "./node-exchange.ts";

/**
 * Makes the Express middleware of one route. Mount it with `all` or `use`, so that other methods hear 405 and not 404;
 * with `use` where the dialect has several paths. Mount it before body parsers: it then reads each body itself.
 *
 * ```ts
 * app.all("/lookup", toExpressHandler(handler));
 * app.use("/flex", toExpressHandler(handler)); // /flex/zones, /flex/isvalid, …
 * app.use(express.json());
 * ```
 *
 * A body that something else has read without leaving it in `request.body` is answered at once with a 500 named
 * `body_consumed`. Behind `express.json()`, `express.text()` and `express.raw()` it works as well, but what the parser
 * refuses (malformed or large JSON) is answered by Express, not by us, and is not in the audit.
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
