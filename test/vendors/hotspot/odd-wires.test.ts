import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { EnforcementError } from "../../../src/core/errors.ts";
import { defaultHotSpotWire } from "../../../src/vendors/hotspot/default-wire.ts";
import type { HotSpotOperation, HotSpotWire, HotSpotWireRequest } from "../../../src/vendors/hotspot/wire.ts";
import { failureOf } from "../../support/registrations.ts";
import { connectDirectly, registration } from "./provider-bench.ts";

const LEAK = "GXK204 token-1";
let count = 0;
afterAll(() => console.log(`HotSpot wires: ${count} odd results of encode and decode.`));

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeEach(() => {
  count += 1;
  unhandled.length = 0;
  process.on("unhandledRejection", note);
});
afterEach(async () => {
  // Node reports a rejection once the turn in which it came is over.
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

const fails = (): never => {
  throw new Error(LEAK);
};
const rejects = (): Promise<never> => Promise.reject(new Error(LEAK));
const well: HotSpotWireRequest = { method: "POST", path: "/permits", headers: {}, body: "{}" };
const thenable = {
  // biome-ignore lint/suspicious/noThenProperty: it is one on purpose.
  then: fails,
};

describe("encode", () => {
  it.each<[string, (operation: HotSpotOperation) => unknown]>([
    ["throws", fails],
    [
      "throws an EnforcementError",
      () => {
        throw new EnforcementError("rejected", LEAK);
      },
    ],
    ["is async", async () => well],
    ["is async and rejects", async () => fails()],
    ["returns a thenable that throws", () => thenable],
    ["returns nothing", () => undefined],
    ["returns null", () => null],
    ["returns text", () => "POST /permits"],
    ["returns a number", () => 7],
    ["returns a list", () => ["POST", "/permits"]],
    ["returns a getter that throws", () => Object.defineProperty({ ...well }, "path", { get: fails })],
    ["returns no method", () => ({ ...well, method: undefined })],
    ["returns an empty method", () => ({ ...well, method: "" })],
    ["returns a number for a method", () => ({ ...well, method: 7 })],
    ["returns a method with a space", () => ({ ...well, method: "PO ST" })],
    ["returns a method with a line break", () => ({ ...well, method: "POST\r\nx: y" })],
    ["returns CONNECT", () => ({ ...well, method: "CONNECT" })],
    ["returns TRACE", () => ({ ...well, method: "trace" })],
    ["returns GET with a body", () => ({ ...well, method: "GET" })],
    ["returns HEAD with a body", () => ({ ...well, method: "HEAD" })],
    ["returns no path", () => ({ ...well, path: undefined })],
    ["returns a URL for a path", () => ({ ...well, path: new URL("https://evil.test/x") })],
    ["returns a whole address", () => ({ ...well, path: "https://evil.test/x" })],
    ["returns a path without a slash", () => ({ ...well, path: ".evil.test/x" })],
    ["returns a path with a port", () => ({ ...well, path: ":8443/x" })],
    ["returns a path that leads out of the base", () => ({ ...well, path: "/../../admin" })],
    ["returns a path that leads out of the base in encoded form", () => ({ ...well, path: "/%2e%2E/admin" })],
    ["returns a path with a space", () => ({ ...well, path: "/permits " })],
    ["returns a path with a line break", () => ({ ...well, path: "/per\nmits" })],
    ["returns a path with a fragment", () => ({ ...well, path: "/permits#GXK204" })],
    ["returns a path with a backslash", () => ({ ...well, path: "/\\evil.test" })],
    ["returns a path that is not text", () => ({ ...well, path: "/\ud800" })],
    ["returns a list of headers", () => ({ ...well, headers: [["authorization", "token-1"]] })],
    ["returns Headers", () => ({ ...well, headers: new Headers({ authorization: "token-1" }) })],
    ["returns a Map of headers", () => ({ ...well, headers: new Map([["authorization", "token-1"]]) })],
    ["returns text for headers", () => ({ ...well, headers: "authorization: token-1" })],
    ["returns a number in a header", () => ({ ...well, headers: { "x-spot": 142 } })],
    ["returns undefined in a header", () => ({ ...well, headers: { "x-company": undefined } })],
    ["returns a promise in a header", () => ({ ...well, headers: { "x-company": Promise.resolve("a") } })],
    ["returns a header that rejects", () => ({ ...well, headers: { "x-company": rejects() } })],
    ["returns a path that rejects", () => ({ ...well, path: rejects() })],
    ["returns a body that rejects", () => ({ ...well, body: rejects() })],
    ["returns a request and a promise beside it", () => ({ ...well, body: {}, signed: rejects() })],
    ["returns a header with an accent", () => ({ ...well, headers: { "x-lot": "Ste-Thérèse ☃" } })],
    ["returns a header with a line break", () => ({ ...well, headers: { "x-lot": "token-1\r\nx: y" } })],
    ["returns a header without a name", () => ({ ...well, headers: { "": "a" } })],
    ["returns content-length", () => ({ ...well, headers: { "Content-Length": "2" } })],
    ["returns transfer-encoding", () => ({ ...well, headers: { "transfer-encoding": "chunked" } })],
    ["returns connection", () => ({ ...well, headers: { connection: "close" } })],
    ["returns expect", () => ({ ...well, headers: { expect: "100-continue" } })],
    ["returns an object for a body", () => ({ ...well, body: { Plate: "GXK204" } })],
    ["returns bytes for a body", () => ({ ...well, body: new TextEncoder().encode(LEAK) })],
    ["returns URLSearchParams for a body", () => ({ ...well, body: new URLSearchParams({ p: LEAK }) })],
    ["returns a number for a body", () => ({ ...well, body: 7 })],
    ["returns a promise for a body", () => ({ ...well, body: Promise.resolve("{}") })],
  ])("that %s is invalid_config, and nothing is sent", async (_, encode) => {
    const wire = { ...defaultHotSpotWire, encode } as HotSpotWire;
    const asked: Request[] = [];
    const { provider, events } = connectDirectly({
      provider: { wire },
      instead: (request) => {
        asked.push(request);
        return undefined;
      },
    });

    const error = await failureOf(() => provider.register(registration()));

    expect(error).toMatchObject({
      code: "invalid_config",
      field: "wire.encode",
      outcome: "not_applied",
      retryable: false,
      attempts: 0,
    });
    expect([asked, events]).toEqual([[], []]);
    expect(`${error.message} ${JSON.stringify(error)} ${error.stack}`).not.toMatch(
      /GXK204|token-1|evil|admin|Thérèse/,
    );
  });

  it.each<[string, Partial<HotSpotWireRequest>, string, string]>([
    ["GET without a body", { method: "GET", path: "/permits?spot=00142&x=%20" }, "GET", ""],
    ["a method in small letters", { method: "patch", body: "a" }, "PATCH", "a"],
    ["DELETE with an empty body", { method: "DELETE", body: "" }, "DELETE", ""],
    ["no headers and no body", { headers: undefined as never }, "POST", ""],
    ["a path in letters of its own", { path: "/lots/é", body: "a" }, "POST", "a"],
    ["dots inside a path", { path: "/v1.0/..permits/a..b", body: "a" }, "POST", "a"],
  ])("may return %s", async (_, part, method, body) => {
    const asked: { method: string; body: string; url: string }[] = [];
    const { provider } = connectDirectly({
      provider: {
        wire: {
          ...defaultHotSpotWire,
          encode: () => ({ method: "POST", path: "/permits", headers: {}, ...part }),
        },
      },
      async instead(request) {
        asked.push({ method: request.method, body: await request.text(), url: request.url });
        return Response.json({ Reference: "R-1" });
      },
    });

    await provider.register(registration());

    expect(asked).toMatchObject([{ method, body }]);
    expect(new URL(asked[0]?.url ?? "").origin).toBe("https://hotspot.test");
  });
});

class OwnResult {
  get reference(): string {
    return "R-1";
  }
}

type End = [code: string, details: object] | [reference: string];
const unclear: End = ["invalid_response", { outcome: "unknown", retryable: true }];
const refused = (vendorCode?: string): End => ["rejected", { outcome: "not_applied", vendorCode }];

// The result of `decode`; the result of the operation under 200; under 404, where a refusal is the same and any other
// result is no verdict.
const RESULTS: [string, () => unknown, End][] = [
  ["throws", fails, unclear],
  [
    "throws an error of ours",
    () => {
      throw new EnforcementError("rejected", LEAK);
    },
    unclear,
  ],
  ["is async", async () => ({ reference: "R-1" }), ["invalid_config", { outcome: "unknown" }]],
  ["is async and rejects", async () => fails(), ["invalid_config", { outcome: "unknown" }]],
  ["gives a thenable that throws", () => thenable, ["invalid_config", { outcome: "unknown" }]],
  ["gives nothing", () => undefined, unclear],
  ["gives null", () => null, unclear],
  ["gives true", () => true, unclear],
  ["gives text", () => "R-1", unclear],
  ["gives a number", () => 7, unclear],
  ["gives a list", () => ["R-1"], unclear],
  ["gives an empty object", () => ({}), unclear],
  ["gives a getter that throws", () => Object.defineProperty({}, "refusal", { get: fails }), unclear],
  ["gives a reference of undefined", () => ({ reference: undefined }), unclear],
  ["gives a reference of null", () => ({ reference: null }), unclear],
  ["gives an empty reference", () => ({ reference: "" }), unclear],
  ["gives a blank reference", () => ({ reference: " \n" }), unclear],
  ["gives a reference that is true", () => ({ reference: true }), unclear],
  ["gives a reference that is an object", () => ({ reference: { id: "R-1" } }), unclear],
  ["gives a reference that is a promise", () => ({ reference: Promise.resolve("R-1") }), unclear],
  ["gives a reference that rejects", () => ({ reference: rejects() }), unclear],
  ["gives a refusal that rejects", () => ({ refusal: rejects() }), unclear],
  ["gives a code that rejects", () => ({ refusal: { reason: "rejected", code: rejects() } }), refused()],
  ["gives a reference that has lost digits", () => ({ reference: 2 ** 64 }), unclear],
  ["gives a reference of 0.5", () => ({ reference: 0.5 }), unclear],
  ["gives a reference that is not a number", () => ({ reference: Number.NaN }), unclear],
  ["gives a reference of 501 characters", () => ({ reference: "R".repeat(501) }), unclear],
  ["gives a reference with a NUL", () => ({ reference: "R\0" }), unclear],
  ["gives a reference of half a character", () => ({ reference: "\ud800" }), unclear],
  ["gives a reference that is a number", () => ({ reference: 7 }), ["7"]],
  [
    "gives a reference that is a long number",
    () => ({ reference: 12345678901234567890n }),
    ["12345678901234567890"],
  ],
  ["gives every key", () => ({ reference: "R-1", refusal: null, noVerdict: "" }), ["R-1"]],
  ["gives a reference beside no refusal", () => ({ reference: "R-1", refusal: null }), ["R-1"]],
  ["gives a reference beside a refusal that is false", () => ({ reference: "R-1", refusal: false }), ["R-1"]],
  ["gives an instance of its own class", () => new OwnResult(), ["R-1"]],
  ["gives a refusal that is true", () => ({ refusal: true }), unclear],
  ["gives a refusal that is text", () => ({ refusal: "9006", reference: "R-1" }), unclear],
  ["gives a refusal that is a promise", () => ({ refusal: Promise.resolve({}) }), unclear],
  ["gives a refusal that is an empty object", () => ({ refusal: {}, reference: "R-1" }), unclear],
  ["gives a refusal that is a list", () => ({ refusal: [9006] }), unclear],
  ["gives a code that is a number", () => ({ refusal: { reason: "rejected", code: 9006 } }), refused("9006")],
  ["gives a code that is null", () => ({ refusal: { reason: "rejected", code: null } }), refused()],
  ["gives a code that is an object", () => ({ refusal: { reason: "rejected", code: {} } }), refused()],
  ["gives a message that is null", () => ({ refusal: { reason: "rejected", message: null } }), refused()],
  ["gives a message that is a number", () => ({ refusal: { reason: "rejected", message: 7 } }), refused()],
  ["gives a message that is a list", () => ({ refusal: { reason: "rejected", message: [1] } }), refused()],
  ["gives a code without a reason", () => ({ refusal: { code: "9006" } }), refused("9006")],
  ["gives a reason of its own", () => ({ refusal: { reason: "full", code: 1 } }), refused("1")],
  ["gives a reason that is inherited", () => ({ refusal: { reason: "toString", code: 1 } }), refused("1")],
  ["gives a refusal and a reference", () => ({ refusal: { reason: "rejected" }, reference: "R" }), refused()],
  ["gives no verdict", () => ({ noVerdict: "is of a gateway" }), unclear],
  ["gives no verdict beside a reference", () => ({ noVerdict: true, reference: "R-1" }), unclear],
];

describe.each([200, 404])("decode, under %i,", (status) => {
  it.each(RESULTS)("that %s has one clear result", async (_, decode, end) => {
    const wire = { ...defaultHotSpotWire, decode } as HotSpotWire;
    const { provider } = connectDirectly({
      provider: { wire, retries: 0 },
      instead: () => Response.json({}, { status }),
    });

    const run = () => provider.register(registration());

    const isRefusal = end[0] === "rejected" || end[0] === "invalid_config";
    if (end.length === 1 && status === 200) {
      expect((await run()).reference).toBe(end[0]);
      return;
    }
    const error = await failureOf(run);
    const [code, details] =
      status === 200 || isRefusal ? end : (["unavailable", { outcome: "unknown", retryable: true }] as const);
    expect(error).toMatchObject({ code, status, ...details });
    expect(`${error.message} ${JSON.stringify(error)} ${error.stack}`).not.toMatch(/GXK204|token-1/);
  });
});

it("a wire's own messages are masked and cut", async () => {
  const wire: HotSpotWire = {
    ...defaultHotSpotWire,
    decode: () => ({ noVerdict: `is about gxk-204, token-1${"!".repeat(1_000)}` }),
  };
  const { provider } = connectDirectly({ provider: { wire, retries: 0 } });

  const error = await failureOf(() => provider.register(registration()));

  expect(error.message).toContain("The vendor's reply (201) is about [plate], [secret]!!!");
  expect(error.message.length).toBeLessThan(600);
});
