import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";
import express from "express";
import fastify, { type FastifyInstance } from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import type { PermitLookupHandler } from "../../../src/lookup/handler.ts";
import { toExpressHandler } from "../../../src/lookup/mounts/express.ts";
import { toFastifyHandler } from "../../../src/lookup/mounts/fastify.ts";
import { toNodeHandler } from "../../../src/lookup/mounts/node.ts";
import { genetecDialect } from "../../../src/vendors/t2-flex/dialects/genetec/genetec.ts";
import { createT2FlexProvider } from "../../../src/vendors/t2-flex/index.ts";
import { openCampus, permit } from "../campus.ts";

// A dialect with several paths sees them relative to the mount, however a host has mounted it.

const closers: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function listenFastify(register: (app: FastifyInstance) => unknown): Promise<string> {
  const app = fastify();
  register(app);
  closers.push(() => app.close());
  return app.listen({ port: 0, host: "127.0.0.1" });
}

type Serve = (handler: PermitLookupHandler) => Promise<string>;
const mounts: Array<[name: string, publicUrl: string | undefined, base: string, serve: Serve]> = [
  ["node:http at its root", undefined, "", (handler) => listen(toNodeHandler(handler))],
  [
    "node:http under publicUrl",
    "https://x.test/in/lookup/",
    "/in/lookup",
    (handler) => listen(toNodeHandler(handler)),
  ],
  [
    "Express under a prefix",
    undefined,
    "/in",
    (handler) => listen(express().use("/in", toExpressHandler(handler))),
  ],
  [
    "Express under two prefixes, behind express.json()",
    undefined,
    "/v1/in",
    (handler) =>
      listen(
        express()
          .use(express.json())
          .use("/v1", express.Router().use("/in", toExpressHandler(handler))),
      ),
  ],
  [
    // Express has removed /api; the remaining path still begins with /api.
    "Express under a prefix that the dialect's own paths begin with",
    "https://x.test/api",
    "/api",
    (handler) => listen(express().use("/api", toExpressHandler(handler))),
  ],
  [
    "Express under a prefix behind a proxy that adds another",
    "https://x.test/outer/in",
    "/in",
    (handler) => listen(express().use("/in", toExpressHandler(handler))),
  ],
  [
    "an Express route with a wildcard, under publicUrl",
    "https://x.test/v1/in",
    "/v1/in",
    (handler) => listen(express().use("/v1", express.Router().all("/in/{*rest}", toExpressHandler(handler)))),
  ],
  [
    "a Fastify wildcard route under a prefix, under publicUrl",
    "https://x.test/v1/in",
    "/v1/in",
    (handler) =>
      listenFastify((app) =>
        app.register(async (scope: FastifyInstance) => scope.all("/in/*", toFastifyHandler(handler)), {
          prefix: "/v1",
        }),
      ),
  ],
  [
    "a fetch server under publicUrl",
    "https://x.test/in",
    "/in",
    (handler) =>
      listen(async (request, response) => {
        const init = { method: request.method ?? "", headers: request.headers as Record<string, string> };
        const reply = await handler(new Request(`http://10.0.0.1${request.url}`, init));
        response.writeHead(reply.status).end(await reply.text());
      }),
  ],
];

describe.each(mounts)("%s", (_, publicUrl, base, serve) => {
  it.each(["", "/api/pbp/v2014-06"])("serves %s/zones, and no other path", async (prefix) => {
    const { handler, key } = openCampus({
      provider: createT2FlexProvider({ dialect: genetecDialect }),
      permits: [permit()],
      ...(publicUrl === undefined ? {} : { publicUrl }),
    });
    const origin = await serve(handler);
    const ask = (path: string) => fetch(origin + path, { headers: { "x-api-key": key } });
    const zones = await ask(`${base}${prefix}/zones?a=b`);
    expect([zones.status, await zones.text()]).toEqual([200, expect.stringContaining('"lot-1"')]);
    expect((await ask(`${base}${prefix}/zone`)).status).toBe(404);
  });
});

// A fetch server has already made a URL of it.
const nodeMounts = mounts.filter(([name]) => !name.startsWith("a fetch server"));

describe.each(nodeMounts)("%s", (_, publicUrl, base, serve) => {
  it("reads a target in absolute form, as a proxy sends it, and uses nothing of its host", async () => {
    const { handler, key } = openCampus({
      provider: createT2FlexProvider({ dialect: genetecDialect }),
      ...(publicUrl === undefined ? {} : { publicUrl }),
    });
    const origin = await serve(handler);
    const ask = async (path: string) => {
      const headers = { "x-api-key": key };
      const request = httpRequest(origin, { path: `http://elsewhere.test${base}${path}`, headers }).end();
      const [reply] = (await once(request, "response")) as [IncomingMessage];
      return [reply.statusCode, await readText(reply)];
    };
    expect(await ask("/zones?a=b")).toEqual([200, expect.stringContaining('"lot-1"')]);
    expect((await ask("/zone"))[0]).toBe(404);
  });
});
