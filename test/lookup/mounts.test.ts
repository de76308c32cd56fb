import { text as readText } from "node:stream/consumers";
import express from "express";
import fastify from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { toExpressHandler } from "../../src/lookup/express.ts";
import { toFastifyHandler } from "../../src/lookup/fastify.ts";
import { openCampus, permit } from "./campus.ts";
import { listen } from "./hosts/node-server.ts";

// What is particular to one framework. What every host must do stands in hosts/suite.ts.

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
    );
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
    );
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
    );
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
