import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createServerAdapter } from "@whatwg-node/server";
import type { LookupByHand } from "../by-hand/lookup.ts";
import { parseJson } from "../by-hand/question.ts";
import { type Contender, listenOn } from "./contender.ts";

// Both serve the lookup by hand, not our handler: an adapter at its best. Neither replaces global objects.

export const honoAdapter: Contender = {
  host: "@hono/node-server",
  listen: ({ byHand }) =>
    listenOn(
      createServer(
        getRequestListener((request) => answerFetch(byHand, request, Response), {
          overrideGlobalObjects: false,
        }),
      ),
    ),
};

export const whatwgAdapter: Contender = {
  host: "@whatwg-node/server",
  listen: ({ byHand }) =>
    // Its own Response, which it hands in, is faster for it than the global one.
    listenOn(
      createServer(
        createServerAdapter((request, _context, fetchApi) => answerFetch(byHand, request, fetchApi.Response)),
      ),
    ),
};

async function answerFetch(
  lookup: LookupByHand,
  request: Request,
  ResponseOfHost: typeof Response,
): Promise<Response> {
  const text = await request.text();
  const { status, headers, body } = await lookup(
    request.headers.get("x-api-key") ?? undefined,
    () => parseJson(text),
    { onGone: (listener) => request.signal.addEventListener("abort", listener, { once: true }) },
  );
  return new ResponseOfHost(body, { status, headers: headers as Record<string, string> });
}
