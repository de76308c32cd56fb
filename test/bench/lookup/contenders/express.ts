import { createServer } from "node:http";
import { toExpressHandler } from "@offstreet/enforcement/express";
import express, { type ErrorRequestHandler } from "express";
import type { LookupByHand } from "../by-hand/lookup.ts";
import { CHALLENGE, writeReply } from "../by-hand/reply.ts";
import { type Contender, listenOn, PATH } from "./contender.ts";
import { clientOf } from "./node.ts";

/** As Express's own guide writes a route: its body parser, its `response.json()`, its defaults. */
export const expressByHand: Contender = {
  host: "express",
  listen: async ({ byHand }) => {
    const app = express();
    app.post(PATH, express.json({ limit: "16kb" }), serveByHand(await byHand()));
    app.use(refuseMalformed);
    return listenOn(createServer(app));
  },
};

/** Stripped: no ETag, no header of Express's, and the reply is written past `response.json()`. */
export const expressByHandStripped: Contender = {
  host: "express",
  listen: async ({ byHand }) => {
    const app = bareApp();
    app.post(PATH, express.json({ limit: "16kb" }), serveStripped(await byHand()));
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

function serveByHand(lookup: LookupByHand): express.RequestHandler {
  return async (request, response) => {
    const pending = lookup(request.get("x-api-key"), () => request.body, clientOf(response));
    const { status, value } = pending instanceof Promise ? await pending : pending;
    if (status === 401) response.set("www-authenticate", CHALLENGE);
    if (!response.destroyed) response.status(status).set("cache-control", "no-store").json(value);
  };
}

function serveStripped(lookup: LookupByHand): express.RequestHandler {
  return async (request, response) => {
    const pending = lookup(request.get("x-api-key"), () => request.body, clientOf(response));
    const { status, headers, body } = writeReply(pending instanceof Promise ? await pending : pending);
    if (!response.destroyed) response.writeHead(status, headers).end(body);
  };
}

const refuseMalformed: ErrorRequestHandler = (_error, _request, response, _next) => {
  const message = "body: is not JSON, or was cut off.";
  response.status(400).json({ error: { code: "invalid_request", message } });
};
