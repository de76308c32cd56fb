import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import {
  baseUrlOption,
  httpOptionShape,
  openEndedDaysOption,
  parseOptions,
  secretOption,
  textOption,
  toHttpSettings,
} from "../../src/http/options.ts";
import { failureOf } from "../support/registrations.ts";

const schema = z.strictObject({
  id: z.optional(textOption),
  token: z.optional(secretOption),
  baseUrl: z.optional(baseUrlOption),
  openEndedDays: openEndedDaysOption,
  ...httpOptionShape,
});

const parse = (options: unknown) => parseOptions(schema, options, "createAcmeProvider");

const PLAIN_HTTP =
  "must be https, because tokens and plates are sent to it. Plain http is accepted only for localhost, 127.0.0.1 and " +
  "[::1]; put TLS in front of a sandbox on another host or container, or forward a port of this machine's loopback to it.";

describe("parseOptions", () => {
  it.each<[string, unknown, string]>([
    ["fetch", "GXK204", "must be a function."],
    ["attemptTimeoutMs", "GXK204", "must be a number of milliseconds."],
    ["attemptTimeoutMs", 0, "must be at least 1."],
    ["attemptTimeoutMs", 1.5, "must be a whole number."],
    ["attemptTimeoutMs", 2 ** 31, "is too long."],
    ["attemptTimeoutMs", Number.NaN, "must be a number of milliseconds."],
    ["deadlineMs", -1, "must be at least 1."],
    ["deadlineMs", Number.POSITIVE_INFINITY, "must be a number of milliseconds."],
    ["retries", "3", "must be a number."],
    ["retries", -1, "must be 0 or more."],
    ["retries", 21, "must be at most 20."],
    ["retries", 0.5, "must be a whole number."],
    ["concurrency", null, "must be a number."],
    ["concurrency", 0, "must be at least 1."],
    ["requestsPerSecond", 0, "must be more than 0."],
    ["requestsPerSecond", "GXK204", "must be a number."],
    ["onEvent", {}, "must be a function."],
    ["clock", new Date(), "must be a function."],
    ["id", "  ", "must not be empty."],
    ["id", 7, "must be text."],
    ["token", "", "must be text that is not empty, or a function that gives it."],
    ["token", 7, "must be text that is not empty, or a function that gives it."],
    ["baseUrl", "GXK204", "must be an https URL without user, query or fragment."],
    ["baseUrl", "http://vendor.test", PLAIN_HTTP],
    ["baseUrl", "http://sandbox:4000", PLAIN_HTTP],
    ["baseUrl", "http://192.168.0.7:4000/passport", PLAIN_HTTP],
    ["baseUrl", "https://user:GXK204@vendor.test", "must be an https URL without user, query or fragment."],
    ["baseUrl", "https://vendor.test/?key=GXK204", "must be an https URL without user, query or fragment."],
    ["baseUrl", "https://vendor.test/#GXK204", "must be an https URL without user, query or fragment."],
    ["baseUrl", "ftp://vendor.test", "must be an https URL without user, query or fragment."],
    ["openEndedDays", 0, "must be at least 1."],
    ["openEndedDays", 366, "must be at most 365."],
    ["openEndedDays", 1.5, "must be a whole number."],
  ])("names %s, and never its value: %j", async (name, value, words) => {
    const error = await failureOf(() => parse({ [name]: value }));

    expect(error).toMatchObject({ code: "invalid_config", field: name, outcome: "not_applied" });
    expect(error.message).toBe(`createAcmeProvider: ${name}: ${words}`);
    expect(JSON.stringify(error)).not.toContain("GXK204");
  });

  it("names every wrong option at once", async () => {
    const error = await failureOf(() => parse({ retries: -1, concurrency: 0 }));

    expect(error.message).toContain("retries: must be 0 or more.");
    expect(error.message).toContain("concurrency: must be at least 1.");
  });

  it("names an unknown option, when its name can be shown", async () => {
    expect((await failureOf(() => parse({ timeout: 10 }))).message).toContain('key "timeout" is not known');
    expect((await failureOf(() => parse({ "GXK-204": 10 }))).message).toContain("a key is not known");
  });

  it.each([[undefined], [null], ["GXK204"], [7], [[]]])("requires an object, not %j", async (options) => {
    const error = await failureOf(() => parse(options));

    expect(error.code).toBe("invalid_config");
    expect(error.message).toContain("createAcmeProvider: options");
    expect(error.message).not.toContain("GXK204");
  });

  it.each([
    ["https://vendor.test", "https://vendor.test"],
    ["https://vendor.test/api//", "https://vendor.test/api"],
    ["http://127.0.0.1:8080/passport", "http://127.0.0.1:8080/passport"],
    ["http://localhost:8080", "http://localhost:8080"],
    ["http://[::1]:8080", "http://[::1]:8080"],
  ])("accepts the base URL %s", (baseUrl, expected) => {
    expect(parse({ baseUrl }).baseUrl).toBe(expected);
  });
});

describe("toHttpSettings", () => {
  it("has the documented defaults", () => {
    expect(toHttpSettings({})).toMatchObject({
      attemptTimeoutMs: 10_000,
      deadlineMs: 30_000,
      retries: 3,
      concurrency: 8,
      requestsPerSecond: undefined,
    });
  });
});
