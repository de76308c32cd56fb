import { describe, expect, it } from "vitest";
import { failureOf } from "../support/registrations.ts";
import { CHANGE, createScripted, ok } from "./vendor-script.ts";

describe("a request that fetch cannot send", () => {
  it.each<[string, Record<string, unknown>, string]>([
    ["a body that is an object", { body: { plate: "GXK204" } }, "body must be text"],
    ["a body that is bytes", { body: new Uint8Array(3) }, "body must be text"],
    ["a body that is a number", { body: 7 }, "body must be text"],
    ["a body on GET", { method: "GET" }, "GET has no body"],
    ["a body on HEAD", { method: "head" }, "HEAD has no body"],
    ["a method of two words", { method: "POST GXK204" }, "method must be a token"],
    ["an empty method", { method: "" }, "method must be a token"],
    ["no method", { method: undefined }, "method must be a token"],
    ["a method that fetch refuses", { method: "connect" }, "CONNECT cannot be sent"],
    ["another method that fetch refuses", { method: "TRACE" }, "TRACE cannot be sent"],
    ["content-length", { headers: { "Content-Length": "2" } }, "content-length is written by fetch"],
    ["transfer-encoding", { headers: { "transfer-encoding": "chunked" } }, "transfer-encoding is written"],
    ["expect", { headers: { expect: "100-continue" } }, "expect is written by fetch"],
    ["upgrade", { headers: { upgrade: "h2c" } }, "upgrade is written by fetch"],
    ["a header that is a number", { headers: { "x-count": 7 } }, "header must be text"],
    ["a header that is undefined", { headers: { "x-count": undefined } }, "header must be text"],
    ["a list of headers", { headers: [["x-count", "7"]] }, "object of texts"],
    [
      "a line break in a header",
      { headers: { authorization: "Bearer s3cret\nx: y" } },
      "line break or accent",
    ],
    ["an accent in a header", { headers: { authorization: "Bearer s3crét✓" } }, "line break or accent"],
    ["a header name of two words", { headers: { "x count": "s3cret" } }, "cannot be written"],
    ["an address that is not a URL", { url: "vendor.test/GXK204" }, "no URL"],
    ["an address of another protocol", { url: "ftp://vendor.test/GXK204" }, "neither https nor http"],
    ["an address with a password", { url: "https://me:s3cret@vendor.test/" }, "user or a password"],
  ])("for %s is a mistake of its author, and nothing is sent", async (_, changes, words) => {
    const { send, requests, events } = createScripted([ok]);

    const error = await failureOf(() => send({ ...CHANGE, ...changes }));

    expect(error).toMatchObject({ code: "invalid_config", outcome: "not_applied", attempts: 0 });
    expect(error.message).toContain(words);
    expect(JSON.stringify(error)).not.toMatch(/GXK204|s3cr/);
    expect(requests).toEqual([]);
    expect(events).toEqual([]);
  });

  it.each<[string, Record<string, unknown>]>([
    ["a method in small letters", { method: "post" }],
    ["a method of its own", { method: "PURGE" }],
    ["a body that is empty", { body: "" }],
    ["a body that is left out", { body: undefined }],
  ])("is not %s", async (_, changes) => {
    const { send } = createScripted([ok]);

    expect((await send({ ...CHANGE, ...changes })).status).toBe(200);
  });
});
