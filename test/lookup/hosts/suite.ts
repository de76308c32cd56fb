import { once } from "node:events";
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { text as readText } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ConnectionTest, LookupHost, RunningHost, SkippableTest } from "./host.ts";
import { pipeline } from "./pipeline.ts";
import { COMPANY_NAME, KEY, LOCATION_NAME, SLOW_PLATE } from "./served-lookup.ts";

const json = { "content-type": "application/json" };
const session = {
  permitId: "P-1",
  plate: "GXK204",
  state: "QC",
  location: LOCATION_NAME,
  tenantName: COMPANY_NAME,
};

/** What a lookup must do under every mount. */
export function describeHost({ name, traits = {}, open }: LookupHost): void {
  const { refusesItself = [], adds = {}, compresses = false, chunks = false, preflight = false } = traits;
  const { network = true } = traits;

  describe(name, () => {
    let host: RunningHost;

    beforeAll(async () => {
      host = await open();
    });
    afterAll(() => host?.close());
    beforeEach(() => host.journal.clear());

    /** A test that some hosts cannot run; its name then has the reason. */
    function able(test: SkippableTest, title: string, run: () => Promise<void>): void {
      const reason = traits.skips?.[test];
      if (reason === undefined) it(title, { retry: traits.retries?.[test] ?? 0 }, run);
      else it.skip(`${title} (skipped: ${reason})`, run);
    }

    /** A test of connections, for hosts that have a network. */
    function connected(test: ConnectionTest, title: string, run: () => Promise<void>): void {
      if (network) able(test, title, run);
    }

    function send(init: RequestInit = {}, url = host.url): Promise<Response> {
      const { method = "POST", body = method === "POST" ? '{"plate":"GXK-204"}' : null } = init;
      const type = body === null ? {} : json;
      const headers = { ...type, "x-api-key": KEY, ...(init.headers as Record<string, string> | undefined) };
      const request = new Request(url, { ...init, method, body, headers });
      return (host.fetch ?? fetch)(request);
    }

    function expectOurs(response: Response): void {
      expect(response.headers.get("cache-control")).toBe("no-store");
      for (const [header, value] of Object.entries(adds)) expect(response.headers.get(header)).toBe(value);
    }

    it("answers with a permit, its names whole and its length right", async () => {
      const response = await send();
      expect(response.status).toBe(200);
      expectOurs(response);
      expect(response.headers.get("content-type")).toMatch(/^application\/json; ?charset=utf-8$/i);
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({ sessions: [session] });
      if (compresses) expect(response.headers.get("content-encoding")).toMatch(/^(gzip|br|deflate|zstd)$/);
      else if (network && !chunks) {
        expect(response.headers.get("content-length")).toBe(String(Buffer.byteLength(text)));
      }
      expect(host.journal.all("fault")).toEqual([]);
    });

    it("answers without a permit in the ordinary empty form", async () => {
      const response = await send({ body: '{"plate":"STRANGER"}' });
      expect(response.status).toBe(200);
      expectOurs(response);
      expect(await response.json()).toEqual({ sessions: [] });
    });

    it("answers twenty at once, each with its own", async () => {
      const replies = await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          const plate = index % 2 === 0 ? "GXK204" : `NONE${index}`;
          return (await send({ body: JSON.stringify({ plate }) })).json() as Promise<{ sessions: unknown[] }>;
        }),
      );
      expect(replies.map(({ sessions }) => sessions.length)).toEqual(
        replies.map((_, index) => (index + 1) % 2),
      );
    });

    it("keeps letters beyond ASCII whole on their way in", async () => {
      const body = JSON.stringify({ plate: "GXK204", locationId: LOCATION_NAME });
      expect((await send({ body })).status).toBe(503);
      expect((await host.journal.next("audit")).audit.asked?.place?.value).toBe(LOCATION_NAME);
    });

    it("sees the path beneath its mount, and the query, as they came", async () => {
      expect((await send({}, `${host.url}?a=b%2Fc&d=e`)).status).toBe(200);
      expect((await send({}, `${host.url}/zones?f=1`)).status).toBe(200);
      expect(host.journal.all("parsed").map(({ path, query }) => [path, query])).toEqual([
        ["/", "a=b%2Fc&d=e"],
        ["/zones", "f=1"],
      ]);
    });

    it("refuses requests without a credential, with a challenge", async () => {
      const response = await send({ headers: { "x-api-key": "wrong" } });
      expect(response.status).toBe(401);
      expectOurs(response);
      expect(response.headers.get("www-authenticate")).toBe('ApiKey realm="permit lookup"');
      expect(await response.json()).toMatchObject({ error: { code: "unauthorized" } });
    });

    it.each(["GET", "DELETE", "PUT", "PATCH"])("refuses %s with Allow", async (method) => {
      const response = await send({ method });
      expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
      expectOurs(response);
      expect(await response.json()).toMatchObject({ error: { code: "method_not_allowed" } });
    });

    able("head", "refuses HEAD without a body, and OPTIONS unless something around it answers", async () => {
      const head = await send({ method: "HEAD" });
      expect([head.status, head.headers.get("allow")]).toEqual([405, "POST"]);
      if (network) expect(await head.text()).toBe("");
      const headers = { origin: "https://console.example", "access-control-request-method": "POST" };
      const options = await send({ method: "OPTIONS", headers });
      expect(options.status).toBe(preflight ? 204 : 405);
      expect(options.headers.get(preflight ? "access-control-allow-methods" : "allow")).toContain("POST");
      expect((await send()).status).toBe(200);
    });

    it.each([
      ["no body", null, {}, 400, "invalid_request", undefined],
      ["an empty body", "", json, 400, "invalid_request", "malformed"],
      ["truncated JSON", '{"plate":"GX', json, 400, "invalid_request", "malformed"],
      ["null", "null", json, 400, "invalid_request", "malformed"],
      ["a plate that is none", '{"plate":7}', json, 400, "invalid_request", undefined],
      [
        "a form",
        "plate=GXK204",
        { "content-type": "application/x-www-form-urlencoded" },
        415,
        "unsupported_media_type",
        "type",
      ],
      [
        "deep nesting",
        `{"plate":"GXK204","x":${"[".repeat(7_000)}${"]".repeat(7_000)}}`,
        json,
        400,
        "invalid_request",
        undefined,
      ],
      ["20 kB", `{"plate":"GXK204","x":"${"x".repeat(20_000)}"}`, json, 413, "body_too_large", undefined],
    ] as const)("refuses %s", async (_, body, headers, status, code, byHost) => {
      const response = await send({ body, headers });
      expect(response.status).toBe(status);
      const text = await response.text();
      expect(text).not.toContain(KEY);
      if (byHost !== undefined && refusesItself.includes(byHost)) return;
      expectOurs(response);
      expect(JSON.parse(text)).toMatchObject({ error: { code } });
    });

    able("large", "refuses 10 MB", async () => {
      const response = await send({ body: `{"plate":"GXK204","x":"${"x".repeat(10_000_000)}"}` });
      expect(response.status).toBe(413);
      // Read in any case: a connection with half a reply keeps a server from closing.
      const text = await response.text();
      if (refusesItself.includes("large")) return;
      expect(JSON.parse(text)).toMatchObject({ error: { code: "body_too_large" } });
    });

    it("names the fault, instead of waiting, when something has consumed the body", async () => {
      const response = await send({}, host.consumedUrl);
      expect(response.status).toBe(500);
      expect(await response.json()).toMatchObject({ error: { code: "body_consumed" } });
      // A host in another process reports after its client has the reply: the next test begins without this record.
      const { audit } = await host.journal.next("audit", (event) => event.audit.reason === "body_consumed");
      expect(audit.status).toBe("refused");
    });

    able(
      "disconnect",
      "cancels the source when the client disconnects, logs no error, and lives on",
      async () => {
        const client = new AbortController();
        const asked = send({ body: JSON.stringify({ plate: SLOW_PLATE }), signal: client.signal });
        const [gone] = await Promise.allSettled([
          asked,
          host.journal.next("waiting").then(() => client.abort()),
        ]);
        const happened = JSON.stringify(host.journal);
        if (network)
          expect(gone.status, `the client was answered; the host reported ${happened}`).toBe("rejected");
        expect(await host.journal.next("cancelled")).toMatchObject({ reason: "AbortError" });
        const { audit } = await host.journal.next("audit");
        expect(audit).toMatchObject({ status: "undetermined", reason: "aborted" });
        expect(audit.failure).toBeUndefined();
        expect((await send()).status).toBe(200);
        expect(host.journal.all("fault")).toEqual([]);
      },
    );

    connected("keep-alive", "serves one connection again and again, after refusals too", async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const ask = async (method: string, headers: Record<string, string>) => {
        const request = httpRequest(host.url, { method, agent, headers: { ...json, ...headers } });
        request.end(method === "POST" ? '{"plate":"GXK204"}' : undefined);
        const [reply] = (await once(request, "response")) as [IncomingMessage];
        await readText(reply);
        return [reply.statusCode, request.reusedSocket];
      };
      const key = { "x-api-key": KEY };
      expect(await ask("POST", key)).toEqual([200, false]);
      expect(await ask("POST", {})).toEqual([401, true]);
      expect(await ask("GET", key)).toEqual([405, true]);
      expect(await ask("POST", key)).toEqual([200, true]);
      agent.destroy();
    });

    connected("pipelining", "sends one reply to each request, in order", async () => {
      const { statuses, text } = await pipeline(host.url, [{ plate: "GXK204" }, { plate: "STRANGER" }]);
      expect(statuses).toEqual([200, 200]);
      if (!compresses) expect(text.indexOf('"sessions":[{')).toBeLessThan(text.indexOf('"sessions":[]'));
    });

    connected("pipelining behind a refusal", "goes on after a body that is too large", async () => {
      const large = { plate: "GXK204", filler: "x".repeat(20_000) };
      const { statuses } = await pipeline(host.url, [{ plate: "GXK204" }, large, { plate: "GXK204" }]);
      expect(statuses).toEqual([200, 413, 200]);
    });

    connected(
      "break-off",
      "makes no record of a client that breaks off in the middle of its body",
      async () => {
        const { hostname, port, pathname } = new URL(host.url);
        const socket = connect(Number(port), hostname);
        await once(socket, "connect");
        const head = `POST ${pathname} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-api-key: ${KEY}`;
        socket.write(`${head}\r\ncontent-length: 50\r\n\r\n{"plate"`);
        socket.destroySoon();
        await once(socket, "close");
        expect((await send()).status).toBe(200);
        await host.journal.next("audit");
        expect(host.journal.all("audit").map(({ audit }) => audit.status)).toEqual(["valid"]);
      },
    );
  });
}
