import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text as readText } from "node:stream/consumers";
import express from "express";
import fastify from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { toExpressHandler } from "../../src/lookup/express.ts";
import { toFastifyHandler } from "../../src/lookup/fastify.ts";
import type { FindPermits, PermitLookupHandler } from "../../src/lookup/handler.ts";
import { toNodeHandler } from "../../src/lookup/node.ts";
import { openCampus, permit } from "./campus.ts";

const closers: Array<() => Promise<unknown>> = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/lookup`;
}

function serveExpress(prepare: (app: express.Express, handler: PermitLookupHandler) => void) {
  return (handler: PermitLookupHandler) => {
    const app = express();
    prepare(app, handler);
    return listen(createServer(app));
  };
}

interface Host {
  readonly name: string;
  serve(handler: PermitLookupHandler): Promise<string>;
  /** Whether the framework refuses such a request itself, in a form of its own. */
  readonly refusesItself?: { malformed?: boolean; type?: boolean; method?: boolean; large?: boolean };
}

const hosts: Host[] = [
  { name: "node:http", serve: (handler) => listen(createServer(toNodeHandler(handler))) },
  {
    name: "Express",
    serve: serveExpress((app, handler) => app.all("/lookup", toExpressHandler(handler))),
  },
  {
    name: "Express behind express.json()",
    serve: serveExpress((app, handler) => app.use(express.json()).all("/lookup", toExpressHandler(handler))),
    refusesItself: { malformed: true, large: true },
  },
  {
    name: "Express behind express.text()",
    serve: serveExpress((app, handler) =>
      app.use(express.text({ type: "*/*", limit: "20mb" })).all("/lookup", toExpressHandler(handler)),
    ),
  },
  {
    name: "Express behind express.raw()",
    serve: serveExpress((app, handler) =>
      app.use(express.raw({ type: "*/*", limit: "20mb" })).all("/lookup", toExpressHandler(handler)),
    ),
  },
  {
    name: "Express under a router prefix",
    serve: async (handler) => {
      const url = await serveExpress((app) =>
        app.use("/api/v1", express.Router().use("/lookup", toExpressHandler(handler))),
      )(handler);
      return url.replace("/lookup", "/api/v1/lookup");
    },
  },
  {
    name: "Fastify",
    serve: async (handler) => {
      const app = fastify();
      app.all("/lookup", toFastifyHandler(handler));
      closers.push(() => app.close());
      return `${await app.listen({ port: 0, host: "127.0.0.1" })}/lookup`;
    },
    refusesItself: { malformed: true, type: true, large: true },
  },
];

describe.each(hosts)("$name", ({ serve, refusesItself = {} }) => {
  const json = { "content-type": "application/json" };

  async function open(findPermits?: FindPermits) {
    const campus = openCampus({ permits: [permit()], ...(findPermits === undefined ? {} : { findPermits }) });
    return { ...campus, url: await serve(campus.handler) };
  }

  it("answers a lookup, again and again on one connection", async () => {
    const { url, key } = await open();
    for (const plate of ["GXK204", "gxk 204", "STRANGER"]) {
      const body = JSON.stringify({ plate });
      const response = await fetch(url, { method: "POST", headers: { ...json, "x-api-key": key }, body });
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
      expect(response.headers.get("cache-control")).toBe("no-store");
      const { sessions } = (await response.json()) as { sessions: unknown[] };
      expect(sessions).toHaveLength(plate === "STRANGER" ? 0 : 1);
    }
  });

  it("keeps letters beyond ASCII whole", async () => {
    const { url, key, audits } = await open();
    const body = JSON.stringify({ plate: "GXK204", locationId: "Stationnement Île-d’Orléans 🅿" });
    const response = await fetch(url, { method: "POST", headers: { ...json, "x-api-key": key }, body });
    expect(response.status).toBe(503);
    expect(audits[0]?.asked?.place?.value).toBe("Stationnement Île-d’Orléans 🅿");
  });

  it("refuses strangers with a challenge", async () => {
    const { url } = await open();
    const response = await fetch(url, { method: "POST", headers: json, body: '{"plate":"GXK204"}' });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toContain("Basic");
    expect(await response.json()).toMatchObject({ error: { code: "unauthorized" } });
  });

  it("refuses other methods with Allow", async () => {
    const { url } = await open();
    const response = await fetch(url);
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
  });

  it.each([
    ["no body", undefined, {}, 400, undefined],
    ["an empty body", "", json, 400, "malformed"],
    ["truncated JSON", '{"plate":"GX', json, 400, "malformed"],
    ["a wrong type", '{"plate":7}', json, 400, undefined],
    ["deep nesting", `{"plate":"GXK204","x":${"[".repeat(7_000)}${"]".repeat(7_000)}}`, json, 400, undefined],
    [
      "another content type",
      "plate=GXK204",
      { "content-type": "application/x-www-form-urlencoded" },
      415,
      "type",
    ],
    ["20 kB", `{"plate":"GXK204","x":"${"x".repeat(20_000)}"}`, json, 413, undefined],
    ["10 MB", `{"plate":"GXK204","x":"${"x".repeat(10_000_000)}"}`, json, 413, "large"],
  ] as const)("%s", async (_, body, headers, status, byHost) => {
    const { url, key } = await open();
    const init = {
      method: "POST",
      headers: { ...headers, "x-api-key": key },
      ...(body === undefined ? {} : { body }),
    };
    const response = await fetch(url, init);
    expect(response.status).toBe(status);
    const text = await response.text();
    expect(text).not.toContain(key);
    if (byHost === undefined || !refusesItself[byHost]) {
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(JSON.parse(text)).toMatchObject({ error: { code: expect.any(String) } });
    }
  });

  it("cancels the source when the client disconnects, and lives on", async () => {
    let started = () => {};
    const asked = new Promise<void>((resolve) => {
      started = resolve;
    });
    let cancelled = (_reason: unknown) => {};
    const cancellation = new Promise<unknown>((resolve) => {
      cancelled = resolve;
    });
    let isFirst = true;
    const { url, key, audits } = await open(({ signal }) => {
      if (!isFirst) return [permit()];
      isFirst = false;
      return new Promise(() => {
        signal.addEventListener("abort", () => cancelled(signal.reason));
        started();
      });
    });
    const client = new AbortController();
    const init = { method: "POST", headers: { ...json, "x-api-key": key }, body: '{"plate":"GXK204"}' };
    const first = fetch(url, { ...init, signal: client.signal });
    await asked;
    client.abort();
    await expect(first).rejects.toThrow();
    expect(await cancellation).toMatchObject({ name: "AbortError" });
    expect((await fetch(url, init)).status).toBe(200);
    expect(audits[0]).toMatchObject({ status: "undetermined", reason: "aborted" });
    expect(audits[0]?.failure).toBeUndefined();
  });
});

describe("a client that breaks off in the middle of its body", () => {
  it.each(hosts.filter(({ name }) => name !== "Fastify").slice(0, 2))(
    "is no record: $name",
    async ({ serve }) => {
      const { handler, key, audits, ask } = openCampus({ permits: [permit()] });
      const url = new URL(await serve(handler));
      const socket = connect(Number(url.port), url.hostname);
      await once(socket, "connect");
      const head = `POST /lookup HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-api-key: ${key}\r\n`;
      socket.write(`${head}content-length: 50\r\nexpect: 100-continue\r\n\r\n`);
      await once(socket, "data");
      socket.write('{"plate"');
      socket.destroy();
      await once(socket, "close");
      await ask({ plate: "GXK204" });
      expect(audits.map(({ status }) => status)).toEqual(["valid"]);
    },
  );
});

describe("a body that somebody has consumed", () => {
  it("is answered at once with a named 500", async () => {
    const { handler, key } = openCampus({ permits: [permit()] });
    const url = await serveExpress((app) =>
      app
        .use(async (request, _response, next) => {
          await readText(request);
          next();
        })
        .all("/lookup", toExpressHandler(handler)),
    )(handler);
    const headers = { "content-type": "application/json", "x-api-key": key };
    const response = await fetch(url, { method: "POST", headers, body: '{"plate":"GXK204"}' });
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ error: { code: "body_consumed" } });
    const empty = await fetch(url, { method: "POST", headers });
    expect(empty.status).toBe(400);
  });

  it("but was left untouched behind {} is read, as Express 4 leaves it", async () => {
    const { handler, key } = openCampus({ permits: [permit()] });
    const url = await serveExpress((app) =>
      app
        .use((request, _response, next) => {
          request.body = {};
          next();
        })
        .all("/lookup", toExpressHandler(handler)),
    )(handler);
    const headers = { "content-type": "application/json", "x-api-key": key };
    const response = await fetch(url, { method: "POST", headers, body: '{"plate":"GXK204"}' });
    expect(await response.json()).toMatchObject({ sessions: [{ permitId: "P-1" }] });
  });
});

describe("a framework around the mount", () => {
  it("may have answered before us, as a timeout does", async () => {
    const answers: Array<() => void> = [];
    const { handler, key } = openCampus({
      findPermits: () => {
        for (const answer of answers) answer();
        return [permit()];
      },
    });
    const finished: Array<Promise<void>> = [];
    const url = await serveExpress((app) =>
      app.all("/lookup", (request, response) => {
        answers.push(() => response.status(504).end("too late"));
        finished.push(toExpressHandler(handler)(request, response));
      }),
    )(handler);
    const headers = { "content-type": "application/json", "x-api-key": key };
    const response = await fetch(url, { method: "POST", headers, body: '{"plate":"GXK204"}' });
    expect([response.status, await response.text()]).toEqual([504, "too late"]);
    expect(finished).toHaveLength(1);
    await Promise.all(finished);
  });

  it("keeps Fastify's hooks and headers", async () => {
    const { handler, key } = openCampus({ permits: [permit()] });
    const app = fastify();
    const seen: unknown[] = [];
    app.addHook("onRequest", async (_request, reply) => {
      reply.header("access-control-allow-origin", "https://host.example");
    });
    app.addHook("onSend", async (_request, _reply, payload) => {
      seen.push(payload);
    });
    app.post("/lookup", toFastifyHandler(handler));
    closers.push(() => app.close());
    const url = `${await app.listen({ port: 0, host: "127.0.0.1" })}/lookup`;
    const headers = { "content-type": "application/json", "x-api-key": key };
    const response = await fetch(url, { method: "POST", headers, body: '{"plate":"GXK204"}' });
    expect(response.headers.get("access-control-allow-origin")).toBe("https://host.example");
    expect(seen).toEqual([await response.text()]);
  });

  it("may give Fastify's handler bytes or text", async () => {
    const { handler, key } = openCampus({ permits: [permit()] });
    for (const parseAs of ["buffer", "string"] as const) {
      const app = fastify();
      app.removeAllContentTypeParsers();
      app.addContentTypeParser("application/json", { parseAs }, (_request, body, done) => done(null, body));
      app.post("/lookup", toFastifyHandler(handler));
      const headers = { "content-type": "application/json", "x-api-key": key };
      const reply = await app.inject({
        method: "POST",
        url: "/lookup",
        headers,
        payload: '{"plate":"GXK204"}',
      });
      expect(reply.json()).toMatchObject({ sessions: [{ permitId: "P-1" }] });
      await app.close();
    }
  });
});
