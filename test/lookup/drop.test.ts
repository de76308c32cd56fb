import { once } from "node:events";
import * as http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";
import express from "express";
import fastify from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { apiKeyAuth } from "../../src/lookup/auth/authorizers.ts";
import type { PermitLookupHandler } from "../../src/lookup/handler.ts";
import { toExpressHandler } from "../../src/lookup/mounts/express.ts";
import { toFastifyHandler } from "../../src/lookup/mounts/fastify.ts";
import { toNodeHandler } from "../../src/lookup/mounts/node.ts";
import { genetecDialect } from "../../src/vendors/t2-flex/dialects/genetec/genetec.ts";
import { createT2FlexProvider } from "../../src/vendors/t2-flex/index.ts";
import { directory, openCampus, permit } from "./campus.ts";
import { listen } from "./hosts/node-server.ts";
import { pipeline } from "./hosts/pipeline.ts";

// How a connection is closed when `whenUndetermined` is `drop`, and that other requests continue.

const closers: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const drop = { whenUndetermined: "drop", permits: [permit()] } as const;
const json = { "content-type": "application/json" };
const ask = (url: string, key: string, question: object) =>
  fetch(url, { method: "POST", headers: { ...json, "x-api-key": key }, body: JSON.stringify(question) });

async function serve(listener: Parameters<typeof listen>[0]): Promise<string> {
  const { origin, close } = await listen(listener);
  closers.push(close);
  return origin;
}

describe("a connection that is dropped", () => {
  it("still carries the replies to earlier requests, and other connections continue", async () => {
    const { handler, key } = openCampus(drop);
    const url = `${await serve(toNodeHandler(handler))}/lookup`;
    const valid = { plate: "GXK204" };
    const unknown = { plate: "GXK204", locationId: "nowhere" };
    const { statuses, text } = await pipeline(url, [valid, valid, unknown, valid], key);
    expect(statuses).toEqual([200, 200]);
    expect(text).toContain('"permitId":"P-1"');
    await expect(ask(url, key, unknown)).rejects.toThrow("fetch failed");
    expect((await ask(url, key, valid)).status).toBe(200);
  });

  it.each([
    ["node:http", async (handler: PermitLookupHandler) => serve(toNodeHandler(handler))],
    ["Express", async (handler: PermitLookupHandler) => serve(express().use(toExpressHandler(handler)))],
    [
      "Fastify",
      async (handler: PermitLookupHandler) => {
        const app = fastify({ forceCloseConnections: true });
        closers.push(() => app.close());
        app.all("/lookup", toFastifyHandler(handler));
        return app.listen({ port: 0, host: "127.0.0.1" });
      },
    ],
  ])("waits for the pending replies to earlier requests, and is then closed: %s", async (_, mount) => {
    const isDropped = Promise.withResolvers<void>();
    const { handler, key } = openCampus({
      whenUndetermined: "drop",
      findPermits: () => isDropped.promise.then(() => [permit()]),
      deadlineMs: 120_000,
      onAnswer: ({ httpStatus }) => {
        // After the mount has dropped the connection.
        if (httpStatus === 0) setImmediate(() => setImmediate(() => isDropped.resolve()));
      },
    });
    const url = `${await mount(handler)}/lookup`;
    const unknown = { plate: "GXK204", locationId: "nowhere" };
    const { statuses, text } = await pipeline(url, [{ plate: "GXK204" }, unknown], key);
    expect(statuses).toEqual([200]);
    expect(text).toContain('"permitId":"P-1"');
  });

  it("is one stream of HTTP/2, and the others continue", async () => {
    const { handler, key, audits } = openCampus(drop);
    const server = http2.createServer(toNodeHandler(handler)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    closers.push(() => {
      client.destroy();
      server.close();
    });
    const send = (question: object) => {
      const stream = client.request({ ":method": "POST", ":path": "/", ...json, "x-api-key": key });
      stream.end(JSON.stringify(question));
      return stream;
    };
    const dropped = send({ plate: "GXK204", locationId: "nowhere" });
    let wasAnswered = false;
    dropped.on("response", () => {
      wasAnswered = true;
    });
    await once(dropped, "close");
    expect([wasAnswered, dropped.rstCode]).toEqual([false, http2.constants.NGHTTP2_CANCEL]);
    expect(JSON.parse(await readText(send({ plate: "GXK204" })))).toMatchObject({
      sessions: [{ permitId: "P-1" }],
    });
    expect(client.destroyed).toBe(false);
    expect(audits.map(({ httpStatus }) => httpStatus)).toEqual([0, 200]);
  });

  it("settles the promise of Express's handler, also behind parsers, and keeps what a framework has sent", async () => {
    const { handler, key } = openCampus(drop);
    const lookup = toExpressHandler(handler);
    const finished: Array<Promise<void>> = [];
    const app = express()
      .use(express.json())
      .all("/lookup", (request, response) => {
        finished.push(lookup(request, response));
      })
      .all("/answered", (request, response) => {
        response.status(504).end("too late");
        finished.push(lookup(request, response));
      });
    const origin = await serve(app);
    const unknown = { plate: "GXK204", locationId: "nowhere" };
    await expect(ask(`${origin}/lookup`, key, unknown)).rejects.toThrow("fetch failed");
    expect(await (await ask(`${origin}/answered`, key, unknown)).text()).toBe("too late");
    expect(finished).toHaveLength(2);
    await Promise.all(finished);
  });

  it("is hijacked from Fastify: hooks before it run, nothing is sent or logged", async () => {
    const { handler, key, audits } = openCampus(drop);
    const complaints: string[] = [];
    const stream = { write: (line: string) => complaints.push(line) };
    const app = fastify({ logger: { level: "warn", stream } });
    const seen: string[] = [];
    app.addHook("onRequest", async () => {
      seen.push("onRequest");
    });
    app.addHook("preHandler", async () => {
      seen.push("preHandler");
    });
    app.addHook("onSend", async () => {
      seen.push("onSend");
    });
    app.addHook("onError", async () => {
      seen.push("onError");
    });
    const lookup = toFastifyHandler(handler);
    const replies: Array<{ readonly sent: boolean }> = [];
    app.all("/lookup", (request, reply) => {
      replies.push(reply);
      lookup(request, reply);
    });
    const url = `${await app.listen({ port: 0, host: "127.0.0.1" })}/lookup`;
    await expect(ask(url, key, { plate: "GXK204", locationId: "nowhere" })).rejects.toThrow("fetch failed");
    // What a host's time-out would check before it sends a reply.
    expect(replies.map(({ sent }) => sent)).toEqual([true]);
    expect(seen).toEqual(["onRequest", "preHandler"]);
    expect(audits).toMatchObject([{ reason: "unknown_place", httpStatus: 0 }]);
    const injected = app.inject({
      method: "POST",
      url: "/lookup",
      headers: { ...json, "x-api-key": key },
      payload: { plate: "GXK204", locationId: "nowhere" },
    });
    await expect(injected).rejects.toThrow("destroyed");
    // Nothing of the request remains that closing would wait for.
    await app.close();
    expect(complaints).toEqual([]);
  });
});

describe("a dropped answer", () => {
  it.each([
    ["a credential store that fails", { authorize: apiKeyAuth({ find: () => Promise.reject(new Error()) }) }],
    ["a company that does not exist", { companyId: "nobody" }],
    [
      "a directory that fails",
      { directory: { ...directory, getCompany: () => Promise.reject(new Error()) } },
    ],
  ])("is every undetermined answer: %s", async (_, options) => {
    const { handler, key, audits } = openCampus({ ...drop, ...options });
    const url = await serve(toNodeHandler(handler));
    await expect(ask(url, key, { plate: "GXK204" })).rejects.toThrow("fetch failed");
    expect(audits).toMatchObject([{ status: "undetermined", httpStatus: 0 }]);
  });

  it("is a whole list with an undetermined plate, and a list of places", async () => {
    const { handler, key, audits } = openCampus({
      ...drop,
      provider: createT2FlexProvider({ dialect: genetecDialect }),
    });
    const url = await serve(toNodeHandler(handler));
    const search = { PlateNumbers: ["GXK204"], ZoneIds: ["nowhere"] };
    await expect(ask(`${url}/permits/search`, key, search)).rejects.toThrow("fetch failed");
    const broken = openCampus({
      ...drop,
      provider: createT2FlexProvider({ dialect: genetecDialect }),
      companyId: "nobody",
    });
    const brokenUrl = await serve(toNodeHandler(broken.handler));
    await expect(fetch(`${brokenUrl}/zones`, { headers: { "x-api-key": broken.key } })).rejects.toThrow();
    expect(audits[0]?.parts).toMatchObject([{ reason: "unknown_place", httpStatus: 0 }]);
  });

  it("is no refusal, and no valid or empty answer", async () => {
    const { handler, key } = openCampus(drop);
    const url = await serve(toNodeHandler(handler));
    const statusOf = async (response: Promise<Response>) => (await response).status;
    expect(await statusOf(ask(url, key, { plate: "GXK204" }))).toBe(200);
    expect(await statusOf(ask(url, key, { plate: "NOBODY" }))).toBe(200);
    expect(await statusOf(ask(url, "wrong", { plate: "GXK204" }))).toBe(401);
    expect(await statusOf(ask(url, key, []))).toBe(400);
    expect(await statusOf(fetch(url))).toBe(405);
  });

  it("reaches the host's own mount as a reply with drop set, whose status is 503", async () => {
    const { handler, key } = openCampus(drop);
    const headers: Record<string, string> = { ...json, "x-api-key": key };
    const question = (body: string) => ({
      method: "POST",
      path: "/",
      query: "",
      header: (name: string) => headers[name],
      body,
    });
    expect(await handler.answer(question('{"plate":"GXK204","locationId":"nowhere"}'))).toMatchObject({
      drop: true,
      status: 503,
      body: expect.stringContaining("undetermined"),
    });
    expect(await handler.answer(question('{"plate":"GXK204"}'))).not.toHaveProperty("drop");
  });
});
