import { createServer } from "node:http";
import { toExpressHandler } from "@offstreet/enforcement/express";
import express, { type ErrorRequestHandler } from "express";
import type { LookupByHand } from "../by-hand/lookup.ts";
import { type Contender, listenOn, PATH } from "./contender.ts";
import { clientOf } from "./node.ts";

export const expressByHand: Contender = {
  host: "express",
  listen: async ({ byHand }) => {
    const app = bareApp();
    app.post(PATH, express.json({ limit: "16kb" }), serveByHand(await byHand()));
    app.use(refuseMalformed);
    return listenOn(createServer(app));
  },
};

export const expressOurs: Contender = {
  host: "express",
  listen: async ({ ours }) => listenOn(createServer(bareApp().post(PATH, toExpressHandler(await ours())))),
};

export const expressOursBehindJson: Contender = {
  host: "express",
  listen: async ({ ours }) =>
    listenOn(
      createServer(bareApp().post(PATH, express.json({ limit: "16kb" }), toExpressHandler(await ours()))),
    ),
};

/** Without the header and the ETag that a lookup has no use for, on both sides. */
function bareApp(): express.Express {
  return express().disable("x-powered-by").disable("etag");
}

/** Writes the reply itself: `response.send()` would look at it once more. */
function serveByHand(lookup: LookupByHand): express.RequestHandler {
  return async (request, response) => {
    const pending = lookup(request.get("x-api-key"), () => request.body, clientOf(response));
    const reply = pending instanceof Promise ? await pending : pending;
    if (!response.destroyed) response.writeHead(reply.status, reply.headers).end(reply.body);
  };
}

const refuseMalformed: ErrorRequestHandler = (_error, _request, response, _next) => {
  const message = "body: is not JSON, or was cut off.";
  response.status(400).json({ error: { code: "invalid_request", message } });
};
