import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import * as http2 from "node:http2";
import { type AddressInfo, connect } from "node:net";
import { text as readText } from "node:stream/consumers";
import express from "express";
import fastify from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { toExpressHandler } from "../../../src/lookup/mounts/express.ts";
import { toFastifyHandler } from "../../../src/lookup/mounts/fastify.ts";
import { toNodeHandler } from "../../../src/lookup/mounts/node.ts";
import { createT2FlexProvider } from "../../../src/vendors/t2-flex/index.ts";
import { openCampus, permit } from "../campus.ts";
import { listen } from "../hosts/node-server.ts";

// Cases of single frameworks. The cases of every host are in hosts/suite.ts.

const closers: Array<() => Promise<unknown>> = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serveExpress(prepare: (app: express.Express) => void): Promise<string> {
  const app = express();
  prepare(app);
  const { origin, close } = await listen(app);
  closers.push(close);
  return `${origin}/lookup`;
}

describe("a body that a parser has consumed", () => {
  it("is answered at once with a named 500", async () => {
    const { handler, key } = openCampus({ permits: [permit()] });
    const url = await serveExpress((app) =>
      app
        .use(async (request, _response, next) => {
          await readText(request);
          next();
        })
        .all("/lookup", toExpressHandler(handler)),
    );
    const headers = { "content-type": "application/json", "x-api-key": key };
    const response = await fetch(url, { method: "POST", headers, body: '{"plate":"GXK204"}' });
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ error: { code: "body_consumed" } });
    const empty = await fetch(url, { method: "POST", headers });
    expect(empty.status).toBe(400);
  });

  it.each([{}, null])("but left untouched behind %j is read, as Express 4 leaves it", async (left) => {
    const { handler, key } = openCampus({ permits: [permit()] });
    const url = await serveExpress((app) =>
      app
        .use((request, _response, next) => {
          request.body = left;
          next();
        })
        .all("/lookup", toExpressHandler(handler)),
    );
    const headers = { "content-type": "application/json", "x-api-key": key };
    const response = await fetch(url, { method: "POST", headers, body: '{"plate":"GXK204"}' });
    expect(await response.json()).toMatchObject({ sessions: [{ permitId: "P-1" }] });
  });
});

describe("a body that is null", () => {
  it("is a question that cannot be read, behind a parser that allows it", async () => {
    const { handler, key } = openCampus();
    const url = await serveExpress((app) =>
      app.use(express.json({ strict: false })).all("/lookup", toExpressHandler(handler)),
    );
    const headers = { "content-type": "application/json", "x-api-key": key };
    const response = await fetch(url, { method: "POST", headers, body: "null" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "invalid_request" } });
  });
});

describe("a dialect with a header that cannot be sent", () => {
  it("is a 500 in each mount, and the server keeps running", async () => {
    const { dialect } = createT2FlexProvider();
    const renderAnswer = () => ({ status: 200, headers: { "x-lot": "\u8eca" }, body: "{}" });
    const { handler, key } = openCampus({
      provider: createT2FlexProvider({ dialect: { ...dialect, renderAnswer } }),
    });
    const app = fastify();
    app.post("/lookup", toFastifyHandler(handler));
    closers.push(() => app.close());
    const { origin, close } = await listen(toNodeHandler(handler));
    closers.push(close);
    const origins = [
      origin,
      await serveExpress((app) => app.all("/lookup", toExpressHandler(handler))),
      `${await app.listen({ port: 0, host: "127.0.0.1" })}/lookup`,
    ];
    const headers = { "content-type": "application/json", "x-api-key": key };
    for (const url of origins) {
      const response = await fetch(url, { method: "POST", headers, body: '{"plate":"GXK204"}' });
      const reply = [response.status, await response.text()];
      expect(reply).toEqual([500, "The lookup failed inside the service."]);
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
  });
});

describe("a framework around the mount", () => {
  it("may have replied first, as after a timeout", async () => {
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
    );
    const headers = { "content-type": "application/json", "x-api-key": key };
    const response = await fetch(url, { method: "POST", headers, body: '{"plate":"GXK204"}' });
    expect([response.status, await response.text()]).toEqual([504, "too late"]);
    expect(finished).toHaveLength(1);
    await Promise.all(finished);
  });

  it("may have replied first in Fastify, without an error", async () => {
    const complaints: string[] = [];
    const stream = { write: (line: string) => complaints.push(line) };
    const app = fastify({ logger: { level: "warn", stream } });
    const answers: Array<() => void> = [];
    const { handler, key } = openCampus({
      findPermits: () => {
        for (const answer of answers) answer();
        return [permit()];
      },
    });
    const lookup = toFastifyHandler(handler);
    app.post("/lookup", (request, reply) => {
      answers.push(() => reply.code(504).send("too late"));
      return lookup(request, reply);
    });
    const headers = { "content-type": "application/json", "x-api-key": key };
    const asked = { method: "POST", url: "/lookup", headers, payload: '{"plate":"GXK204"}' } as const;
    const reply = await app.inject(asked);
    await app.close();
    expect([reply.statusCode, reply.body, complaints]).toEqual([504, "too late", []]);
  });

  it("may take so long that the client has disconnected before the handler is called", async () => {
    const { handler, key, audits } = openCampus({ permits: [permit()] });
    const finished = Promise.withResolvers<void>();
    const url = await serveExpress((app) =>
      app.all("/lookup", (request, response) => {
        request.once("close", () => {
          setImmediate(() => toExpressHandler(handler)(request, response).then(finished.resolve));
        });
      }),
    );
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    const head = `POST /lookup HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-api-key: ${key}`;
    socket.write(`${head}\r\ncontent-length: 18\r\n\r\n{"plate":"GXK204"}`);
    setTimeout(() => socket.resetAndDestroy(), 20);
    await finished.promise;
    expect(audits).toEqual([]);
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

  it("may pass bytes or text to Fastify's handler", async () => {
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

describe("HTTP/2", () => {
  it("is answered, and a cancelled stream cancels the source", async () => {
    const cancelled = Promise.withResolvers<unknown>();
    const waiting = Promise.withResolvers<void>();
    const { handler, key } = openCampus({
      findPermits({ plateNumbers, signal }) {
        if (plateNumbers[0] !== "SLOW1") return [permit()];
        signal.addEventListener("abort", () => cancelled.resolve(signal.reason));
        waiting.resolve();
        return new Promise(() => {});
      },
      deadlineMs: 60_000,
    });
    const server = http2.createServer(toNodeHandler(handler)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    closers.push(async () => {
      client.destroy();
      server.close();
    });
    const ask = (plate: string) => {
      const headers = { "content-type": "application/json", "x-api-key": key };
      const stream = client.request({ ":method": "POST", ":path": "/lookup", ...headers });
      stream.end(JSON.stringify({ plate }));
      return stream;
    };
    expect(JSON.parse(await readText(ask("GXK204")))).toMatchObject({ sessions: [{ permitId: "P-1" }] });
    const slow = ask("SLOW1");
    await waiting.promise;
    slow.close(http2.constants.NGHTTP2_CANCEL);
    expect(await cancelled.promise).toMatchObject({ name: "AbortError" });
  });
});

describe("an answer after all waiting requests were read", () => {
  it("runs in the context that the host created for its request", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: string[] = [];
    const { handler, key } = openCampus({
      permits: [permit()],
      onAnswer: ({ asked }) => {
        seen.push(`${asked?.plate} ${storage.getStore()}`);
      },
    });
    const inContext = (app: express.Express) =>
      app
        .use((request, _response, next) => {
          storage.run(String(request.headers["x-request-id"]), next);
        })
        .all("/lookup", toExpressHandler(handler));
    const url = await serveExpress(inContext);
    const ask = async (id: string) => {
      const headers = { "content-type": "application/json", "x-api-key": key, "x-request-id": id };
      await (await fetch(url, { method: "POST", headers, body: JSON.stringify({ plate: id }) })).text();
    };
    const ids = ["A1", "B2", "C3", "D4", "E5"];
    await Promise.all(ids.map(ask));
    expect(seen.sort()).toEqual(ids.map((id) => `${id} ${id}`));
  });
});
