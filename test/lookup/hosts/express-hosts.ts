import { createRequire } from "node:module";
import { text as readText } from "node:stream/consumers";
import compression from "compression";
import express from "express";
import helmet from "helmet";
import * as library from "../../../src/index.ts";
import { toExpressHandler } from "../../../src/lookup/mounts/express.ts";
import { type HostTraits, type LookupHost, openHere } from "./host.ts";
import type { Journal } from "./journal.ts";
import { listen } from "./node-server.ts";
import { CONSUMED_PATHNAME, PATHNAME } from "./served-lookup.ts";

type Express = typeof express;
// Typed as Express 5, as far as it is used here.
const express4 = createRequire(import.meta.url)("express4") as Express;
type LookupMiddleware = ReturnType<typeof toExpressHandler>;

interface Way {
  readonly name: string;
  readonly pathname?: string;
  readonly traits?: HostTraits;
  mount(app: express.Express, lookup: LookupMiddleware, library: Express): unknown;
}

const everything = { type: "*/*", limit: "20mb" };

const ways: readonly Way[] = [
  { name: "raw", mount: (app, lookup) => app.use(PATHNAME, lookup) },
  {
    name: "after express.json()",
    traits: { refusesItself: ["malformed", "large"] },
    mount: (app, lookup, { json }) => app.use(json()).use(PATHNAME, lookup),
  },
  {
    name: "after express.text()",
    mount: (app, lookup, { text }) => app.use(text(everything)).use(PATHNAME, lookup),
  },
  {
    name: "after express.raw()",
    mount: (app, lookup, { raw }) => app.use(raw(everything)).use(PATHNAME, lookup),
  },
  {
    name: "under a router prefix",
    pathname: "/api/v1/lookup",
    mount: (app, lookup, { Router }) => app.use("/api", Router().use("/v1", Router().use(PATHNAME, lookup))),
  },
  {
    name: "with compression and helmet",
    traits: { compresses: true, adds: { "x-content-type-options": "nosniff" } },
    mount: (app, lookup) =>
      app
        .use(helmet())
        .use(compression({ threshold: 0 }))
        .use(PATHNAME, lookup),
  },
];

/** Express 4 and 5, in each way in which hosts use them. */
export const expressHosts: readonly LookupHost[] = [
  { version: "Express 4", library: express4 },
  { version: "Express 5", library: express },
].flatMap(({ version, library: expressLibrary }) =>
  ways.map(({ name, pathname = PATHNAME, traits = {}, mount }) => ({
    name: `${version}, ${name}`,
    traits,
    open: () =>
      openHere(library, pathname, (handler, journal) => {
        const app = expressLibrary();
        const lookup = toExpressHandler(handler);
        app.all(CONSUMED_PATHNAME, consumeBody, lookup);
        mount(app, lookup, expressLibrary);
        app.use(reportFault(journal));
        return listen(app);
      }),
  })),
);

const consumeBody: express.RequestHandler = (request, _response, next) => {
  readText(request).then(() => next(), next);
};

function reportFault({ report }: Journal): express.ErrorRequestHandler {
  return (error, _request, _response, next) => {
    report({ type: "fault", message: String(error) });
    next(error);
  };
}
