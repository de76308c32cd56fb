import { describe, expect, it } from "vitest";
import type { LookupCredential } from "../../../src/core/lookup/lookup-probe.ts";
import { createT2FlexProvider, offstreetDialect } from "../../../src/vendors/t2-flex/index.ts";
import { BUILT_IN_DIALECTS, type BuiltInDialect } from "../../support/built-in-dialects.ts";

const basic: LookupCredential = { username: "lookup-1", password: 'p<a>"ß' };

function probeOf(dialect: BuiltInDialect) {
  const { probe } = createT2FlexProvider({ dialect: BUILT_IN_DIALECTS[dialect] });
  if (probe === undefined) throw new Error("A built-in dialect has one.");
  return probe;
}

describe("the probe of a dialect", () => {
  it("exists for each built-in one, and for a host's own dialect that has one", () => {
    for (const dialect of ["offstreet", "iris", "genetec"] as const) expect(probeOf(dialect)).toBeDefined();
    const { probe, ...silent } = offstreetDialect;
    expect(createT2FlexProvider({ dialect: { ...silent, id: "mine" } }).probe).toBeUndefined();
    expect(createT2FlexProvider({ dialect: { ...silent, probe: undefined } }).probe).toBeUndefined();
    expect(createT2FlexProvider({ dialect: { ...offstreetDialect, id: "mine" } }).probe).toBe(probe);
    const own = { ...probeOf("offstreet") };
    expect(createT2FlexProvider({ dialect: { ...offstreetDialect, probe: own } }).probe).toBe(own);
  });

  it.each<[LookupCredential, string, string]>([
    [basic, "authorization", `Basic ${Buffer.from('lookup-1:p<a>"ß').toString("base64")}`],
    [{ scheme: "bearer", token: "t" }, "authorization", "Bearer t"],
    [{ scheme: "api-key", key: "k" }, "x-api-key", "k"],
    [{ scheme: "api-key", key: "k", header: "x-own" }, "x-own", "k"],
  ])("puts %j into its header", (credential, header, value) => {
    for (const dialect of ["offstreet", "genetec"] as const) {
      expect(probeOf(dialect).toRequest({ plateNumber: "TEST123" }, credential).headers[header]).toBe(value);
    }
  });

  it("sends plate, place and region where the wire has them", () => {
    const question = { plateNumber: "TEST123", region: "CA-NB", locationId: "lot-a" };
    expect(JSON.parse(probeOf("offstreet").toRequest(question, basic).body)).toEqual({
      plate: "TEST123",
      state: "NB",
      locationId: "lot-a",
    });
    expect(probeOf("genetec").toRequest(question, basic)).toMatchObject({
      path: "/api/pbp/v2014-06/permits/search",
      body: JSON.stringify({ PlateNumbers: ["TEST123"], ZoneIds: ["lot-a"] }),
    });
    const { body, headers } = probeOf("iris").toRequest(question, basic);
    expect(body).toContain("<plateNumber>TEST123</plateNumber>");
    expect(body).toContain("p&lt;a&gt;&quot;ß</w:Password>");
    expect(headers).not.toHaveProperty("authorization");
  });

  it("sends iris its token, or the password as the token; a key is no credential there", () => {
    const probe = probeOf("iris");
    const ask = (credential: LookupCredential) => probe.toRequest({ plateNumber: "A" }, credential).body;
    expect(ask({ scheme: "username-token", username: "u", password: "p", token: "t" })).toContain(
      "<token>t</token>",
    );
    expect(ask({ username: "u", password: "p" })).toContain("<token>p</token>");
    expect(ask({ scheme: "api-key", key: "k" })).toContain("<w:Username></w:Username>");
  });

  it.each([
    ["offstreet", 200, '{"sessions":[{"permitId":"P-1","more":1}]}', { shows: "permit", permitIds: ["P-1"] }],
    ["offstreet", 200, '{"sessions":[]}', { shows: "none" }],
    ["offstreet", 200, "{}", { shows: "unavailable", why: "the reply is not a list of sessions" }],
    ["offstreet", 200, "<html>", { shows: "unavailable", why: "the reply is not a list of sessions" }],
    ["offstreet", 503, '{"sessions":[]}', { shows: "unavailable", why: "the reply has the status 503" }],
    ["offstreet", 403, "", { shows: "refused", status: 403 }],
    [
      "genetec",
      200,
      '{"PermitZones":[{"Permits":[{"PermitId":"P-1"}]}]}',
      { shows: "permit", permitIds: ["P-1"] },
    ],
    ["genetec", 404, '{"error":{"code":"no_permits"}}', { shows: "none" }],
    [
      "genetec",
      404,
      '{"error":{"code":"not_found"}}',
      { shows: "unavailable", why: "the reply has the status 404" },
    ],
    ["genetec", 404, "Not Found", { shows: "unavailable", why: "the reply has the status 404" }],
    ["genetec", 401, "", { shows: "refused", status: 401 }],
    ["iris", 401, "", { shows: "refused", status: 401 }],
    ["iris", 200, "<x/>", { shows: "unavailable", why: "the reply is not a PlateInfo response" }],
    ["iris", 500, "", { shows: "unavailable", why: "the reply has the status 500" }],
  ] as const)("of %s reads %i %s", (dialect, status, body, answer) => {
    expect(probeOf(dialect).readReply({ status, body })).toEqual(answer);
  });
});
