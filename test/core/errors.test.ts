import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import {
  EnforcementError,
  type EnforcementErrorCode,
  type EnforcementErrorDetails,
  isEnforcementError,
  withErrorDetails,
} from "../../src/core/errors.ts";

const CODES: readonly EnforcementErrorCode[] = [
  ...(["invalid_config", "invalid_input", "unauthorized", "rejected", "rate_limited"] as const),
  ...(["unavailable", "timeout", "aborted", "invalid_response", "unsupported"] as const),
];

describe("EnforcementError", () => {
  test.each(CODES)("%s says by default whether a retry can help", (code) => {
    const error = new EnforcementError(code, "It failed.");
    expect(error.retryable).toBe(["rate_limited", "unavailable", "timeout"].includes(code));
    expect(error).toMatchObject({ name: "EnforcementError", code, outcome: "not_applied", attempts: 0 });
    expect(error).toBeInstanceOf(Error);
  });

  test("carries its details", () => {
    const details: EnforcementErrorDetails = {
      providerId: "passport-a",
      operation: "register",
      field: "registration.target",
      outcome: "unknown" as const,
      retryable: true,
      attempts: 3,
      status: 409,
      vendorCode: "conflict",
      vendorMessage: "Busy.",
      traceId: "t-1",
      retryAfterMs: 500,
    };
    const error = new EnforcementError("rejected", "It failed.", details);
    expect(error).toMatchObject(details);
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: "EnforcementError",
      code: "rejected",
      message: "It failed.",
      ...details,
    });
  });

  test("toJSON leaves out absent properties", () => {
    expect(new EnforcementError("timeout", "Late.").toJSON()).toEqual({
      name: "EnforcementError",
      code: "timeout",
      message: "Late.",
      outcome: "not_applied",
      retryable: true,
      attempts: 0,
    });
  });

  test("has no cause, even when all of it is printed", () => {
    const error = new EnforcementError("unavailable", "It failed.", { cause: "Bearer secret" } as object);
    expect("cause" in error).toBe(false);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/cause|Bearer/i);
    expect(inspect(error)).toContain("unavailable");
  });

  test("withErrorDetails keeps code, message and details, and replaces the given ones", () => {
    const inner = new EnforcementError("rate_limited", "Slow down.", { status: 429, attempts: 1 });
    const outer = withErrorDetails(inner, { providerId: "hotspot", attempts: 2 });
    expect(outer).toMatchObject({
      code: "rate_limited",
      message: "Slow down.",
      status: 429,
      providerId: "hotspot",
      attempts: 2,
      retryable: true,
    });
    expect(inner.providerId).toBeUndefined();
  });
});

describe("isEnforcementError", () => {
  test("recognises an error of a second copy of the package", async () => {
    const copy: typeof import("../../src/core/errors.ts") = await import(
      new URL("../../src/core/errors.ts?copy", import.meta.url).href
    );
    expect(copy.EnforcementError).not.toBe(EnforcementError);
    const foreign = new copy.EnforcementError("aborted", "Stopped.");
    expect(foreign).not.toBeInstanceOf(EnforcementError);
    expect(isEnforcementError(foreign)).toBe(true);
    expect(copy.isEnforcementError(new EnforcementError("aborted", "Stopped."))).toBe(true);
  });

  test.each([
    undefined,
    null,
    "timeout",
    5,
    {},
    new Error("x"),
    { name: "EnforcementError", code: "timeout" },
  ])("is false for %j", (value) => {
    expect(isEnforcementError(value)).toBe(false);
  });

  test("is false for an error that was parsed from JSON, because its methods are gone", () => {
    expect(isEnforcementError(JSON.parse(JSON.stringify(new EnforcementError("timeout", "Late."))))).toBe(
      false,
    );
  });
});
