import { beforeEach, describe, expect, it, vi } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { Fault } from "../../../src/sandbox/faults.ts";
import { failureOf, sampleRegistration } from "../../support/registrations.ts";
import { serveVendor } from "../../support/vendor-server.ts";
import { connect, DOWNTOWN, ORIGIN } from "./provider-bench.ts";

const vendor = serveVendor(ORIGIN);

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

const forever = { times: Number.POSITIVE_INFINITY };

describe("a reply that no API would send", () => {
  it.each<[Fault, string]>([
    [{ kind: "html" }, "a page instead of JSON"],
    [{ kind: "empty" }, "empty instead of JSON"],
    [{ kind: "truncated" }, "not JSON, or was cut off"],
    [{ kind: "huge", bytes: 20_000_000 }, "too long"],
  ])("as the list of zones: %j", async (fault, words) => {
    const { provider, faults, count } = connect(vendor);
    faults.add({ ...fault, ...forever, path: "/zones" });

    const error = await failureOf(() => provider.listZones());

    expect(error).toMatchObject({
      code: "invalid_response",
      outcome: "not_applied",
      operation: "listZones",
      retryable: false,
    });
    expect(error.message).toContain(words);
    expect(count("/zones")).toBe(1);
  });

  it.each<[Fault, string]>([
    [{ kind: "html" }, "a page instead of JSON"],
    [{ kind: "empty" }, "empty instead of JSON"],
    [{ kind: "truncated" }, "not JSON, or was cut off"],
    [{ kind: "huge", bytes: 10_000_000 }, "too long"],
  ])("when reading back: %j", async (fault, words) => {
    const { provider, faults, count } = connect(vendor);
    faults.add({ ...fault, ...forever, path: "/parking-rights" });

    const error = await failureOf(() => provider.find({ plate: parsePlate("GXK204"), target: DOWNTOWN }));

    expect(error).toMatchObject({ code: "invalid_response", outcome: "not_applied", operation: "find" });
    expect(error.message).toContain(words);
    expect(count("/parking-rights")).toBe(1);
    expect(provider.capabilities.find).toBe(true);
  });

  it.each<[Fault, string]>([
    [{ kind: "html", applied: true }, "a page instead of JSON"],
    [{ kind: "html" }, "a page instead of JSON"],
    [{ kind: "huge", bytes: 10_000_000, applied: true }, "too long"],
    [
      { kind: "status", status: 200, body: '{"data":[', headers: { "content-type": "application/json" } },
      "not JSON, or was cut off",
    ],
  ])("to events, every time: %j", async (fault, words) => {
    const { provider, faults, count, sandbox } = connect(vendor, { provider: { retries: 2 } });
    faults.add({ ...fault, ...forever, path: "/events" });

    const error = await failureOf(() => provider.register(sampleRegistration()));

    expect(error).toMatchObject({
      code: "invalid_response",
      outcome: "unknown",
      operation: "register",
      attempts: 3,
      retryable: true,
    });
    expect(error.message).toContain(words);
    expect(count("/events")).toBe(3);
    expect(sandbox.sessions.size).toBeLessThanOrEqual(1);
  });

  it.each<[Fault]>([
    [{ kind: "html", applied: true }],
    [{ kind: "huge", bytes: 10_000_000, applied: true }],
    [{ kind: "reset-after" }],
    [{ kind: "reset-before" }],
  ])("to events, once: the repeat creates nothing twice: %j", async (fault) => {
    const { provider, faults, sandbox, count } = connect(vendor);
    faults.add({ ...fault, path: "/events" });

    const receipt = await provider.register(sampleRegistration());

    expect([...sandbox.sessions.keys()]).toEqual([receipt.reference]);
    expect(count("/events")).toBe(2);
    expect(sandbox.violations).toEqual([]);
  });

  it("as a multi-status reply that was cut off leads to a repeat", async () => {
    const { provider, faults, sandbox, count } = connect(vendor);
    sandbox.nextEvents("multi-status");
    faults.add({ kind: "truncated", path: "/events" });

    await provider.register(sampleRegistration());

    expect(sandbox.sessions.size).toBe(1);
    expect(count("/events")).toBe(2);
  });

  it("is not confused with the empty body of a success", async () => {
    const { provider, faults, count } = connect(vendor);
    faults.add({ kind: "empty", applied: true, path: "/events" });

    await provider.register(sampleRegistration());

    expect(count("/events")).toBe(1);
  });
});

describe("a refusal", () => {
  it("keeps the vendor's code and message and the provider's trace id", async () => {
    const { provider, sandbox } = connect(vendor);
    const unknown = "99999999-9999-4999-8999-999999999999";

    const error = await failureOf(() => provider.register(sampleRegistration({ target: unknown })));

    expect(error).toMatchObject({
      code: "rejected",
      status: 422,
      vendorCode: "zone_not_found",
      attempts: 1,
      outcome: "not_applied",
      providerId: "passport",
      operation: "register",
      traceId: sandbox.requests.at(-1)?.traceId,
    });
    expect(error.vendorMessage).toContain("data[0] passport_zone_id is not a known zone");
    expect(error.message).toContain("data[0] passport_zone_id is not a known zone");
  });

  it.each([
    ["details as text", { additional_details: "Look here." }, "Look here."],
    ["an empty list of details", { detail: "No.", additional_details: [] }, "No."],
    ["an empty object of details", { detail: "No.", additional_details: {} }, "No."],
    ["fields of other types", { title: "Bad", detail: {}, status: "400" }, "Bad"],
    ["a code alone", {}, undefined],
  ])("may have %s", async (_, words, vendorMessage) => {
    const { provider, faults } = connect(vendor);
    const body = { type: "io.passportlabs:error:bad", ...words };
    faults.add({ kind: "status", status: 400, body, path: "/events" });

    expect(await failureOf(() => provider.register(sampleRegistration()))).toMatchObject({
      code: "rejected",
      status: 400,
      vendorCode: "bad",
      vendorMessage,
    });
  });

  it("for another account's operator is unauthorized", async () => {
    const { provider } = connect(vendor, {
      provider: { operatorId: "99999999-9999-4999-8999-999999999999" },
    });

    expect(await failureOf(() => provider.register(sampleRegistration()))).toMatchObject({
      code: "unauthorized",
      status: 403,
      vendorCode: "forbidden",
    });
  });

  it("that asks to slow down is retried, and the final error says how long to wait", async () => {
    const { provider, faults, count } = connect(vendor, { provider: { retries: 1 } });
    faults.add({ kind: "rate-limit", retryAfter: 0, path: "/events" });
    faults.add({ kind: "rate-limit", retryAfter: 120, path: "/events" });

    expect(await failureOf(() => provider.register(sampleRegistration()))).toMatchObject({
      code: "rate_limited",
      retryAfterMs: 120_000,
      attempts: 2,
      outcome: "not_applied",
    });
    expect(count("/events")).toBe(2);
  });
});

describe("events", () => {
  it("are emitted for every attempt and retry, the shared requests included", async () => {
    const { provider, faults, events } = connect(vendor);
    faults.add({ kind: "status", status: 503, path: "/events" });

    await provider.register(sampleRegistration());

    expect(events.map(({ type, operation, attempt, status }) => [type, operation, attempt, status])).toEqual([
      ["attempt", "authenticate", 1, 200],
      ["attempt", "register", 1, 503],
      ["retry", "register", 1, undefined],
      ["attempt", "register", 2, 200],
    ]);
    for (const event of events) expect(event.providerId).toBe("passport");
  });
});
