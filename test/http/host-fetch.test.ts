import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import nodeFetch from "node-fetch";
import { fetch as undiciFetch } from "undici";
import { afterEach, describe, expect, it } from "vitest";
import { createHttpClient } from "../../src/http/client.ts";
import { type HttpOptions, toHttpSettings } from "../../src/http/options.ts";
import type { HttpRequest } from "../../src/http/reply.ts";
import { failureOf } from "../support/registrations.ts";

// Over real sockets: a fake would not show how another package's fetch uses its arguments.

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function serve(answer: (incoming: IncomingMessage, outgoing: ServerResponse) => unknown) {
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return `http://127.0.0.1:${address.port}`;
}

/** A server that replies with what arrived. */
const serveEcho = () =>
  serve(async (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const { authorization, accept } = headers;
    const body = await text(incoming);
    outgoing
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ method, url, authorization, accept, type: headers["content-type"], body }));
  });

function send(url: string, request: Partial<HttpRequest>, options: HttpOptions) {
  const settings = toHttpSettings({ retries: 0, ...options });
  const client = createHttpClient({ providerId: "acme", settings, readRefusal: () => undefined });
  return client.perform({ operation: "register" }, (attempt) =>
    attempt.send({
      method: "POST",
      url,
      headers: { authorization: "Bearer t0ken", "content-type": "application/json" },
      changes: true,
      ...request,
    }),
  );
}

const asFetch = (value: unknown) => value as typeof fetch;

const FETCHES: readonly [string, typeof fetch | undefined][] = [
  ["the global fetch", undefined],
  ["undici's fetch", asFetch(undiciFetch)],
  ["node-fetch", asFetch(nodeFetch)],
  ["a wrapper that hands both arguments on", (input, init) => fetch(input, init)],
  ["a wrapper that makes a Request of them", (input, init) => fetch(new Request(input, init))],
  ["a wrapper that adds a header", (input, init) => fetch(input, { ...init, headers: { ...init?.headers } })],
];

describe.each(FETCHES)("%s", (_, own) => {
  const options = own === undefined ? {} : { fetch: own };

  it("carries method, address, headers and body", async () => {
    const origin = await serveEcho();

    const pushed = await send(`${origin}/permits?a=1`, { body: '{"plate":"É"}' }, options);
    const asked = await send(`${origin}/zones`, { method: "GET", changes: false }, options);

    expect(JSON.parse(pushed.body)).toEqual({
      method: "POST",
      url: "/permits?a=1",
      authorization: "Bearer t0ken",
      accept: "application/json",
      type: "application/json",
      body: '{"plate":"É"}',
    });
    expect(JSON.parse(asked.body)).toMatchObject({ method: "GET", url: "/zones", body: "" });
    expect(asked.headers.get("content-type")).toBe("application/json");
  });

  it("follows no redirect", async () => {
    const paths: (string | undefined)[] = [];
    const origin = await serve((incoming, outgoing) => {
      paths.push(incoming.url);
      outgoing.writeHead(307, { location: "/elsewhere" }).end();
    });

    expect(await failureOf(() => send(`${origin}/permits`, { body: "{}" }, options))).toMatchObject({
      code: "invalid_response",
      status: 307,
    });
    expect(paths).toEqual(["/permits"]);
  });

  it("closes its connection when the caller aborts", async () => {
    const arrived = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<string>();
    const origin = await serve((incoming) => {
      incoming.socket.once("close", () => gone.resolve("gone"));
      arrived.resolve();
    });
    const settings = toHttpSettings({ retries: 0, ...options });
    const client = createHttpClient({ providerId: "acme", settings, readRefusal: () => undefined });
    const host = new AbortController();
    const sending = failureOf(() =>
      client.perform({ operation: "register", signal: host.signal }, (attempt) =>
        attempt.send({ method: "POST", url: `${origin}/permits`, body: "{}", changes: true }),
      ),
    );
    await arrived.promise;

    host.abort();

    expect(await sending).toMatchObject({ code: "aborted", outcome: "unknown" });
    expect(await gone.promise).toBe("gone");
  });

  it("closes the connection of a reply that is too long", async () => {
    const gone = Promise.withResolvers<string>();
    const origin = await serve((_, outgoing) => {
      outgoing.once("close", () => gone.resolve("gone"));
      outgoing.writeHead(200);
      const write = () => {
        if (!outgoing.destroyed) outgoing.write(Buffer.alloc(65_536, 0x20), () => setImmediate(write));
      };
      write();
    });

    const error = await failureOf(() => send(`${origin}/permits`, { body: "{}" }, options));

    expect(error).toMatchObject({ code: "invalid_response", outcome: "unknown" });
    expect(error.message).toContain("too long");
    expect(await gone.promise).toBe("gone");
  });

  it("to a closed port sent nothing", async () => {
    const origin = await serve((_, outgoing) => outgoing.end());
    await Promise.all(closers.splice(0).map((close) => close()));

    const error = await failureOf(() => send(`${origin}/permits`, { body: "{}" }, options));

    expect(error).toMatchObject({ code: "unavailable", outcome: "not_applied" });
    expect(error.message).toMatch(/ECONNREFUSED.*NODE_USE_ENV_PROXY=1/);
  });
});

describe("a port that fetch refuses", () => {
  it.each(FETCHES.filter(([name]) => name !== "node-fetch"))("with %s is invalid_config", async (_, own) => {
    const options = own === undefined ? {} : { fetch: own };

    const error = await failureOf(() => send("http://127.0.0.1:6000/permits", { body: "{}" }, options));

    expect(error).toMatchObject({ code: "invalid_config", outcome: "not_applied", retryable: false });
    expect(error.message).toContain("port");
  });
});

describe("the global fetch", () => {
  it("is looked up for each request", async () => {
    const original = globalThis.fetch;
    const seen: string[] = [];
    try {
      globalThis.fetch = async (input, init) => {
        seen.push(`${String(input)} ${String(init?.method)} ${String(init?.body)}`);
        return Response.json({});
      };
      await send("https://vendor.test/permits", { body: '{"a":1}' }, {});
      await send("https://vendor.test/zones", { method: "GET", changes: false }, {});
    } finally {
      globalThis.fetch = original;
    }

    expect(seen).toEqual([
      'https://vendor.test/permits POST {"a":1}',
      "https://vendor.test/zones GET undefined",
    ]);
  });
});

describe("a mistake that fetch reports", () => {
  it.each([
    ["a code of Node's HTTP", { code: "ERR_INVALID_PROTOCOL" }, "not_applied"],
    ["a code of undici's", { cause: { code: "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH" } }, "not_applied"],
    ["words of fetch itself", { cause: { message: "unknown scheme" } }, "not_applied"],
    // A wrapper that logs the reply fails with these codes as well.
    ["a code of any function of Node's", { code: "ERR_INVALID_URL" }, "unknown"],
    ["another code of any function of Node's", { code: "ERR_INVALID_ARG_TYPE" }, "unknown"],
  ])("by %s is invalid_config", async (_, thrown, outcome) => {
    const error = await failureOf(() =>
      send("https://vendor.test/permits", { body: "{}" }, { fetch: () => Promise.reject(thrown) }),
    );

    expect(error).toMatchObject({ code: "invalid_config", outcome, retryable: false });
    expect(error.message.includes("Nothing was sent")).toBe(outcome === "not_applied");
  });
});

/** Values that a wrapper or a fake returns in place of a Response. */
function imitate(parts: object): unknown {
  return { status: 200, ok: true, headers: new Headers(), body: null, ...parts };
}

async function readBefore(response: Response): Promise<Response> {
  await response.text();
  return response;
}

async function readInPart(response: Response): Promise<Response> {
  const reader = response.body?.getReader();
  await reader?.read();
  reader?.releaseLock();
  return response;
}

function lock(response: Response): Response {
  response.body?.getReader();
  return response;
}

describe("a host's fetch that returns anything but a Response", () => {
  it.each<[string, () => unknown]>([
    ["nothing", () => undefined],
    ["null", () => null],
    ["text", () => "OK"],
    ["a number", () => 200],
    ["an empty object", () => ({})],
    ["a list", () => [new Response()]],
    ["a Request", () => new Request("https://vendor.test/")],
    ["a reply of axios", () => ({ status: 200, headers: {}, data: { Reference: "R-1" } })],
    ["a fake with json() alone", () => ({ ok: true, status: 200, json: async () => ({}) })],
    ["a status that is text", () => imitate({ status: "200" })],
    ["headers that are a plain object", () => imitate({ headers: { "retry-after": "1" } })],
    ["a body that is text", () => imitate({ body: "{}" })],
    ["no body at all", () => imitate({ body: undefined })],
    ["a Response that was read already", () => readBefore(new Response("{}"))],
    ["a refusal that was read already", () => readBefore(new Response("{}", { status: 404 }))],
    ["a Response that was read in part", () => readInPart(new Response("{}"))],
    ["a Response that something else is reading", () => lock(new Response("{}"))],
  ])("(%s) is invalid_config, and the request may have arrived", async (_, given) => {
    const own = asFetch(async () => given());

    const error = await failureOf(() => send("https://vendor.test/permits", { body: "{}" }, { fetch: own }));

    expect(error).toMatchObject({
      code: "invalid_config",
      field: "fetch",
      outcome: "unknown",
      attempts: 1,
      retryable: false,
    });
    const asked = await failureOf(() =>
      send("https://vendor.test/zones", { method: "GET", changes: false }, { fetch: own }),
    );
    expect(asked).toMatchObject({ code: "invalid_config", field: "fetch", outcome: "not_applied" });
  });

  it.each<[string, () => unknown]>([
    [
      "a Response whose clone was read",
      async () => {
        const response = Response.json({ a: 1 });
        await response.clone().text();
        return response;
      },
    ],
    ["an imitation that is complete", () => imitate({ body: new Response('{"a":1}').body })],
    ["an imitation with a Node stream", () => imitate({ body: Readable.from([Buffer.from('{"a":1}')]) })],
  ])("(%s) may be read", async (_, given) => {
    const own = asFetch(async () => given());

    expect(await send("https://vendor.test/permits", { body: "{}" }, { fetch: own })).toMatchObject({
      body: '{"a":1}',
    });
  });

  it("is a broken connection, not a mistake of the request, when the reply's stream cannot be read", async () => {
    const own = asFetch(async () => imitate({ body: Readable.from(['{"a":1}']) }));

    const error = await failureOf(() => send("https://vendor.test/permits", { body: "{}" }, { fetch: own }));

    expect(error).toMatchObject({ code: "unavailable", outcome: "unknown" });
  });
});
