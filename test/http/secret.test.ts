import { describe, expect, it } from "vitest";
import { readSecret } from "../../src/http/secret.ts";
import { failureOf } from "../support/registrations.ts";

describe("readSecret", () => {
  it.each<[string, () => string | Promise<string>]>([
    ["a function", () => "s3cret"],
    ["a function that takes its time", async () => "s3cret"],
  ])("calls %s each time", async (_, secret) => {
    expect(await readSecret(secret, "token")).toBe("s3cret");
  });

  it.each([
    "s3cret\n",
    "  s3cret\r\n",
    "\ufeffs3cret",
    "\u00a0s3cret\u2028",
    "\u200bs3cret\u200b",
    "\u2060\u200es3cret",
    "s3cret\0",
  ])("removes invisible characters around it: %j", async (text) => {
    expect(await readSecret(text, "token")).toBe("s3cret");
    expect(await readSecret(() => text, "token")).toBe("s3cret");
    expect(await readSecret(async () => text, "token")).toBe("s3cret");
  });

  it("uses text unchanged", async () => {
    expect(await readSecret("s3cret", "token")).toBe("s3cret");
  });

  it("keeps nothing of an error that a function throws", async () => {
    const error = await failureOf(() =>
      readSecret(() => Promise.reject(new Error("vault has s3cret")), "token"),
    );

    expect(error).toMatchObject({ code: "unavailable", field: "token", retryable: true });
    expect(`${error.message} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain("s3cret");
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["empty text", ""],
    ["a line break", "\n"],
    ["nothing that can be seen", "\u200b\n"],
    ["a number", 7],
  ])("refuses a function that returns %s", async (_, given) => {
    const secret = () => given as string;

    expect(await failureOf(() => readSecret(secret, "token"))).toMatchObject({
      code: "invalid_config",
      field: "token",
    });
  });
});
