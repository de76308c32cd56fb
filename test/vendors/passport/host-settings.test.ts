import nodeFetch from "node-fetch";
import { fetch as undiciFetch } from "undici";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSandbox } from "../../../src/sandbox/sandbox.ts";
import { createPassportProvider } from "../../../src/vendors/passport/provider.ts";
import { letTimePass, stopTime } from "../../support/fake-time.ts";
import { failureOf, sampleRegistration } from "../../support/registrations.ts";
import { connectDirectly, DOWNTOWN, manyRegistrations } from "./provider-bench.ts";

// What a host passes in besides permits: a fetch, a secret, limits.

const ZONES = [{ id: DOWNTOWN, number: "101", name: "Downtown Lot" }];

describe("a fetch of another package", () => {
  it.each<[string, unknown]>([
    ["undici", undiciFetch],
    ["node-fetch", nodeFetch],
  ])("(%s) carries a registration from its start to its end", async (_, fetch) => {
    const sandbox = createSandbox({ strict: true, passport: { zones: ZONES } });
    const { passportUrl, close } = await sandbox.listen();
    const { operatorId, clientId, clientSecret } = sandbox.passport;
    const provider = createPassportProvider({
      operatorId,
      clientId,
      clientSecret,
      baseUrl: passportUrl,
      fetch: fetch as typeof globalThis.fetch,
    });
    const { plate } = sampleRegistration();
    const validTo = new Date(Date.now() + 86_400_000);

    const receipt = await provider.register(sampleRegistration({ target: "101", validTo }));
    expect(await provider.find({ plate, target: DOWNTOWN })).toMatchObject([
      { reference: receipt.reference },
    ]);
    await provider.cancel(receipt);
    expect(await provider.find({ plate, target: DOWNTOWN })).toEqual([]);

    expect(await provider.checkConnection()).toMatchObject({
      message: "Passport accepts the credentials and shows 1 zone.",
    });
    await close();
  });

  it("(Node's) that refuses a port is invalid_config, and is not called again", async () => {
    const provider = createPassportProvider({
      operatorId: "3f1d1d7e-0f52-4a5e-9f3b-0d2c6f3f1a10",
      clientId: "client",
      clientSecret: "s3cret",
      baseUrl: "http://127.0.0.1:6667",
    });

    const error = await failureOf(() => provider.register(sampleRegistration()));

    expect(error).toMatchObject({ code: "invalid_config", outcome: "not_applied", retryable: false });
    expect(error.message).toContain("port");
  });
});

describe("a secret that was read from a file", () => {
  it.each(["\n", "\r\n", " \n"])(
    "works with the end of the file (%j), and is hidden where it is repeated",
    async (end) => {
      const { provider, sandbox } = connectDirectly({
        sandbox: { clientSecret: "s3cr3t-of-the-file" },
        provider: { clientSecret: `s3cr3t-of-the-file${end}`, retries: 0 },
      });
      await provider.register(sampleRegistration());
      expect(sandbox.sessions.size).toBe(1);

      const refused = connectDirectly({
        provider: { clientSecret: `s3cr3t-of-the-file${end}`, retries: 0 },
        async instead(request) {
          const detail = `No such client: ${await request.clone().text()} s3cr3t-of-the-file`;
          return Response.json({ type: "io.passportlabs:error:unauthorized", detail }, { status: 401 });
        },
      });
      const error = await failureOf(() => refused.provider.register(sampleRegistration()));

      expect(error.vendorMessage).toContain("[secret]");
      expect(JSON.stringify(error)).not.toContain("s3cr3t");
      expect(error.message).not.toContain("s3cr3t");
    },
  );
});

describe("more calls than free places", () => {
  beforeEach(() => stopTime());
  afterEach(() => vi.useRealTimers());

  it("to a vendor that never answers: a call without a place was not sent", async () => {
    const { provider, events, faults } = connectDirectly({
      provider: { concurrency: 4, deadlineMs: 5_000, attemptTimeoutMs: 5_000 },
    });
    faults.add({ kind: "timeout-before", path: "/events", times: Number.POSITIVE_INFINITY });

    const errors = await letTimePass(
      Promise.all(manyRegistrations(60).map((one) => failureOf(() => provider.register(one)))),
    );

    const outcomes = errors.map(({ outcome, attempts }) => `${outcome} ${attempts}`);
    expect(outcomes.filter((one) => one === "unknown 1")).toHaveLength(4);
    expect(outcomes.filter((one) => one === "not_applied 0")).toHaveLength(56);
    expect(errors.filter(({ message }) => message.includes("free place"))).toHaveLength(56);
    expect(events.filter(({ operation }) => operation === "register")).toHaveLength(4);
  });
});

describe("a refusal with a megabyte of text", () => {
  it("is read only as far as it is kept, for a batch of a hundred", async () => {
    const { provider } = connectDirectly({
      provider: { retries: 0 },
      instead: ({ url }) =>
        url.endsWith("/events")
          ? Response.json(
              { type: "io.passportlabs:error:forbidden", detail: "AB-0007 refused. ".repeat(50_000) },
              { status: 403 },
            )
          : undefined,
    });
    const plates = manyRegistrations(100);
    const searched = vi.spyOn(String.prototype, "matchAll");

    const outcomes = await provider.registerMany(plates);
    const characters = searched.mock.contexts.reduce<number>((sum, text) => sum + String(text).length, 0);
    searched.mockRestore();

    expect(outcomes).toHaveLength(100);
    expect(outcomes[0]).toMatchObject({
      ok: false,
      error: { code: "unauthorized", vendorMessage: expect.stringMatching(/^\[plate\] refused\. /) },
    });
    expect(characters).toBeGreaterThan(0);
    expect(characters).toBeLessThan(100_000);
  });
});
