import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { FetchHandler } from "../../src/sandbox/faults.ts";
import { type Listening, listen } from "../../src/sandbox/listen.ts";
import { createSandbox, type ListeningSandbox } from "../../src/sandbox/sandbox.ts";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(handlers: Record<string, FetchHandler>): Promise<Listening> {
  const listening = await listen(handlers);
  closers.push(listening.close);
  return listening;
}

async function serveSandbox(sandbox = createSandbox()): Promise<ListeningSandbox> {
  const listening = await sandbox.listen();
  closers.push(listening.close);
  return listening;
}

describe("listen", () => {
  it("passes the whole request on and sends the response back", async () => {
    const { url } = await serve({
      "/vendor": async (request) =>
        new Response(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`, {
          status: 201,
          headers: { "x-seen": request.headers.get("x-sent") ?? "" },
        }),
    });

    const response = await fetch(`${url}/vendor/permits?x=1`, {
      method: "POST",
      body: "é",
      headers: { "x-sent": "a" },
    });

    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect([response.status, response.headers.get("x-seen")]).toEqual([201, "a"]);
    expect(await response.text()).toBe("POST /vendor/permits é");
  });

  it("answers 404 where there is no handler", async () => {
    const { url } = await serve({ "/vendor": async () => new Response("here") });

    const statuses = ["/", "/vendors", "/vendor", "/vendor/x"].map(
      async (path) => (await fetch(url + path)).status,
    );

    expect(await Promise.all(statuses)).toEqual([404, 404, 200, 200]);
  });

  it("destroys the connection when the handler rejects", async () => {
    const { url } = await serve({
      "/vendor": async () => {
        throw new TypeError("broken");
      },
    });

    await expect(fetch(`${url}/vendor`)).rejects.toThrow(TypeError);
  });

  it("aborts the request's signal when the client disconnects", async () => {
    const seen = Promise.withResolvers<AbortSignal>();
    const gone = Promise.withResolvers<void>();
    const { url } = await serve({
      "/vendor": (request) => {
        request.signal.addEventListener("abort", () => gone.resolve());
        seen.resolve(request.signal);
        return new Promise(() => {});
      },
    });
    const client = new AbortController();

    const pending = fetch(`${url}/vendor`, { signal: client.signal });
    await seen.promise;
    client.abort(new Error("gave up"));

    await expect(pending).rejects.toThrow("gave up");
    await expect(gone.promise).resolves.toBeUndefined();
  });

  it("stops a streamed body when its reader disconnects", async () => {
    const cancelled = Promise.withResolvers<void>();
    const { url } = await serve({
      "/vendor": async () =>
        new Response(
          new ReadableStream({
            pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
            cancel: () => cancelled.resolve(),
          }),
        ),
    });

    const response = await fetch(`${url}/vendor`);
    const reader = response.body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    await reader?.cancel();

    await expect(cancelled.promise).resolves.toBeUndefined();
  });

  it("closes at once, with idle and held connections, and only once", async () => {
    const held = Promise.withResolvers<void>();
    const { url, close } = await listen({
      "/vendor": () => {
        held.resolve();
        return new Promise(() => {});
      },
    });
    const idle = connect(Number(new URL(url).port), "127.0.0.1");
    await once(idle, "connect");
    const idleEnded = once(idle, "close");
    const pending = fetch(`${url}/vendor`).catch((error: unknown) => error);
    await held.promise;

    await close();
    await close();

    expect(await pending).toBeInstanceOf(TypeError);
    await idleEnded;
    await expect(fetch(`${url}/vendor`)).rejects.toThrow(TypeError);
  });
});

describe("createSandbox", () => {
  const zone = { number: "101", name: "Downtown Lot" };

  it("serves every vendor under its own URL", async () => {
    const sandbox = createSandbox({ passport: { zones: [zone] }, hotspot: { spotIds: ["01428"] } });
    const { url, passportUrl, hotspotUrl } = await serveSandbox(sandbox);

    const replies = await Promise.all([
      fetch(`${passportUrl}/v3/shared/zones`),
      fetch(`${hotspotUrl}/permits`, { method: "POST" }),
      fetch(`${url}/elsewhere`),
    ]);

    expect(replies.map(({ status }) => status)).toEqual([401, 401, 404]);
    expect(sandbox.passport.requests).toMatchObject([{ path: "/passport/v3/shared/zones", status: 401 }]);
    expect(sandbox.hotspot.requests).toMatchObject([{ path: "/hotspot/permits", status: 401 }]);
  });

  it("answers the same without sockets", async () => {
    const sandbox = createSandbox();
    const ask = async (path: string) => (await sandbox.fetch(`https://sandbox.test${path}`)).status;

    expect(await ask("/passport/v3/shared/zones")).toBe(401);
    expect(await ask("/hotspot/permits")).toBe(405);
    expect(await ask("/elsewhere")).toBe(404);
  });

  it("applies each vendor's faults to it, over sockets too", async () => {
    const sandbox = createSandbox();
    const { passportUrl, hotspotUrl } = await serveSandbox(sandbox);
    sandbox.passport.faults.add({ kind: "reset-before" });
    sandbox.passport.faults.add({ kind: "status", status: 503 });

    await expect(fetch(`${passportUrl}/v3/shared/zones`)).rejects.toThrow(TypeError);
    expect((await fetch(`${passportUrl}/v3/shared/zones`)).status).toBe(503);
    expect((await fetch(`${hotspotUrl}/permits`, { method: "POST" })).status).toBe(401);
    expect(sandbox.passport.requests).toEqual([]);
  });

  it("keeps the state of a vendor live", () => {
    const sandbox = createSandbox();

    sandbox.passport.setClientSecret("rotated");
    sandbox.passport.readBack = false;
    sandbox.hotspot.setToken("rotated");

    expect(sandbox.passport).toMatchObject({ clientSecret: "rotated", readBack: false });
    expect(sandbox.hotspot.token).toBe("rotated");
  });

  it("uses its clock for every vendor", async () => {
    const sandbox = createSandbox({ clock: () => new Date("2026-09-01T12:00:00.000Z") });

    const reply = await sandbox.fetch("https://sandbox.test/passport/v3/shared/access-tokens", {
      method: "POST",
      headers: { "Passport-Labs-Client-Trace-Id": "t" },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: sandbox.passport.clientId,
        client_secret: sandbox.passport.clientSecret,
        audience: "public.api.passportinc.com",
      }),
    });

    expect(await reply.json()).toMatchObject({ expires_at: "2026-09-02T12:00:00.000Z" });
  });

  it("refuses an unknown option by its name, at every level", () => {
    expect(() => createSandbox(Object.assign({ passport: {} }, { flowbird: {} }))).toThrow('"flowbird"');
    expect(() => createSandbox({ passport: Object.assign({ zones: [] }, { zone: [] }) })).toThrow('"zone"');
  });
});
