/**
 * The permit lookup as Express middleware.
 *
 * @module @offstreet/enforcement/express
 */

import type { PermitLookupHandler } from "../handler.ts";
import { assertHandler, exchangeOverNode, type NodeRequest, type NodeResponse } from "./node-exchange.ts";

export type { NodeRequest, NodeResponse } from "./node-exchange.ts";

/**
 * Creates the Express middleware of one route. Mount it with `all` or `use`, so that other methods get 405 instead of 404; with
 * `use` when the dialect has several paths. Mount it before body parsers, so that it reads each body itself.
 *
 * ```ts
 * app.all("/lookup", toExpressHandler(handler));
 * app.use("/flex", toExpressHandler(handler)); // /flex/zones, /flex/isvalid, …
 * app.use(express.json());
 * ```
 *
 * The middleware also works behind `express.json()`, `express.text()` and `express.raw()`. A request that such a parser refuses
 * (malformed or large JSON) then gets Express's reply, and no record is created. A request whose body was read without being
 * left in `request.body` gets a 500 with the code `body_consumed`.
 *
 * @throws EnforcementError `invalid_config` when the argument is not a handler
 */
export function toExpressHandler(
  handler: PermitLookupHandler,
): (request: NodeRequest, response: NodeResponse) => Promise<void> {
  assertHandler(handler, "toExpressHandler");
  return (request, response) =>
    new Promise((resolve) => exchangeOverNode(handler, { request, response }, resolve));
}
