import { describe, expect, it } from "vitest";
import type { LookupDialect } from "../../src/core/lookup/dialect.ts";
import type { LookupAudit } from "../../src/lookup/audit.ts";
import { createT2FlexProvider } from "../../src/vendors/t2-flex/provider.ts";
import { lookupRequest, openCampus } from "./campus.ts";
import { probeDialect } from "./probe-dialect.ts";

describe("a dialect of the host's own", () => {
  const open = (dialect: LookupDialect, audits: LookupAudit[] = []) =>
    openCampus({
      provider: createT2FlexProvider({ dialect }),
      onAnswer: (audit) => {
        audits.push(audit);
      },
    });
  const fail = () => {
    throw new Error("broken");
  };

  it.each<[string, Partial<LookupDialect>]>([
    ["cannot parse", { parseQuery: fail }],
    ["cannot render an answer", { renderAnswer: fail }],
    ["cannot render a refusal", { parseQuery: fail, renderRefusal: fail }],
    ["renders nothing", { renderAnswer: () => undefined as never }],
    ["renders an invalid status", { renderAnswer: () => ({ status: 1, headers: {}, body: "" }) }],
    ["renders 204 with a body", { renderAnswer: () => ({ status: 204, headers: {}, body: "broken" }) }],
    ...[
      { "x-lot": "broken\r\nset-cookie: a=b" },
      { "x-lot": "\u8eca" },
      { "x lot": "1" },
      { "x-lot": undefined },
    ].map((headers): [string, Partial<LookupDialect>] => [
      `renders a header that cannot be sent, ${JSON.stringify(headers)}`,
      { renderAnswer: () => ({ status: 200, headers: headers as never, body: "broken" }) },
    ]),
  ])("that %s is a 500, and the client sees nothing of it", async (_name, part) => {
    const audits: LookupAudit[] = [];
    const { handler, key } = open({ ...probeDialect, ...part }, audits);
    const response = await handler(lookupRequest({ plate: "GXK204" }, { "x-api-key": key }));
    expect(response.status).toBe(500);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.text()).not.toContain("broken");
    expect(audits[0]).toMatchObject({
      reason: "internal_error",
      httpStatus: 500,
      failure: { at: "dialect" },
    });
  });

  const plate = "GXK204";
  const redactions = [undefined, { key: "0123456789abcdef0123456789abcdef" }];
  it.each<[question: unknown, status: number]>([
    [undefined, 500],
    [null, 500],
    [[null], 500],
    [[{ plate }, null], 500],
    [{ plate: null }, 400],
    [{ plate, place: null }, 400],
    [{ plate, place: "lot-1" }, 400],
    [{ plate, place: { by: "lot", value: "lot-1" } }, 400],
    [{ plate, place: { by: "toString", value: "lot-1" } }, 400],
    [{ plate, place: { by: "zone", value: [7] } }, 400],
    [[{ plate, place: { by: "lot", value: "lot-1" } }], 400],
  ])("that gets %j answers %d, and is recorded, redacted too", async (question, status) => {
    for (const redact of redactions) {
      const { handler, key, audits } = openCampus({
        provider: createT2FlexProvider({ dialect: { ...probeDialect, parseQuery: () => question as never } }),
        ...(redact === undefined ? {} : { redact }),
      });
      expect((await handler(lookupRequest({}, { "x-api-key": key }))).status).toBe(status);
      expect(audits).toMatchObject([{ httpStatus: status, failure: {} }]);
    }
  });

  it.each([204, 205, 304])("may answer %d, which has no body", async (status) => {
    const { handler, key } = open({
      ...probeDialect,
      renderAnswer: () => ({ status, headers: {}, body: "" }),
    });
    const response = await handler(lookupRequest({ plate: "GXK204" }, { "x-api-key": key }));
    expect([response.status, response.body, response.headers.get("cache-control")]).toEqual([
      status,
      null,
      "no-store",
    ]);
  });

  it("may read the credential from the body; one that it cannot read counts as missing", async () => {
    const { handler, key, username } = open(probeDialect);
    const ask = async (body: unknown) => (await handler(lookupRequest(body))).status;
    expect(await ask({ plate: "GXK204", login: { username, password: key } })).toBe(200);
    expect(await ask({ plate: "GXK204", login: { username, password: "wrong" } })).toBe(401);
    expect(await ask("{")).toBe(401);
  });
});
