import { describe, expect, it } from "vitest";
import {
  findAcceptanceProblem,
  readPassportRefusal,
  readTokenRefusal,
} from "../../../src/vendors/passport/verdict.ts";

const reply = (body: unknown, status = 200, contentType = "application/json") => ({
  status,
  headers: new Headers({ "content-type": contentType }),
  body: typeof body === "string" ? body : JSON.stringify(body),
  traceId: undefined,
});

describe("a 2xx reply to events", () => {
  it.each<[unknown]>([
    [""],
    ["  \n"],
    [{}],
    [[]],
    [{ data: [] }],
    [{ data: [{ session_id: "s", status: 200 }] }],
    [{ type: "parking_session_started", version: "3.0.0", data: [{ session_id: "s" }] }],
    [{ success: true, errors: [] }],
    [{ status: "success", error: null }],
    [{ status: "ok", code: 0, error: "" }],
    [{ status: 202, message: "Accepted" }],
    [{ data: { status: "active", errors: {} } }],
    [{ error_code: 0, error: false }],
    [{ event_ids: ["1", "2"] }],
    [{ accepted: 2, rejected: 0, failed: [] }],
    [{ message: "2 events were accepted; none was not found." }],
    [{ title: "parking_session_started", detail: "Accepted, no errors." }],
  ])("is an acceptance: %j", (body) => {
    expect(findAcceptanceProblem(reply(body))).toBeUndefined();
    expect(readPassportRefusal(reply(body))).toBeUndefined();
  });

  it.each<[unknown, string]>([
    [{ success: false }, '("success")'],
    [{ success: "false" }, '("success")'],
    [{ ok: false }, '("ok")'],
    [{ ok: "no" }, '("ok")'],
    [{ success: 0 }, '("success")'],
    [{ isSuccess: false }, '("isSuccess")'],
    [{ accepted: 0, rejected: 2 }, '("accepted")'],
    [{ accepted: 1, rejected: 1 }, '("rejected")'],
    [{ failed: [{ session_id: "s" }] }, '("failed")'],
    [{ status: false }, '("status")'],
    [{ message: "Forbidden" }, '("message")'],
    [{ Message: "User is not authorized to access this resource" }, '("Message")'],
    [{ message: "Internal server error" }, '("message")'],
    [{ message: "no Route matched with those values" }, '("message")'],
    [{ detail: "Not found." }, '("detail")'],
    [{ error: "no" }, '("error")'],
    [{ error: { message: "no" } }, '("error")'],
    [{ errors: [{ message: "no" }] }, '("errors")'],
    [{ error_code: 17 }, '("error_code")'],
    [{ ErrorCode: "9009" }, '("ErrorCode")'],
    [{ status: 404 }, '("status")'],
    [{ status: "404" }, '("status")'],
    [{ statusCode: 500, message: "no" }, '("statusCode")'],
    [{ status: "error" }, '("status")'],
    [{ result: "FAILED" }, '("result")'],
    [{ type: "about:blank", title: "Not Found" }, '("type")'],
    [{ type: "urn:acme:error:gone" }, '("type")'],
    [{ data: [{ session_id: "s", status: 422 }] }, '("status")'],
    [{ data: { success: false } }, '("success")'],
    [{ response: { error: "no" } }, '("error")'],
    [[{ success: false }], '("success")'],
    ["<html>", "is a page instead of JSON"],
    ["Accepted", "is not JSON, or was cut off"],
    ['{"data":[', "is not JSON, or was cut off"],
    ["null", "is neither a JSON object nor a list"],
    ["true", "is neither a JSON object nor a list"],
    ['"OK"', "is neither a JSON object nor a list"],
  ])("is none, and the error says why: %j", (body, words) => {
    expect(findAcceptanceProblem(reply(body))).toContain(words);
    expect(readPassportRefusal(reply(body))).toBeUndefined();
  });

  it("is none when it calls itself a problem document, whatever it holds", () => {
    expect(findAcceptanceProblem(reply({ title: "No" }, 200, "application/problem+json"))).toContain(
      "content-type",
    );
  });
});

describe("Passport's error format", () => {
  it.each<[string, unknown]>([
    ["a problem document", { type: "io.passportlabs:error:locked", detail: "No." }],
    ["one inside an error", { error: { type: "io.passportlabs:error:locked", detail: "No." } }],
    ["the only one of a list", { errors: [{ type: "io.passportlabs:error:locked", detail: "No." }] }],
  ])("includes %s, under any status", (_, body) => {
    for (const status of [200, 202, 207, 400, 404, 409, 422, 500]) {
      expect(readPassportRefusal(reply(body, status))).toMatchObject({
        vendorCode: "locked",
        vendorMessage: "No.",
      });
    }
  });

  it.each<[unknown]>([
    [{ type: "about:blank" }],
    [{ type: "https://passport.test/errors/locked" }],
    [{ type: "io.passportlabs:errors" }],
    [{ type: 7 }],
    [{ title: "io.passportlabs:error:locked" }],
    [{ errors: [{ type: "io.passportlabs:error:a" }, { type: "io.passportlabs:error:b" }] }],
    [[{ type: "io.passportlabs:error:locked" }]],
    ["io.passportlabs:error:locked"],
    ["<p>io.passportlabs:error:locked</p>"],
    ['{"type":"io.passportlabs:error:locked"'],
  ])("does not include %j", (body) => {
    for (const status of [200, 404]) expect(readPassportRefusal(reply(body, status))).toBeUndefined();
  });

  it.each([
    [{ status: 404 }, { status: 404, reason: undefined }],
    [{ status: 503 }, { status: 503 }],
    [{ status: "404" }, { vendorCode: "locked" }],
    [{ status: 200 }, { vendorCode: "locked" }],
  ])("counts under 200 with the status in the document: %j", (more, expected) => {
    const body = { type: "io.passportlabs:error:locked", ...more };
    expect(readPassportRefusal(reply(body))).toMatchObject(expected);
  });
});

describe("a reply to the token request", () => {
  it.each<[number, unknown]>([
    [200, { access_token: "t", token_type: "Bearer" }],
    [200, { access_token: "t", error: "invalid_client" }],
    [404, { error: "invalid_client" }],
    [400, { error: "Bad Request" }],
    [400, { error: "server_error" }],
    [400, ["invalid_client"]],
    [400, "invalid_client"],
  ])("does not refuse the client's credentials by %i %j", (status, body) => {
    expect(readTokenRefusal(reply(body, status))).toBeUndefined();
  });
});
