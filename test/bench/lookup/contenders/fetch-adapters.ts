import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createServerAdapter } from "@whatwg-node/server";
import type { LookupByHand } from "../by-hand/lookup.ts";
import { parseJson } from "../by-hand/question.ts";
import { writeReply } from "../by-hand/reply.ts";
import { type Contender, listenOn } from "./contender.ts";

// Both serve the lookup by hand, not our handler: an adapter at its best. Neither replaces global objects.

export const honoAdapter: Contender = {
  host: "@hono/node-server",
  listen: async ({ byHand }) => {
    const lookup = await byHand();
    const serve = (request: Request) => answerFetch(lookup, request, Response);
    return listenOn(createServer(getRequestListener(serve, { overrideGlobalObjects: false })));
  },
};

export const whatwgAdapter: Contender = {
  host: "@whatwg-node/server",
  listen: async ({ byHand }) => {
    const lookup = await byHand();
    // Its own Response, which it hands in, is faster for it than the global one.
    const serve = (request: Request, _context: unknown, own: { Response: typeof Response }) =>
      answerFetch(lookup, request, own.Response);
    return listenOn(createServer(createServerAdapter(serve)));
  },
};

async function answerFetch(
  lookup: LookupByHand,
  request: Request,
  ResponseOfHost: typeof Response,
): Promise<Response> {
  const text = await request.text();
  const reply = await lookup(request.headers.get("x-api-key") ?? undefined, () => parseJson(text), {
    onGone: (listener) => request.signal.addEventListener("abort", listener, { once: true }),
  });
  const { status, headers, body } = writeReply(reply);
  return new ResponseOfHost(body, { status, headers: headers as Record<string, string> });
}
