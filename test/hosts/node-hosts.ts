import { text as readText } from "node:stream/consumers";
import { serve } from "@hono/node-server";
import * as library from "@offstreet/enforcement";
import { toNodeHandler } from "@offstreet/enforcement/node";
import { Hono } from "hono";
import Koa from "koa";
import { type LookupHost, openHere } from "../lookup/hosts/host.ts";
import { listen } from "../lookup/hosts/node-server.ts";
import { CONSUMED_PATHNAME, PATHNAME } from "../lookup/hosts/served-lookup.ts";

export const hono: LookupHost = {
  name: "Hono",
  open: () =>
    openHere(library, PATHNAME, async (handler, { report }) => {
      const app = new Hono();
      app.all(PATHNAME, ({ req }) => handler(req.raw));
      app.all(`${PATHNAME}/*`, ({ req }) => handler(req.raw));
      app.post(CONSUMED_PATHNAME, async ({ req }) => {
        await req.raw.text();
        return handler(req.raw);
      });
      app.onError((error, context) => {
        report({ type: "fault", message: String(error) });
        return context.text("failed", 500);
      });
      return new Promise((resolve) => {
        const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) =>
          resolve({
            origin: `http://127.0.0.1:${port}`,
            close: () => new Promise((closed) => server.close(closed)),
          }),
        );
      });
    }),
};

export const koa: LookupHost = {
  name: "Koa",
  open: () =>
    openHere(library, PATHNAME, (handler, { report }) => {
      const app = new Koa();
      const lookup = toNodeHandler(handler);
      app.use(async (context) => {
        if (context.path === CONSUMED_PATHNAME) await readText(context.req);
        // The lookup writes the response itself.
        context.respond = false;
        lookup(context.req, context.res);
      });
      app.on("error", (error) => report({ type: "fault", message: String(error) }));
      return listen(app.callback());
    }),
};
