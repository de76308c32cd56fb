import { describe, expect, it } from "vitest";
import { refusalError, transportError } from "../../src/http/failure.ts";
import type { VendorRefusal } from "../../src/http/reply.ts";

const now = new Date("2026-09-15T12:00:00.000Z");

describe("refusalError", () => {
  it.each([
    [400, "rejected", "not_applied"],
    [401, "unauthorized", "not_applied"],
    [403, "unauthorized", "not_applied"],
    [404, "rejected", "not_applied"],
    [408, "timeout", "not_applied"],
    [409, "rejected", "not_applied"],
    [422, "rejected", "not_applied"],
    [429, "rate_limited", "not_applied"],
    [500, "unavailable", "unknown"],
    [503, "unavailable", "unknown"],
    [304, "invalid_response", "not_applied"],
  ])("of %i is %s, and a change is %s", (status, code, outcome) => {
    const reply = { status, headers: new Headers({ "retry-after": "2" }), body: "", traceId: "trace-1" };

    const error = refusalError(reply, { vendorCode: "E1", vendorMessage: "No." }, { changes: true, now });

    expect(error).toMatchObject({
      code,
      outcome,
      status,
      traceId: "trace-1",
      retryAfterMs: 2_000,
      vendorCode: "E1",
      vendorMessage: "No.",
    });
  });

  it.each([400, 401, 403, 404, 407, 409, 413, 422])(
    "of %i outside the vendor's format is not final: retryable, and a change is unknown",
    (status) => {
      const reply = { status, headers: new Headers(), body: "<h1>Not Found</h1>", traceId: "trace-1" };

      const error = refusalError(reply, undefined, { changes: true, now });

      expect(error).toMatchObject({
        code: "unavailable",
        outcome: "unknown",
        retryable: true,
        status,
        traceId: "trace-1",
        vendorCode: undefined,
        vendorMessage: undefined,
        reason: undefined,
      });
      expect(error.message).toContain(`A reply (${status}) is not in the vendor's format`);
      expect(error.message).not.toContain("Found");
      expect(refusalError(reply, undefined, { changes: false, now }).outcome).toBe("not_applied");
    },
  );

  it.each<[string, VendorRefusal, Record<string, unknown>]>([
    ["the reason", { reason: "not_found" }, { code: "rejected", reason: "not_found" }],
    ["that it means our credentials", { code: "unauthorized" }, { code: "unauthorized" }],
    ["another status", { status: 503 }, { code: "unavailable", outcome: "unknown", status: 404 }],
    ["another status that is a refusal", { status: 409 }, { code: "rejected", status: 404 }],
  ])("may report %s in the vendor's words", (_, refusal, expected) => {
    const reply = { status: 404, headers: new Headers(), body: "", traceId: undefined };

    expect(refusalError(reply, refusal, { changes: true, now })).toMatchObject(expected);
  });

  it("of a read is never unknown", () => {
    const reply = { status: 500, headers: new Headers(), body: "", traceId: undefined };

    expect(refusalError(reply, {}, { changes: false, now }).outcome).toBe("not_applied");
  });
});

describe("transportError", () => {
  const request = { method: "POST", url: "https://vendor.test/?plate=GXK204", changes: true };

  it("keeps only the system's fault code", () => {
    const thrown = new TypeError("https://vendor.test/?plate=GXK204 failed", {
      cause: new Error("token", { cause: { code: "ECONNRESET" } }),
    });

    const error = transportError(thrown, request);

    expect(error.message).toBe("The connection to the vendor failed (ECONNRESET).");
    expect(error.cause).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ["a code that is a sentence", { code: "GXK204 is bad" }],
    ["a code of lower-case letters", { code: "gxk204" }],
    ["no object", "GXK204"],
    ["nothing", undefined],
  ])("does not keep %s", (_, thrown) => {
    const error = transportError(thrown, request);

    expect(error.message).toBe("The connection to the vendor failed.");
    expect(error.outcome).toBe("unknown");
  });

  it("ends when causes form a circle", () => {
    const thrown: { cause?: unknown } = {};
    thrown.cause = thrown;

    expect(transportError(thrown, request).code).toBe("unavailable");
  });
});
