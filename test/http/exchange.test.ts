import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { createHttpClient } from "../../src/http/client.ts";
import { type HttpOptions, toHttpSettings } from "../../src/http/options.ts";
import type { HttpRequest } from "../../src/http/reply.ts";
import { failureOf } from "../support/registrations.ts";

// Over real sockets: a fake fetch would not show how fetch handles redirects, bodies and host names.

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function serve(answer: (incoming: IncomingMessage, outgoing: ServerResponse) => void) {
  const requests: { url: string; authorization: string | undefined }[] = [];
  const server = createServer((incoming, outgoing) => {
    const { url = "", headers } = incoming;
    requests.push({ url, authorization: headers.authorization });
    answer(incoming, outgoing);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return { origin: `http://127.0.0.1:${address.port}`, requests };
}

function send(url: string, changes: Partial<HttpRequest> = {}, options: HttpOptions = {}) {
  const settings = toHttpSettings({ retries: 0, ...options });
  const client = createHttpClient({ providerId: "acme", settings, readRefusal: () => undefined });
  const headers = { authorization: "Bearer secret-token" };
  return client.perform({ operation: "register" }, (attempt) =>
    attempt.send({
      method: "POST",
      url,
      headers,
      changes: true,
      ...(changes.method === "GET" ? {} : { body: "{}" }),
      ...changes,
    }),
  );
}

describe("a redirect", () => {
  it.each([301, 302, 303, 307, 308])(
    "(%i) is not followed, and no other origin receives the token",
    async (status) => {
      const elsewhere = await serve((_, outgoing) => outgoing.end("{}"));
      const vendor = await serve((_, outgoing) => {
        outgoing.writeHead(status, { location: `${elsewhere.origin}/permits` }).end();
      });

      const error = await failureOf(() => send(`${vendor.origin}/permits`));

      expect(error).toMatchObject({
        code: "invalid_response",
        status,
        outcome: "not_applied",
        retryable: false,
      });
      expect(error.message).toContain("baseUrl");
      expect(vendor.requests).toEqual([{ url: "/permits", authorization: "Bearer secret-token" }]);
      expect(elsewhere.requests).toEqual([]);
    },
  );

  it("to the same origin is not followed either", async () => {
    const vendor = await serve((_, outgoing) => {
      outgoing.writeHead(307, { location: "/other" }).end();
    });

    expect(await failureOf(() => send(`${vendor.origin}/permits`))).toMatchObject({
      code: "invalid_response",
    });
    expect(vendor.requests).toHaveLength(1);
  });
});

describe("a body", () => {
  it("of 10 MB is not read to the end, and its connection is closed", async () => {
    const total = 10 * 1024 * 1024;
    let written = 0;
    const gone = Promise.withResolvers<void>();
    const vendor = await serve((_, outgoing) => {
      outgoing.once("close", gone.resolve);
      const write = () => {
        while (written < total && !outgoing.destroyed) {
          written += 65_536;
          if (!outgoing.write(Buffer.alloc(65_536, 0x20))) return;
        }
        if (written >= total) outgoing.end();
      };
      outgoing.on("drain", write);
      write();
    });

    const error = await failureOf(() => send(`${vendor.origin}/permits`));
    await gone.promise;

    expect(error).toMatchObject({ code: "invalid_response", outcome: "unknown", status: 200 });
    expect(error.message).toContain("too long");
    expect(written).toBeLessThan(total);
  });

  it("of a refusal that is too long still leads to an error with its status", async () => {
    const vendor = await serve((_, outgoing) => {
      outgoing.writeHead(400).end(Buffer.alloc(2 * 1024 * 1024, 0x20));
    });

    expect(await failureOf(() => send(`${vendor.origin}/permits`))).toMatchObject({
      code: "unavailable",
      status: 400,
      outcome: "unknown",
    });
  });

  it("of a refusal that is too long closes the connection, also when the host's fetch reads a clone", async () => {
    const gone = Promise.withResolvers<string>();
    const vendor = await serve((_, outgoing) => {
      outgoing.once("close", () => gone.resolve("gone"));
      outgoing.writeHead(500);
      const write = () => {
        if (!outgoing.destroyed) outgoing.write(Buffer.alloc(65_536, 0x20), () => setImmediate(write));
      };
      write();
    });
    const readAlong: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      response
        .clone()
        .text()
        .catch(() => {});
      return response;
    };

    expect(await failureOf(() => send(`${vendor.origin}/permits`, {}, { fetch: readAlong }))).toMatchObject({
      code: "unavailable",
      status: 500,
    });
    expect(await gone.promise).toBe("gone");
  });

  it("that breaks off is a broken connection", async () => {
    const vendor = await serve((_, outgoing) => {
      outgoing.writeHead(200, { "content-length": "100" });
      outgoing.write("{");
      setImmediate(() => outgoing.destroy());
    });

    expect(await failureOf(() => send(`${vendor.origin}/permits`))).toMatchObject({
      code: "unavailable",
      outcome: "unknown",
    });
  });
});

describe("a connection", () => {
  it("to a name that does not exist sent nothing", async () => {
    const error = await failureOf(() => send("https://vendor.invalid/permits"));

    expect(error).toMatchObject({ code: "unavailable", outcome: "not_applied", retryable: true });
    expect(error.message).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  it("to a closed port sent nothing", async () => {
    const { origin } = await serve((_, outgoing) => outgoing.end());
    await Promise.all(closers.splice(0).map((close) => close()));

    const error = await failureOf(() => send(`${origin}/permits`));

    expect(error).toMatchObject({ code: "unavailable", outcome: "not_applied" });
    expect(error.message).toContain("ECONNREFUSED");
  });

  it("that breaks after the request may have changed something", async () => {
    const vendor = await serve((incoming) => incoming.socket.destroy());

    expect(await failureOf(() => send(`${vendor.origin}/permits`))).toMatchObject({
      code: "unavailable",
      outcome: "unknown",
    });
  });
});
