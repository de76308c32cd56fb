import { describe, expect, it } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { apiKeyAuth } from "../../../src/lookup/auth/authorizers.ts";
import { issueCredentials } from "../../../src/lookup/auth/issue-credentials.ts";
import { genetecDialect } from "../../../src/vendors/t2-flex/dialects/genetec/genetec.ts";
import { createT2FlexProvider } from "../../../src/vendors/t2-flex/index.ts";
import { minutes, openCampus, permit } from "../../lookup/campus.ts";

const base = "https://lookup.test/api/pbp/v2014-06";

function open(options: Parameters<typeof openCampus>[0] = {}) {
  const campus = openCampus({
    provider: createT2FlexProvider({ dialect: genetecDialect }),
    permits: [permit()],
    ...options,
  });
  const headers = { "x-api-key": campus.key, "content-type": "application/json" };
  return { ...campus, send, search: (body: unknown) => send("POST", "/permits/search", body) };

  async function send(method: string, path: string, body?: unknown) {
    const text = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
    const url = path.startsWith("http") ? path : base + path;
    const response = await campus.handler(
      new Request(url, { method, headers, ...(text === undefined ? {} : { body: text }) }),
    );
    expect(response.headers.get("cache-control")).toBe("no-store");
    return { status: response.status, allow: response.headers.get("allow"), body: await response.json() };
  }
}

describe("permits/search", () => {
  const held = [
    permit({
      plates: [parsePlate("GXK 204", { region: "NB" })],
      locationIds: ["lot-1", "lot-2"],
      vehicle: { make: "Hyundai", color: "Green" },
    }),
    permit({
      id: "P-2",
      plates: [parsePlate("DEV 456"), parsePlate("GXK 204")],
      locationIds: ["lot-2"],
      validTo: null,
    }),
    permit({ id: "P-3", plates: [parsePlate("OLD 1")], validTo: minutes(-5) }),
    permit({ id: "P-4", companyId: "tantramar", locationIds: ["quad"] }),
  ];
  const first = {
    PermitId: "P-1",
    PlateNumber: "GXK204",
    PlateState: "NB",
    Activation: "2026-11-21T14:00:00.000Z",
    Expiry: "2026-11-21T16:00:00.000Z",
    Make: "Hyundai",
    Color: "Green",
  };
  const second = {
    ...first,
    PermitId: "P-2",
    PlateState: "",
    Expiry: "2099-12-31T23:59:59.000Z",
    Make: "",
    Color: "",
  };

  it("groups the permits by zone, once each, the best first", async () => {
    const { search, audits } = open({ permits: held });
    const { status, body } = await search({
      PlateNumbers: ["gxk-204", "DEV456", "GXK 204", "NOBODY", "OLD1"],
      ZoneIds: null,
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      PermitZones: [
        { ZoneId: "lot-2", Permits: [second, first, { ...second, PlateNumber: "DEV456" }] },
        { ZoneId: "lot-1", Permits: [first] },
      ],
    });
    expect(audits).toHaveLength(1);
  });

  it.each([
    [["lot-1"], ["lot-1"]],
    [
      ["lot-2", "lot-1"],
      ["lot-1", "lot-2"],
    ],
    [["lot-1", "lot-1"], ["lot-1"]],
    [[], ["lot-1", "lot-2"]],
    [undefined, ["lot-1", "lot-2"]],
  ])("searches the zones %j", async (ZoneIds, expected) => {
    const { body } = await open({ permits: held }).search({ PlateNumbers: ["GXK204"], ZoneIds });
    const found = (body as { PermitZones: Array<{ ZoneId: string }> }).PermitZones;
    expect(found.map(({ ZoneId }) => ZoneId).toSorted()).toEqual(expected);
  });

  it.each([
    ["no permit", { PlateNumbers: ["NOBODY", "OLD1"] }, "no_permits"],
    ["none in this zone", { PlateNumbers: ["DEV456"], ZoneIds: ["lot-1"] }, "no_permits"],
    ["a switched-off zone", { PlateNumbers: ["GXK204"], ZoneIds: ["closed"] }, "no_permits"],
    ["an unknown zone", { PlateNumbers: ["GXK204"], ZoneIds: ["nowhere"] }, "undetermined"],
    [
      "an unknown zone among known ones",
      { PlateNumbers: ["GXK204"], ZoneIds: ["lot-1", "nowhere"] },
      "undetermined",
    ],
    ["another company's zone", { PlateNumbers: ["GXK204"], ZoneIds: ["quad"] }, "undetermined"],
  ])("is 404 for %s", async (_, body, code) => {
    const reply = await open({ permits: held }).search(body);
    expect([reply.status, reply.body]).toMatchObject([404, { error: { code } }]);
  });

  it("is 503 when undetermined, also where only some answers are undetermined", async () => {
    const unreadable = { ...permit(), id: "BAD", validTo: "yesterday" } as never;
    const { search, audits } = open({ findPermits: () => [permit(), unreadable] });
    expect((await search({ PlateNumbers: ["GXK204", "DEV456"] })).status).toBe(503);
    expect(audits[0]).toMatchObject({
      status: "undetermined",
      reason: "source_failed",
      parts: [
        { status: "valid", answered: ["P-1"] },
        { status: "undetermined", reason: "source_failed" },
      ],
    });
  });

  it.each([
    [["GXK204", "---"], 200],
    [["---", "GXK204", "АB1"], 200],
    [["GXK204", "A".repeat(13)], 200],
    [["NOBODY", "---"], 503],
    [["---"], 503],
    [["", "GX\ufffd204"], 503],
    [["GXK204", null], 200],
    [[7, "GXK204", {}, ["GXK204"], true], 200],
    [["NOBODY", null], 503],
    [["---", 204], 503],
  ])("answers %j, of which one or more cannot be read: %i", async (PlateNumbers, status) => {
    const { search, audits } = open({ permits: held });
    const reply = await search({ PlateNumbers, ZoneIds: ["lot-1"] });
    expect(reply.status).toBe(status);
    if (status === 200) expect(reply.body).toEqual({ PermitZones: [{ ZoneId: "lot-1", Permits: [first] }] });
    else
      expect(reply.body).toEqual({ error: { code: "undetermined", message: "The plate cannot be read." } });
    expect(audits[0]).toMatchObject({
      status: status === 200 ? "valid" : "undetermined",
      httpStatus: status,
      parts: PlateNumbers.map((plate) =>
        typeof plate === "string" && /^[A-Z0-9]{1,12}$/.test(plate)
          ? { asked: { plate }, understood: { plateNumbers: [plate] } }
          : { asked: { plate }, status: "undetermined", reason: "invalid_request" },
      ),
    });
  });

  it("has the smallest date for a permit without a start", async () => {
    const { search } = open({ permits: [permit({ validFrom: new Date("0001-01-01T00:00:00Z") })] });
    expect((await search({ PlateNumbers: ["GXK204"] })).body).toMatchObject({
      PermitZones: [{ Permits: [{ Activation: "0001-01-01T00:00:00" }] }],
    });
  });
});

describe("isvalid", () => {
  it.each(["", "---", "АB1", "A".repeat(13)])(
    "is 503 for the plate %j, which cannot be read",
    async (PlateNumber) => {
      expect(await open().send("POST", "/isvalid", { PlateNumber })).toMatchObject({
        status: 503,
        body: { error: { code: "undetermined" } },
      });
    },
  );

  it.each([
    [{ PlateNumber: "gxk 204" }, true],
    [{ PlateNumber: "GXK204", ZoneIds: ["lot-2", "lot-1"] }, true],
    [{ PlateNumbers: ["GXK204"], ZoneIds: [] }, true],
    [{ PlateNumber: "GXK204", ZoneIds: ["lot-2"] }, false],
    [{ PlateNumber: "NOBODY" }, false],
  ])("%j", async (body, expected) => {
    const reply = await open().send("POST", "/isvalid", body);
    expect([reply.status, reply.body]).toEqual([200, { IsValid: expected }]);
  });

  it("is 404 for an unknown zone and 503 when undetermined", async () => {
    const { send, audits } = open({ findPermits: () => Promise.reject(new Error()) });
    expect((await send("POST", "/isvalid", { PlateNumber: "A", ZoneIds: ["x"] })).status).toBe(404);
    expect((await send("POST", "/isvalid", { PlateNumber: "A" })).status).toBe(503);
    expect(audits.map(({ status, reason }) => [status, reason])).toEqual([
      ["undetermined", "unknown_place"],
      ["undetermined", "source_failed"],
    ]);
  });
});

describe("zones", () => {
  it("lists the zones in the key's scope", async () => {
    const all = await open().send("GET", "/zones");
    expect([all.status, all.body]).toEqual([
      200,
      {
        Zones: [
          { ZoneId: "lot-1", Name: "Lot 1" },
          { ZoneId: "lot-2", Name: "Lot 2" },
          { ZoneId: "lot-3", Name: "Lot 3" },
        ],
      },
    ]);
    const { send, audits } = open({ locationIds: ["lot-2", "closed", "quad"] });
    expect((await send("GET", "/zones")).body).toEqual({ Zones: [{ ZoneId: "lot-2", Name: "Lot 2" }] });
    expect(audits).toMatchObject([{ status: "served", reason: "places", httpStatus: 200 }]);
  });

  it("lists none for a company that is switched off, and is 503 for an unknown one, under every policy", async () => {
    expect((await open({ companyId: "sleeping" }).send("GET", "/zones")).body).toEqual({ Zones: [] });
    const unknown = open({ companyId: "nobody", whenUndetermined: "deny" });
    expect((await unknown.send("GET", "/zones")).status).toBe(503);
  });

  it("does not list a zone's permits, and says so", async () => {
    const { status, body } = await open().send("GET", "/zones/lot-1/permits?continuationToken=1");
    expect([status, body]).toMatchObject([404, { error: { code: "not_supported" } }]);
  });
});

describe("the policy", () => {
  it("deny turns undetermined into none, for one plate and for a list", async () => {
    const { send, search } = open({
      findPermits: () => Promise.reject(new Error()),
      whenUndetermined: "deny",
    });
    expect((await send("POST", "/isvalid", { PlateNumber: "A" })).body).toEqual({ IsValid: false });
    const found = await search({ PlateNumbers: ["A", "B"] });
    expect([found.status, found.body]).toMatchObject([404, { error: { code: "no_permits" } }]);
  });
});

describe("a path", () => {
  it.each(["/api/pbp/v2014-06/zones", "/zones", "/zones/", "/API/pbp/V2014-06/Zones/"])(
    "%s is served",
    async (path) => {
      expect((await open().send("GET", `https://lookup.test${path}`)).status).toBe(200);
    },
  );

  it.each([
    "/",
    "/api/pbp/v2014-06",
    "/api/pbp/v2020-01/zones",
    "/zones/lot-1",
    "/api/zones",
    "/permits",
    "/x/zones",
    "//zones",
  ])("%s is 404", async (path) => {
    const { status, body } = await open().send("GET", `https://lookup.test${path}`);
    expect([status, body]).toMatchObject([404, { error: { code: "not_found" } }]);
  });

  it("by the wrong method is 405 with the right one", async () => {
    const { send } = open();
    expect(await send("POST", "/zones", {})).toMatchObject({ status: 405, allow: "GET" });
    expect(await send("GET", "/isvalid")).toMatchObject({ status: 405, allow: "POST" });
    expect(await send("DELETE", "/zones")).toMatchObject({ status: 405, allow: "GET, POST" });
  });

  it("reveals nothing before the key is verified", async () => {
    const { handler } = open();
    for (const path of ["/zones", "/nowhere"])
      expect((await handler(new Request(base + path))).status).toBe(401);
  });
});

describe("a body", () => {
  it.each([
    ["/permits/search", {}],
    ["/permits/search", []],
    ["/permits/search", "{"],
    ["/permits/search", ""],
    ["/permits/search", { PlateNumbers: [] }],
    ["/permits/search", { PlateNumbers: "GXK204" }],
    ["/permits/search", { PlateNumbers: [204] }],
    ["/permits/search", { PlateNumbers: Array(101).fill("GXK204") }],
    ["/permits/search", { PlateNumbers: ["GXK204"], ZoneIds: "lot-1" }],
    ["/permits/search", { PlateNumbers: ["GXK204"], ZoneIds: [1] }],
    ["/permits/search", { PlateNumbers: ["GXK204"], ZoneIds: [""] }],
    ["/isvalid", {}],
    ["/isvalid", { PlateNumber: 7 }],
    ["/isvalid", { PlateNumbers: ["A", "B"] }],
    ["/isvalid", { PlateNumbers: [] }],
  ])("for %s like %j is 400", async (path, body) => {
    const reply = await open().send("POST", path, body);
    expect([reply.status, reply.body]).toMatchObject([400, { error: { code: "invalid_request" } }]);
    expect(JSON.stringify(reply.body)).not.toContain("GXK");
  });

  it("with a hundred plates is answered, as text/json too", async () => {
    const { handler, key } = open();
    const response = await handler(
      new Request(`${base}/permits/search`, {
        method: "POST",
        headers: { "x-api-key": key, "content-type": "text/json" },
        body: JSON.stringify({
          PlateNumbers: Array.from({ length: 100 }, (_, index) => (index === 99 ? "GXK204" : `A${index}`)),
        }),
      }),
    );
    expect(response.status).toBe(200);
  });
});

describe("the key", () => {
  it("may be sent in a header of another name", async () => {
    const { password, stored } = issueCredentials({ companyId: "fundy" });
    const find = (hash: string) => (stored.hashes.includes(hash) ? stored : undefined);
    const { handler } = open({ authorize: apiKeyAuth({ header: "ApiKey", find }) });
    const ask = (headers: Record<string, string>) => handler(new Request(`${base}/zones`, { headers }));
    expect((await ask({ apikey: password })).status).toBe(200);
    expect((await ask({ "x-api-key": password })).status).toBe(401);
  });
});
