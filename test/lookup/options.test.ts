import { describe, expect, it } from "vitest";
import { apiKeyAuth } from "../../src/lookup/auth/authorizers.ts";
import { createPermitLookupHandler, type PermitLookupOptions } from "../../src/lookup/handler.ts";
import { toExpressHandler } from "../../src/lookup/mounts/express.ts";
import { toFastifyHandler } from "../../src/lookup/mounts/fastify.ts";
import { toNodeHandler } from "../../src/lookup/mounts/node.ts";
import { createT2FlexProvider } from "../../src/vendors/t2-flex/provider.ts";
import { failureOf } from "../support/registrations.ts";
import { directory } from "./campus.ts";

const good: PermitLookupOptions = {
  provider: createT2FlexProvider(),
  authorize: apiKeyAuth({ find: () => undefined }),
  directory,
  findPermits: () => [],
};

describe("createPermitLookupHandler", () => {
  it("accepts all of its options", () => {
    const handler = createPermitLookupHandler({
      ...good,
      authorize: [apiKeyAuth({ find: () => undefined })],
      publicUrl: "https://lookup.example/permits",
      deadlineMs: 1,
      whenUndetermined: "deny",
      graceMinutes: 2.5,
      plateMatching: "ocr",
      onAnswer: () => {},
      redact: { key: new Uint8Array(16) },
      throttle: { consume: async () => {} },
      throttleKey: () => "everybody",
      clock: () => new Date(),
    });
    expect(handler.answer).toBeTypeOf("function");
  });

  it.each<[string, unknown]>([
    ["provider", undefined],
    ["provider", {}],
    ["provider", { ...createT2FlexProvider(), delivery: "push" }],
    ["provider.id", { ...createT2FlexProvider(), id: "" }],
    ["provider.dialect", { ...createT2FlexProvider(), dialect: { id: "mine" } }],
    ["authorize", undefined],
    ["authorize", []],
    ["authorize", {}],
    ["authorize", [good.authorize, null]],
    ["directory.getCompany", undefined],
    ["directory.getCompany", { listLocations: () => [] }],
    ["directory.listLocations", { getCompany: () => undefined }],
    ["findPermits", undefined],
    ["findPermits", []],
    ["publicUrl", ""],
    ["publicUrl", "/lookup"],
    ["publicUrl", "ftp://lookup.example"],
    ["publicUrl", new URL("https://lookup.example")],
    ["deadlineMs", 0],
    ["deadlineMs", -1],
    ["deadlineMs", Number.NaN],
    ["deadlineMs", Number.POSITIVE_INFINITY],
    ["deadlineMs", 2 ** 31],
    ["deadlineMs", "2000"],
    ["whenUndetermined", "allow"],
    ["whenUndetermined", true],
    ["graceMinutes", -1],
    ["graceMinutes", 1441],
    ["graceMinutes", "5"],
    ["plateMatching", "fuzzy"],
    ["onAnswer", {}],
    ["redact", true],
    ["redact", { key: "0123456789abcdef", algorithm: "md5" }],
    ["redact.key", {}],
    ["redact.key", { key: "fifteen letters" }],
    ["redact.key", { key: 1234567890123456 }],
    ["throttle.consume", {}],
    ["throttle.consume", null],
    ["throttleKey", () => "no limiter to give it to"],
    ["clock", new Date()],
  ])("refuses %s: %j", async (field, value) => {
    const [option = ""] = field.split(".");
    const failure = await failureOf(() => createPermitLookupHandler({ ...good, [option]: value } as never));
    expect(failure).toMatchObject({ code: "invalid_config", field });
    expect(failure.message).toContain(`createPermitLookupHandler: ${field}: `);
  });

  it("refuses an unknown option, and missing options", async () => {
    const unknown = await failureOf(() => createPermitLookupHandler({ ...good, timeout: 5 } as never));
    expect(unknown).toMatchObject({ code: "invalid_config" });
    expect(unknown.message).toContain('"timeout"');
    expect((await failureOf(() => createPermitLookupHandler(undefined as never))).code).toBe(
      "invalid_config",
    );
  });
});

describe.each([
  ["toNodeHandler", toNodeHandler],
  ["toExpressHandler", toExpressHandler],
  ["toFastifyHandler", toFastifyHandler],
])("%s", (name, mount) => {
  it.each([undefined, null, {}, () => {}])("refuses a value that is not a handler: %#", async (handler) => {
    const failure = await failureOf(() => mount(handler as never));
    expect(failure).toMatchObject({ code: "invalid_config", field: "handler" });
    expect(failure.message).toContain(name);
  });
});
