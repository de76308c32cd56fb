import { beforeEach, describe, expect, it, vi } from "vitest";
import { failureOf, sampleRegistration } from "../../support/registrations.ts";
import { serveVendor } from "../../support/vendor-server.ts";
import { connect, manyRegistrations, ORIGIN } from "./provider-bench.ts";

const vendor = serveVendor(ORIGIN);
const TOKENS = "/access-tokens";

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

describe("the access token", () => {
  it("is requested with the client's credentials, and sent with every request", async () => {
    const { provider, sandbox } = connect(vendor);

    await provider.register(sampleRegistration());

    const [token, events] = vendor.requests;
    expect(Object.fromEntries(new URLSearchParams(token?.body))).toEqual({
      grant_type: "client_credentials",
      client_id: sandbox.clientId,
      client_secret: sandbox.clientSecret,
      audience: "public.api.passportinc.com",
    });
    expect(events?.headers.get("authorization")).toMatch(/^Bearer [0-9a-f-]{36}$/);
    const traces = sandbox.requests.map(({ traceId }) => traceId);
    expect(new Set(traces).size).toBe(2);
    expect(traces).not.toContain(null);
  });

  it("is requested once by fifty concurrent registrations", async () => {
    const { provider, sandbox, count } = connect(vendor);

    await Promise.all(manyRegistrations(50).map((registration) => provider.register(registration)));

    expect(count(TOKENS)).toBe(1);
    expect(sandbox.sessions.size).toBe(50);
  });

  it("that cannot be had fails every waiting call, and the next call requests it again", async () => {
    const { provider, faults, count } = connect(vendor, { provider: { retries: 0 } });
    faults.add({ kind: "status", status: 503, path: TOKENS });

    const outcomes = await Promise.all(
      manyRegistrations(10).map((registration) => failureOf(() => provider.register(registration))),
    );

    expect(outcomes.map(({ code, outcome, attempts }) => `${code} ${outcome} ${attempts}`)).toEqual(
      Array(10).fill("unavailable not_applied 1"),
    );
    expect(count(TOKENS)).toBe(1);
    await provider.register(sampleRegistration());
    expect(count(TOKENS)).toBe(2);
  });

  it.each(["expires_at", "expires_in"] as const)(
    "is renewed a minute before its end (%s)",
    async (tokenExpiry) => {
      const { provider, pass, count } = connect(vendor, {
        sandbox: { tokenExpiry, tokenLifetimeSeconds: 600 },
      });
      const [first, second, third] = manyRegistrations(3);
      if (!first || !second || !third) throw new Error("Three registrations were asked for.");

      await provider.register(first);
      pass(540_000 - 1);
      await provider.register(second);
      expect(count(TOKENS)).toBe(1);

      pass(1);
      await provider.register(third);
      expect(count(TOKENS)).toBe(2);
    },
  );

  it.each([
    ["in seconds since 1970", { expires_at: Date.parse("2026-09-15T12:10:00.000Z") / 1000 }, 9],
    ["as text", { expires_in: "600" }, 9],
    ["nowhere, which is taken for five minutes", {}, 4],
    ["with nulls, which is taken for five minutes", { expires_at: null, expires_in: null }, 4],
    ["of other kinds, which is taken for five minutes", { expires_at: {}, expires_in: [false] }, 4],
    ["in unreadable form, which counts as five minutes", { expires_at: "soon", expires_in: "later" }, 4],
  ])("may state its end %s", async (_, expiry, minutes) => {
    let asked = 0;
    const { provider, pass } = connect(vendor, {
      instead(request) {
        if (request.url.endsWith(TOKENS)) {
          asked += 1;
          return Response.json({ access_token: "token", token_type: "Bearer", ...expiry });
        }
        return Response.json({ data: [] });
      },
    });

    await provider.listZones({ refresh: true });
    pass(minutes * 60_000 - 1);
    await provider.listZones({ refresh: true });
    expect(asked).toBe(1);

    pass(1);
    await provider.listZones({ refresh: true });
    expect(asked).toBe(2);
  });

  it("that is refused is renewed once for all refused calls", async () => {
    const { provider, sandbox, count } = connect(vendor);
    await provider.register(sampleRegistration());
    sandbox.expireTokens();

    const outcomes = await Promise.all(
      manyRegistrations(8).map((registration) => provider.register(registration)),
    );

    expect(outcomes).toHaveLength(8);
    expect(count(TOKENS)).toBe(2);
  });
});

describe("the client secret", () => {
  it("that is a function is called again after the vendor refused the last one", async () => {
    const secret = vi.fn<() => Promise<string>>();
    const { provider, sandbox, count } = connect(vendor, { provider: { clientSecret: secret } });
    secret.mockImplementation(async () => sandbox.clientSecret);
    const [before, after] = manyRegistrations(2);
    if (!before || !after) throw new Error("Two registrations were asked for.");
    await provider.register(before);
    expect(secret).toHaveBeenCalledTimes(1);

    sandbox.setClientSecret("rotated");
    await provider.register(after);

    expect(secret).toHaveBeenCalledTimes(2);
    expect(count(TOKENS)).toBe(2);
    expect(count("/events")).toBe(3);
    expect(sandbox.sessions.size).toBe(2);
  });

  it("that was rotated without the provider's knowledge is unauthorized, and nothing was changed", async () => {
    const { provider, sandbox, count } = connect(vendor);
    await provider.register(sampleRegistration());
    sandbox.setClientSecret("rotated");

    const error = await failureOf(() => provider.register(sampleRegistration({ permitId: "P-2" })));

    expect(error).toMatchObject({
      code: "unauthorized",
      status: 401,
      vendorCode: "unauthorized",
      operation: "register",
      outcome: "not_applied",
      retryable: false,
      attempts: 1,
    });
    expect(count(TOKENS)).toBe(2);
    expect(count("/events")).toBe(2);
  });

  it("refused for a second new token is unauthorized after one renewal", async () => {
    const { provider, faults, count } = connect(vendor);
    faults.add({ kind: "status", status: 401, path: "/events", times: Number.POSITIVE_INFINITY });

    const error = await failureOf(() => provider.register(sampleRegistration()));

    expect(error).toMatchObject({ code: "unauthorized", status: 401, outcome: "not_applied" });
    expect([count(TOKENS), count("/events")]).toEqual([2, 2]);
  });

  it.each<[string, () => string | Promise<string>, string]>([
    ["throws", () => Promise.reject(new Error("the vault is sealed: hunter2")), "unavailable"],
    ["returns nothing", () => "", "invalid_config"],
  ])("whose function %s is named in the error", async (_, clientSecret, code) => {
    const { provider, count } = connect(vendor, { provider: { clientSecret, retries: 0 } });

    const error = await failureOf(() => provider.register(sampleRegistration()));

    expect(error).toMatchObject({ code, field: "clientSecret", outcome: "not_applied" });
    expect(JSON.stringify(error)).not.toContain("hunter2");
    expect(count(TOKENS)).toBe(0);
  });
});

describe("a reply to the token request", () => {
  it.each([
    [
      "a page",
      new Response("<!doctype html>", { headers: { "content-type": "text/html" } }),
      "a page instead of JSON",
    ],
    ["nothing", new Response(null, { status: 200 }), "empty instead of JSON"],
    ["JSON that was cut off", new Response('{"access_token":"ab'), "not JSON, or was cut off"],
    ["no token", Response.json({ token: "xyz" }), 'not as expected at "access_token"'],
    ["an empty token", Response.json({ access_token: "" }), 'not as expected at "access_token"'],
    ["a token in lines", Response.json({ access_token: "xyz\ndef" }), 'not as expected at "access_token"'],
    [
      "a token of other letters",
      Response.json({ access_token: "xyz☃" }),
      'not as expected at "access_token"',
    ],
  ])("that is %s is reported", async (_, reply, words) => {
    const { provider, count } = connect(vendor, {
      instead: (request) => (request.url.endsWith(TOKENS) ? reply.clone() : undefined),
    });

    const error = await failureOf(() => provider.register(sampleRegistration()));

    expect(error).toMatchObject({ code: "invalid_response", outcome: "not_applied", operation: "register" });
    expect(error.message).toContain(words);
    expect(JSON.stringify(error)).not.toContain("xyz");
    expect(count(TOKENS)).toBe(1);
  });

  it("of 10 MB is reported", async () => {
    const { provider, faults } = connect(vendor);
    faults.add({ kind: "huge", bytes: 10_000_000, path: TOKENS });

    const error = await failureOf(() => provider.register(sampleRegistration()));

    expect(error).toMatchObject({ code: "invalid_response", outcome: "not_applied" });
    expect(error.message).toContain("too long");
  });
});
