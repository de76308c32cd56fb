import { request as httpRequest } from "node:http";
import { text as readText } from "node:stream/consumers";
import express from "express";
import fastify from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import type { LookupDialect } from "../../../src/core/lookup/dialect.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { explainLookup } from "../../../src/lookup/explain/explain-lookup.ts";
import type { PermitLookupHandler } from "../../../src/lookup/handler.ts";
import { toExpressHandler } from "../../../src/lookup/mounts/express.ts";
import { toFastifyHandler } from "../../../src/lookup/mounts/fastify.ts";
import { toNodeHandler } from "../../../src/lookup/mounts/node.ts";
import { createT2FlexProvider } from "../../../src/vendors/t2-flex/index.ts";
import { directory, lookupRequest, now, openCampus, permit } from "../campus.ts";
import { listen } from "../hosts/node-server.ts";
import { probeDialect } from "../probe-dialect.ts";

// A plate that cannot be read may be any vehicle's: the answer is undetermined, never "no permit" nor another's permit.

const closers: Array<() => Promise<unknown>> = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Sends a body of bytes over HTTP, with or without a Content-Length. */
type Send = (body: Uint8Array, key: string) => Promise<{ status: number; text: string }>;
type Mount = (handler: PermitLookupHandler) => Promise<Send>;

const expressAfter =
  (...parsers: express.RequestHandler[]): Mount =>
  async (handler) => {
    const app = express();
    for (const parser of parsers) app.use(parser);
    app.all("/lookup", toExpressHandler(handler));
    const { origin, close } = await listen(app);
    closers.push(close);
    return sendTo(`${origin}/lookup`);
  };

const fastifyParsing =
  (parseAs: "json" | "string" | "buffer"): Mount =>
  async (handler) => {
    const app = fastify();
    if (parseAs !== "json") {
      app.removeAllContentTypeParsers();
      app.addContentTypeParser("application/json", { parseAs }, (_request, body, done) => done(null, body));
    }
    app.post("/lookup", toFastifyHandler(handler));
    closers.push(() => app.close());
    return sendTo(`${await app.listen({ port: 0, host: "127.0.0.1" })}/lookup`);
  };

const everything = { type: "*/*" };
const MOUNTS: ReadonlyArray<readonly [name: string, mount: Mount]> = [
  [
    "fetch",
    async (handler) => async (body, key) => {
      const headers = { "content-type": "application/json", "x-api-key": key };
      const init = { method: "POST", headers, body: Buffer.from(body) };
      const response = await handler(new Request("https://lookup.test/", init));
      return { status: response.status, text: await response.text() };
    },
  ],
  [
    "node:http",
    async (handler) => {
      const { origin, close } = await listen(toNodeHandler(handler));
      closers.push(close);
      return sendTo(`${origin}/lookup`);
    },
  ],
  ["Express", expressAfter()],
  ["Express after express.json()", expressAfter(express.json())],
  ["Express after express.text()", expressAfter(express.text(everything))],
  ["Express after express.raw()", expressAfter(express.raw(everything))],
  ["Fastify", fastifyParsing("json")],
  ["Fastify with text", fastifyParsing("string")],
  ["Fastify with bytes", fastifyParsing("buffer")],
];

/** In chunks, so that no framework notices by the length that the body was not decoded as it was sent. */
function sendTo(url: string): Send {
  return (body, key) =>
    new Promise((resolve, reject) => {
      const headers = {
        "content-type": "application/json",
        "x-api-key": key,
        "transfer-encoding": "chunked",
      };
      const request = httpRequest(url, { method: "POST", headers }, (response) => {
        readText(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
      });
      request.on("error", reject);
      request.end(body);
    });
}

const PERMITS = ["GX204", "GXE204"].map((number) => permit({ id: number, plates: [parsePlate(number)] }));

describe.each(MOUNTS)("%s", (_, mount) => {
  const open = async (options: Parameters<typeof openCampus>[0] = {}) => {
    const campus = openCampus({ permits: PERMITS, ...options });
    const send = await mount(campus.handler);
    const ask = (body: Uint8Array) => send(body, campus.key);
    return { ...campus, askText: (text: string) => ask(Buffer.from(text)), askBytes: ask };
  };

  it("refuses a body that is not UTF-8, wherever the invalid bytes are", async () => {
    const { askBytes, askText, audits } = await open();
    for (const body of [
      '{"plate":"GX\u00c9204"}',
      '{"plate":"GX204","make":"Citro\u00ebn"}',
      '{"\u00e9":1,"plate":"GX204"}',
    ]) {
      const { status, text } = await askBytes(Buffer.from(body, "latin1"));
      expect([status, JSON.parse(text)]).toMatchObject([400, { error: { code: "invalid_request" } }]);
    }
    expect(audits).toHaveLength(3);
    for (const audit of audits) expect(audit).toMatchObject({ status: "refused", reason: "invalid_request" });
    const { text } = await askText('{"plate":"GX\u00c9204"}');
    expect(JSON.parse(text)).toMatchObject({ sessions: [{ permitId: "GXE204" }] });
  });

  it("reads a body that begins with a byte order mark", async () => {
    const { askText } = await open();
    const { status, text } = await askText('\ufeff{"plate":"GX204"}');
    expect([status, JSON.parse(text)]).toMatchObject([200, { sessions: [{ permitId: "GX204" }] }]);
  });

  it.each(["", "---", "ABCDEFGHIJKLM", "А".repeat(101), "車", "GX204, GXE204", "GX\n204", "GX\\ufffd204"])(
    "does not know the answer for the plate %j, and replies by the host's policy",
    async (plate) => {
      // An escaped replacement character is not a fault of the body.
      const body = JSON.stringify({ plate }).replace("\\\\ufffd", "\\ufffd");
      const isParsed = (_ as string).includes("json()") || _ === "Fastify";
      const unavailable = await open();
      const deny = await open({ whenUndetermined: "deny" });
      const replies = [await unavailable.askText(body), await deny.askText(body)];
      if (plate.includes("\\ufffd") && isParsed) {
        expect(replies.map(({ status }) => status)).toEqual([400, 400]);
        return;
      }
      expect(replies.map(({ status }) => status)).toEqual([503, 200]);
      expect(JSON.parse(replies[0]?.text ?? "")).toEqual({
        error: { code: "undetermined", message: "The plate cannot be read." },
      });
      expect(JSON.parse(replies[1]?.text ?? "")).toEqual({ sessions: [] });
      for (const { audits } of [unavailable, deny]) {
        expect(audits).toMatchObject([
          { status: "undetermined", reason: "invalid_request", failure: { at: "request" }, considered: [] },
        ]);
        expect(audits[0]).not.toHaveProperty("understood");
        expect(audits[0]?.failure?.message).toMatch(/^plate: /);
      }
    },
  );
});

describe("Fastify, with the Content-Length of a body that is not UTF-8", () => {
  it("passes it to the lookup, which refuses it", async () => {
    const { handler, key, audits } = openCampus({ permits: PERMITS });
    const app = fastify();
    app.post("/lookup", toFastifyHandler(handler));
    closers.push(() => app.close());
    const origin = await app.listen({ port: 0, host: "127.0.0.1" });
    const headers = { "content-type": "application/json", "x-api-key": key };
    const body = Buffer.from('{"plate":"GX\u00c9204"}', "latin1");
    expect((await fetch(`${origin}/lookup`, { method: "POST", headers, body })).status).toBe(400);
    expect(audits).toMatchObject([{ status: "refused", reason: "invalid_request" }]);
  });
});

describe("a plate that cannot be read", () => {
  it("calls neither directory nor source", async () => {
    const fail = () => {
      throw new Error("must not be called");
    };
    const { ask } = openCampus({
      directory: { getCompany: fail, listLocations: fail },
      findPermits: fail,
    });
    expect((await ask({ plate: "---" })).audit).toMatchObject({ reason: "invalid_request" });
  });

  it("gets 401 without a credential", async () => {
    const { handler } = openCampus({ whenUndetermined: "deny" });
    expect((await handler(lookupRequest({ plate: "---" }))).status).toBe(401);
  });

  it("is not shown in its redacted record", async () => {
    const { ask } = openCampus({ redact: { key: "sixteen bytes at least" } });
    const { audit } = await ask({ plate: "ZQ7XK9, ZQ8XK9" });
    expect(JSON.stringify(audit)).not.toMatch(/ZQ|XK/);
    expect(audit.failure?.message).toContain('"," (U+002C) at position 6');
  });
});

describe("a plate that cannot be read in a list", () => {
  const listDialect: LookupDialect = {
    ...probeDialect,
    renderAnswers: (answers) => ({
      status: 200,
      headers: {},
      body: JSON.stringify(answers.map(({ status, reason }) => [status, reason])),
    }),
  };
  const provider = createT2FlexProvider({ dialect: listDialect });
  const lost = () => Promise.reject(new Error("no database"));
  const unreadable = ["undetermined", "invalid_request"];
  const valid = ["valid", "match_region_unknown"];

  it.each<[string, string[], object, [number, string, unknown?]]>([
    ["beside a valid one", ["---", "GX204"], {}, [200, "valid", [unreadable, valid]]],
    [
      "beside a valid one and one without a permit",
      ["GX204", "NOBODY", "---"],
      {},
      [200, "valid", [valid, ["none", "no_permit"], unreadable]],
    ],
    ["beside one without a permit", ["NOBODY", "---"], {}, [503, "undetermined"]],
    ["alone", ["---", "A,B"], {}, [503, "undetermined"]],
    ["beside one that is not known", ["GX204", "---"], { findPermits: lost }, [503, "undetermined"]],
    ["in a company that is switched off", ["GX204", "---"], { companyId: "sleeping" }, [503, "undetermined"]],
    [
      "under the policy deny",
      ["NOBODY", "---"],
      { whenUndetermined: "deny" },
      [
        200,
        "undetermined",
        [
          ["none", "no_permit"],
          ["none", "invalid_request"],
        ],
      ],
    ],
  ])("%s", async (_, plates, options, [status, summary, body]) => {
    const { handler, key, audits } = openCampus({ provider, permits: PERMITS, ...options });
    const queries = plates.map((plate) => ({ plate }));
    const response = await handler(lookupRequest(queries, { "x-api-key": key }));
    const text = await response.json();
    expect(response.status).toBe(status);
    if (body !== undefined) expect(text).toEqual(body);
    expect(audits).toMatchObject([{ status: summary, httpStatus: status }]);
    expect(audits[0]?.parts?.map(({ asked }) => asked?.plate)).toEqual(plates);
  });

  it("is explained with its list, as it was answered", async () => {
    const { handler, key, audits } = openCampus({ provider, permits: PERMITS });
    await handler(lookupRequest([{ plate: "GX204" }, { plate: "---" }], { "x-api-key": key }));
    const [record] = audits;
    if (record === undefined) throw new Error("No record.");
    const explanation = await explainLookup(record, {
      provider,
      authorize: { authorize: () => undefined },
      directory,
      findPermits: () => PERMITS,
      clock: () => now,
    });
    expect(explanation).toMatchObject({
      answer: "valid",
      reason: "match_region_unknown",
      recorded: { answer: "valid", reason: "match_region_unknown" },
    });
    const words = explanation.sentences.join("\n");
    expect(words).toContain('A plate typed as "---"');
    expect(words).toContain("plate: must hold at least one letter A–Z or digit.");
    expect(words).not.toContain("changed since");
    expect(
      explanation.sentences.filter((one) => one === "Asked again, the answer is the same."),
    ).toHaveLength(2);
  });
});
