import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Pool } from "undici";
import { afterEach, describe, expect, it } from "vitest";
import { fetchOver } from "../../docs/examples/pooled-fetch/pooled-fetch.ts";
import { createHotSpotProvider } from "../../src/vendors/hotspot/provider.ts";
import { failureOf, sampleRegistration } from "../support/registrations.ts";

const read = (path: string) => readFileSync(new URL(`../../docs/${path}`, import.meta.url), "utf8");

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** A vendor on a socket, and a provider that sends over a pool of the host's. */
async function connect(answer: (incoming: IncomingMessage, outgoing: ServerResponse) => unknown) {
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pool = new Pool(origin, { connections: 2 });
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  closers.push(async () => {
    await pool.destroy();
    if (server.listening) await close();
  });
  const provider = createHotSpotProvider({
    baseUrl: origin,
    token: "t0ken",
    retries: 0,
    concurrency: 32,
    fetch: fetchOver(pool),
  });
  return { provider, close };
}

const registrations = Array.from({ length: 50 }, (_, index) =>
  sampleRegistration({ permitId: `P-${index}`, target: "01428" }),
);

describe("the fetch over a pool of the host's that HotSpot's page shows", () => {
  it("is the code that runs here", () => {
    expect(read("vendors/hotspot.md")).toContain(read("examples/pooled-fetch/pooled-fetch.ts").trim());
  });

  it("carries the address, headers and body of each registration", async () => {
    const sockets = new Set<unknown>();
    const { provider } = await connect(async (incoming, outgoing) => {
      sockets.add(incoming.socket);
      const { PermitReference } = JSON.parse(await text(incoming)) as Record<string, string>;
      const { url, headers } = incoming;
      outgoing.end(JSON.stringify({ Reference: [url, headers.authorization, PermitReference].join(" ") }));
    });

    const outcomes = await provider.registerMany(registrations);

    expect(outcomes).toHaveLength(50);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        ok: true,
        value: { reference: expect.stringMatching(/^\/permits Bearer t0ken 0ff57ee7-/) },
      });
    }
    expect(sockets.size).toBe(2);
  });

  it("hands headers of a refusal on, and follows no redirect", async () => {
    const paths: (string | undefined)[] = [];
    const { provider } = await connect((incoming, outgoing) => {
      paths.push(incoming.url);
      outgoing
        .writeHead(paths.length === 1 ? 429 : 307, { "retry-after": "7", location: "/elsewhere" })
        .end();
    });

    expect(await failureOf(() => provider.register(sampleRegistration()))).toMatchObject({
      code: "rate_limited",
      retryAfterMs: 7_000,
    });
    expect(await failureOf(() => provider.register(sampleRegistration()))).toMatchObject({ status: 307 });
    expect(paths).toEqual(["/permits", "/permits"]);
  });

  it("closes its connection when the caller aborts, and that of a reply that is too long", async () => {
    const arrived = Promise.withResolvers<void>();
    const gone = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    let requests = 0;
    const { provider } = await connect((incoming, outgoing) => {
      requests += 1;
      incoming.socket.once("close", gone[requests === 1 ? 0 : 1].resolve);
      if (requests === 1) return arrived.resolve();
      outgoing.writeHead(200);
      const write = () => {
        if (!outgoing.destroyed) outgoing.write(Buffer.alloc(65_536, 0x20), () => setImmediate(write));
      };
      return write();
    });
    const host = new AbortController();

    const aborted = failureOf(() => provider.register(sampleRegistration(), { signal: host.signal }));
    await arrived.promise;
    host.abort();
    expect(await aborted).toMatchObject({ code: "aborted", outcome: "unknown" });
    await gone[0].promise;

    const error = await failureOf(() => provider.register(sampleRegistration()));
    expect(error).toMatchObject({ code: "invalid_response", outcome: "unknown" });
    expect(error.message).toContain("too long");
    await gone[1].promise;
  });

  it("to a closed port sent nothing", async () => {
    const { provider, close } = await connect((_, outgoing) => outgoing.end());
    await close();

    expect(await failureOf(() => provider.register(sampleRegistration()))).toMatchObject({
      code: "unavailable",
      outcome: "not_applied",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });
});
