import { beforeEach, describe, expect, it, vi } from "vitest";
import { failureOf, sampleRegistration } from "../../support/registrations.ts";
import { serveVendor } from "../../support/vendor-server.ts";
import { connect, ORIGIN } from "./provider-bench.ts";

const vendor = serveVendor(ORIGIN);
const TOKENS = "/access-tokens";

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

describe("a token request that is refused", () => {
  const answerTokens = (answer: () => Response) => ({
    provider: { retries: 0 },
    instead: ({ url }: Request) => (url.endsWith(TOKENS) ? answer() : undefined),
  });

  it.each([
    [400, { error: "invalid_client" }, "invalid_client"],
    [401, { error: "invalid_client", error_description: "Client authentication failed" }, "invalid_client"],
    [400, { error: "unauthorized_client" }, "unauthorized_client"],
    [403, { error: "access_denied" }, "access_denied"],
    [200, { error: "invalid_grant" }, "invalid_grant"],
    [400, { type: "io.passportlabs:error:invalid_request", detail: "No." }, "invalid_request"],
    [404, { type: "io.passportlabs:error:client_not_found" }, "client_not_found"],
    [422, { type: "io.passportlabs:error:invalid_audience" }, "invalid_audience"],
  ])(
    "by %i in OAuth's or Passport's format refuses the client's credentials, not a permit",
    async (status, body, code) => {
      const { provider } = connect(
        vendor,
        answerTokens(() => Response.json(body, { status })),
      );

      const error = await failureOf(() => provider.register(sampleRegistration()));

      expect(error).toMatchObject({ code: "unauthorized", vendorCode: code, status, outcome: "not_applied" });
      expect(error.reason).toBeUndefined();
    },
  );

  it.each<[number, string, string]>([
    [400, '{"status":400,"error":"Bad Request","path":"/v3/shared/access-tokens"}', "application/json"],
    [400, '{"error":{"code":"invalid_client"}}', "application/json"],
    [400, '{"error":"temporarily_unavailable"}', "application/json"],
    [401, "<h1>Sign in to the guest network</h1>", "text/html"],
    [403, '{"message":"Forbidden"}', "application/json"],
    [404, '{"error":"not_found"}', "application/json"],
    [404, "<h1>Not Found</h1>", "text/html"],
    [405, "", "text/plain"],
  ])("by %i with %s is no verdict", async (status, body, type) => {
    const { provider } = connect(
      vendor,
      answerTokens(() => new Response(body, { status, headers: { "content-type": type } })),
    );

    const error = await failureOf(() => provider.register(sampleRegistration()));

    expect(error).toMatchObject({ code: "unavailable", outcome: "not_applied", retryable: true, status });
    expect(error.vendorCode).toBeUndefined();
  });
});

describe("a token that a reply calls expired", () => {
  it.each<[string, number, BodyInit, Record<string, string>]>([
    ["403 in Passport's words", 403, '{"type":"io.passportlabs:error:token_expired"}', {}],
    [
      "403 in Passport's detail",
      403,
      '{"type":"io.passportlabs:error:forbidden","detail":"The token has expired."}',
      {},
    ],
    ["403 in plain text", 403, "token has expired", {}],
    ["403 of a gateway", 403, '{"message":"The access token expired"}', {}],
    ["400 with OAuth's code", 400, '{"error":"invalid_token"}', {}],
    ["400 in Passport's code", 400, '{"type":"io.passportlabs:error:invalid_token"}', {}],
    ["400 in a header", 400, "", { "www-authenticate": 'Bearer realm="x", error="invalid_token"' }],
    ["401 without a word", 401, "", {}],
  ])("by %s is renewed once", async (_, status, body, headers) => {
    let refusals = 1;
    const { provider, sandbox, count } = connect(vendor, {
      instead(request) {
        if (!request.url.endsWith("/events") || refusals === 0) return undefined;
        refusals -= 1;
        return new Response(body, { status, headers });
      },
    });

    await provider.register(sampleRegistration());

    expect([count(TOKENS), count("/events")]).toEqual([2, 2]);
    expect(sandbox.sessions.size).toBe(1);

    refusals = Number.POSITIVE_INFINITY;
    expect(await failureOf(() => provider.register(sampleRegistration({ permitId: "P-2" })))).toMatchObject({
      code: "unauthorized",
      outcome: "not_applied",
      status,
    });
    expect([count(TOKENS), count("/events")]).toEqual([3, 4]);
  });

  it.each([
    ["what the account may do", 403, { type: "io.passportlabs:error:forbidden", detail: "Lacks the scope." }],
    ["the request", 400, { type: "io.passportlabs:error:invalid_request", detail: "token: is invalid" }],
    ["a page of a gateway", 403, "<h1>Your session token is invalid</h1>"],
  ])("is not renewed for %s", async (_, status, body) => {
    const { provider, count } = connect(vendor, {
      provider: { retries: 0 },
      instead: ({ url }) =>
        url.endsWith("/events")
          ? new Response(typeof body === "string" ? body : JSON.stringify(body), { status })
          : undefined,
    });

    await failureOf(() => provider.register(sampleRegistration()));

    expect([count(TOKENS), count("/events")]).toEqual([1, 1]);
  });

  it("does not turn a capability off when it is refused while reading back", async () => {
    const { provider } = connect(vendor, {
      instead: ({ url }) =>
        url.includes("/parking-rights")
          ? Response.json({ type: "io.passportlabs:error:token_expired" }, { status: 403 })
          : undefined,
    });

    const query = { plate: sampleRegistration().plate, target: sampleRegistration().target };
    expect(await failureOf(() => provider.find(query))).toMatchObject({ code: "unauthorized" });
    expect(provider.capabilities.find).toBe(true);
  });
});

describe("a token with a short lifetime", () => {
  it.each([
    ["of 30 seconds", { expires_in: 30 }, 14],
    ["of a minute", { expires_in: 60 }, 29],
    ["of 90 seconds", { expires_in: 90 }, 44],
    ["of two minutes", { expires_in: 120 }, 59],
    ["that has ended by our clock", { expires_at: "2026-09-15T11:00:00.000Z" }, 200],
    ["of no length", { expires_in: 0 }, 200],
  ])("%s is not requested for each call", async (_, expiry, seconds) => {
    let asked = 0;
    const { provider, pass } = connect(vendor, {
      instead(request) {
        if (!request.url.endsWith(TOKENS)) return Response.json({ data: [] });
        asked += 1;
        return Response.json({ access_token: "token", token_type: "Bearer", ...expiry });
      },
    });

    for (let call = 0; call < 5; call += 1) await provider.listZones({ refresh: true });
    pass(seconds * 1000);
    await provider.listZones({ refresh: true });
    expect(asked).toBe(1);

    pass(301_000);
    await provider.listZones({ refresh: true });
    expect(asked).toBe(2);
  });
});
