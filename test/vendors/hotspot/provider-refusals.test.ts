import { beforeEach, describe, expect, it, vi } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { Registration } from "../../../src/core/registration/registration.ts";
import type { Fault } from "../../../src/sandbox/faults.ts";
import { createHotSpotProvider } from "../../../src/vendors/hotspot/provider.ts";
import { failuresOf, receiptsOf } from "../../support/outcomes.ts";
import { failureOf, now } from "../../support/registrations.ts";
import { serveVendor } from "../../support/vendor-server.ts";
import { connect, ORIGIN, registration, SPOT } from "./provider-bench.ts";

const vendor = serveVendor(ORIGIN);
const LATER = new Date("2027-02-01T00:00:00.000Z");

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

const PLAIN_HTTP =
  "must be https, because tokens and plates are sent to it. Plain http is accepted only for localhost, 127.0.0.1 and " +
  "[::1]; put TLS in front of a sandbox on another host or container, or forward a port of this machine's loopback to it.";

describe("a refusal", () => {
  it.each([
    [9001, 401, "unauthorized"],
    [9002, 403, "unauthorized"],
    [9003, 400, "rejected"],
    [9004, 400, "rejected"],
    [9005, 400, "rejected"],
    [9006, 400, "rejected"],
    [9008, 400, "rejected"],
    [9009, 404, "rejected"],
    [9010, 404, "rejected"],
    [9011, 400, "rejected"],
    [7777, 403, "rejected"],
    ["E-1", 409, "rejected"],
  ])("%s (%i) is %s, with HotSpot's code and message", async (ErrorCode, status, code) => {
    const { provider, faults } = connect(vendor);
    faults.add({ kind: "status", status, body: { ErrorCode, ErrorMessage: "We are sorry." } });

    const error = await failureOf(() => provider.register(registration()));

    expect(error).toMatchObject({
      code,
      status,
      vendorCode: String(ErrorCode),
      vendorMessage: "We are sorry.",
      outcome: "not_applied",
      retryable: false,
      attempts: 1,
      operation: "register",
    });
    expect(error.message).toContain(`${ErrorCode}): We are sorry.`);
    expect(vendor.requests).toHaveLength(1);
  });

  it.each<[string, Fault, string, string]>([
    ["a page under 400", { kind: "status", status: 400, body: "<p>no" }, "unavailable", "unknown"],
    ["nothing under 404", { kind: "status", status: 404 }, "unavailable", "unknown"],
    ["a page under 200", { kind: "html" }, "invalid_response", "unknown"],
    ["nothing under 200", { kind: "empty" }, "invalid_response", "unknown"],
    ["a reply that was cut off", { kind: "truncated" }, "invalid_response", "unknown"],
    ["10 MB", { kind: "huge", bytes: 10_000_000 }, "invalid_response", "unknown"],
    [
      "a redirect",
      { kind: "redirect", location: "https://elsewhere.test" },
      "invalid_response",
      "not_applied",
    ],
    ["500", { kind: "status", status: 500 }, "unavailable", "unknown"],
    ["a broken connection", { kind: "reset-after" }, "unavailable", "unknown"],
    ["429", { kind: "rate-limit", retryAfter: 99 }, "rate_limited", "not_applied"],
    ["408", { kind: "status", status: 408 }, "timeout", "not_applied"],
  ])("outside HotSpot's error format: %s", async (_, fault, code, outcome) => {
    const { provider, faults, sandbox } = connect(vendor, { provider: { retries: 0 } });
    faults.add(fault);

    expect(await failureOf(() => provider.register(registration()))).toMatchObject({ code, outcome });
    expect(sandbox.permits.size).toBeLessThanOrEqual(1);
  });

  it("of an unknown spot says so", async () => {
    const { provider } = connect(vendor);

    expect(await failureOf(() => provider.register(registration({ target: "142" })))).toMatchObject({
      code: "rejected",
      vendorCode: "9010",
    });
  });
});

describe("already exists", () => {
  it("on a repeat of the provider's own registration is a success, and there is one record", async () => {
    const { provider, sandbox } = connect(vendor);

    const first = await provider.register(registration());
    const second = await provider.register(registration());

    expect(second).toEqual(first);
    expect(sandbox.permits.size).toBe(1);
  });

  it("on a repeat with another end states that end again", async () => {
    const { provider, sandbox } = connect(vendor);
    await provider.register(registration());

    const receipt = await provider.register(registration({ validTo: LATER }));

    expect(receipt).toMatchObject({ reference: "HS-000001", coveredUntil: LATER.toISOString() });
    expect([...sandbox.permits.values()]).toMatchObject([{ endTime: LATER }]);
  });

  it.each<[Fault]>([[{ kind: "reset-after" }], [{ kind: "html", applied: true }], [{ kind: "truncated" }]])(
    "after an attempt that was applied although its reply was lost is a success: %j",
    async (fault) => {
      const { provider, sandbox, faults } = connect(vendor);
      faults.add(fault);

      const receipt = await provider.register(registration());

      expect(receipt.reference).toBe("HS-000001");
      expect(sandbox.permits.size).toBe(1);
      expect(sandbox.violations).toEqual([]);
    },
  );

  it("for another right is rejected, and that right is not changed", async () => {
    const { provider, sandbox } = connect(vendor, { sandbox: { oneRightPerPlateAndSpot: true } });
    await provider.register(registration({ permitId: "P-1" }));

    const error = await failureOf(() => provider.register(registration({ permitId: "P-2", validTo: LATER })));

    expect(error).toMatchObject({
      code: "rejected",
      vendorCode: "9022",
      status: 409,
      outcome: "not_applied",
      retryable: false,
      reason: "already_exists",
    });
    expect([...sandbox.permits.values()]).toMatchObject([{ endTime: new Date("2026-12-31T04:00:00.000Z") }]);
    expect(vendor.requests).toHaveLength(2);
  });

  it("for another client's right is rejected", async () => {
    const { provider, sandbox } = connect(vendor, { sandbox: { oneRightPerPlateAndSpot: true } });
    sandbox.addForeignPermit({
      permitReference: "meter",
      reference: "HS-9",
      plate: "GXK204",
      region: "NB",
      country: "CA",
      spotId: SPOT,
      startTime: now,
      endTime: LATER,
    });

    expect(await failureOf(() => provider.register(registration()))).toMatchObject({ vendorCode: "9022" });
    expect(sandbox.permits.size).toBe(0);
  });

  it("without a reference counts as the provider's own right when HotSpot finds that by its reference", async () => {
    const { provider, sandbox } = connect(vendor, {
      async instead(request) {
        const creates = request.url.endsWith("/permits");
        return creates && sandbox.permits.size === 1
          ? Response.json({ ErrorCode: 9022, ErrorMessage: "Exists." }, { status: 409 })
          : undefined;
      },
    });
    await provider.register(registration());

    const repeated = await provider.register(registration());
    const other = await failureOf(() => provider.register(registration({ permitId: "P-2" })));

    const [ours] = vendor.bodies<{ PermitReference: string }>("/permits");
    expect(repeated.reference).toBe(ours?.PermitReference);
    expect(other).toMatchObject({ code: "rejected", vendorCode: "9022", vendorMessage: "Exists." });
  });

  it("for the provider's own right whose end cannot be stated again has an unknown outcome", async () => {
    const { provider } = connect(vendor, {
      provider: { retries: 0 },
      instead: (request) =>
        request.url.endsWith("/permits") ? undefined : new Response("", { status: 429 }),
    });
    await provider.register(registration());

    // Sync then cancels it if the permit is revoked in the meantime.
    expect(await failureOf(() => provider.register(registration({ validTo: LATER })))).toMatchObject({
      code: "rate_limited",
      outcome: "unknown",
    });
  });

  it("for the provider's own right that was cancelled is rejected: it needs another generation", async () => {
    const { provider, sandbox } = connect(vendor);
    await provider.cancel(await provider.register(registration()));

    expect(await failureOf(() => provider.register(registration()))).toMatchObject({ vendorCode: "9022" });
    await provider.register(registration({ generation: 1 }));
    expect([...sandbox.permits.values()].map(({ status }) => status)).toEqual(["cancelled", "active"]);
  });
});

describe("not found", () => {
  it("is rejected for an amendment, with the reason that the right is lost", async () => {
    const receipt = await connect(vendor).provider.register(registration());
    const { provider } = connect(vendor);

    expect(await failureOf(() => provider.amend(receipt, { validTo: LATER }))).toMatchObject({
      code: "rejected",
      vendorCode: "9009",
      operation: "amend",
      outcome: "not_applied",
      reason: "not_found",
    });
  });

  it("is no success for a cancellation when it does not come from HotSpot", async () => {
    const { provider, faults } = connect(vendor);
    const receipt = await provider.register(registration());
    faults.add({ kind: "status", status: 404, body: "<p>Not here" });

    expect(await failureOf(() => provider.cancel(receipt, { retries: 0 }))).toMatchObject({
      code: "unavailable",
      status: 404,
      outcome: "unknown",
    });
  });
});

describe("the …Many calls", () => {
  it("return an outcome for every input, in order, invalid ones included", async () => {
    const { provider, sandbox } = connect(vendor);
    const many = Array.from({ length: 30 }, (_, index) => registration({ permitId: `P-${index}` }));
    const inputs: unknown[] = [null, ...many, 7, registration({ target: "unknown" }), many[0]];
    inputs[35] = many[1];

    const outcomes = await provider.registerMany(inputs as Registration[]);

    expect(outcomes).toHaveLength(36);
    expect(failuresOf(outcomes).map(({ index, code }) => [index, code])).toEqual([
      [0, "invalid_input"],
      [31, "invalid_input"],
      [32, "rejected"],
      [34, "invalid_input"],
    ]);
    expect(outcomes[33]).toEqual(outcomes[1]);
    expect(outcomes[35]).toEqual(outcomes[2]);
    expect(sandbox.permits.size).toBe(30);
    expect(sandbox.violations).toEqual([]);

    const receipts = receiptsOf(outcomes).slice(0, 30);
    const amended = await provider.amendMany([
      ...receipts.map((receipt) => ({ receipt, validTo: LATER })),
      7 as never,
    ]);
    expect(failuresOf(amended).map(({ index, field }) => [index, field])).toEqual([[30, "changes[30]"]]);
    const cancelled = await provider.cancelMany([undefined as never, ...receipts]);
    expect(failuresOf(cancelled).map(({ index, field }) => [index, field])).toEqual([[0, "receipts[0]"]]);
    expect(new Set([...sandbox.permits.values()].map(({ status }) => status))).toEqual(
      new Set(["cancelled"]),
    );
  });

  it("return an outcome for every input when they are aborted", async () => {
    const { provider } = connect(vendor);
    const many = Array.from({ length: 20 }, (_, index) => registration({ permitId: `P-${index}` }));

    const outcomes = await provider.registerMany(many, { signal: AbortSignal.abort() });

    expect(failuresOf(outcomes).map(({ code, outcome }) => `${code} ${outcome}`)).toEqual(
      Array(20).fill("aborted not_applied"),
    );
  });
});

describe("bad input", () => {
  it.each<[string, unknown, string]>([
    ["baseUrl", undefined, "must be a URL."],
    ["baseUrl", "http://hunter2.test", PLAIN_HTTP],
    ["token", "", "must be text that is not empty, or a function that gives it."],
    ["companyToken", 7, "must be text that is not empty, or a function that gives it."],
    ["wire", { encode: () => {} }, "must have the functions encode and decode."],
    ["wire", null, "must have the functions encode and decode."],
    [
      "wire",
      { encode: () => {}, decode: () => {}, ownReferences: "yes" },
      "ownReferences must be true or false.",
    ],
    ["openEndedDays", 400, "must be at most 365."],
    ["retries", 1.5, "must be a whole number."],
  ])("names the option %s", async (name, value, words) => {
    const options = { baseUrl: ORIGIN, token: "hunter2", [name]: value };

    const error = await failureOf(() => createHotSpotProvider(options as never));

    expect(error).toMatchObject({ code: "invalid_config", field: name });
    expect(error.message).toBe(`createHotSpotProvider: ${name}: ${words}`);
    expect(JSON.stringify(error)).not.toContain("hunter2");
  });

  it.each<[string, unknown]>([
    ["registration", undefined],
    ["registration.plate.region", registration({ plate: parsePlate("GXK204") })],
    ["registration.plate", { ...registration(), plate: "GXK204" }],
    ["registration.validFrom", { ...registration(), validFrom: new Date(Number.NaN) }],
    ["registration.validTo", { ...registration(), validTo: new Date(0) }],
    ["registration.target", { ...registration(), target: 142 }],
  ])("names %s", async (field, value) => {
    const { provider } = connect(vendor);

    expect(await failureOf(() => provider.register(value as never))).toMatchObject({
      code: "invalid_input",
      field,
      operation: "register",
      providerId: "hotspot",
    });
    expect(vendor.requests).toEqual([]);
  });

  it("names a receipt of another provider", async () => {
    const { provider } = connect(vendor);
    const receipt = { ...(await provider.register(registration())), providerId: "passport" };

    expect(await failureOf(() => provider.cancel(receipt))).toMatchObject({
      code: "invalid_input",
      field: "receipt.providerId",
      operation: "cancel",
    });
  });
});
