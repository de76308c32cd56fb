import { beforeEach, describe, expect, it } from "vitest";
import { createHotSpotSandbox, type HotSpotSandbox } from "../../../src/vendors/hotspot/sandbox/sandbox.ts";
import { change, create, createClient, NOW } from "./sandbox-client.ts";

let client: ReturnType<typeof createClient>;
let sandbox: HotSpotSandbox;

beforeEach(() => {
  client = createClient();
  sandbox = client.sandbox;
});

describe("a permit", () => {
  it("is created and visible in its half-open interval", async () => {
    const reply = await client.post("/permits", create());

    expect(reply).toEqual({ status: 201, body: { Reference: expect.any(String) } });
    expect(sandbox.permits.get("permit-1")).toEqual({
      permitReference: "permit-1",
      reference: reply.body.Reference,
      plate: "ABC123",
      region: "NB",
      country: "CA",
      spotId: "01428",
      startTime: new Date("2026-09-01T11:00:00Z"),
      endTime: new Date("2026-09-01T21:00:00Z"),
      status: "active",
      foreign: false,
    });
    const seen = (at: string) => sandbox.findPermits({ at: new Date(at) }).length;
    expect(seen("2026-09-01T10:59:59.999Z")).toBe(0);
    expect(seen("2026-09-01T11:00:00Z")).toBe(1);
    expect(seen("2026-09-01T20:59:59.999Z")).toBe(1);
    expect(seen("2026-09-01T21:00:00Z")).toBe(0);
  });

  it("is found by spot, plate and region", async () => {
    await client.post("/permits", create());

    expect(sandbox.findPermits({ spotId: "01428", plate: "ABC123", region: "NB", at: NOW })).toHaveLength(1);
    expect(sandbox.findPermits({ spotId: "15320", at: NOW })).toEqual([]);
    expect(sandbox.findPermits({ plate: "OTHER", at: NOW })).toEqual([]);
    expect(sandbox.findPermits({ region: "NS", at: NOW })).toEqual([]);
  });

  it("is updated and cancelled by the client's reference or the vendor's", async () => {
    const { Reference } = (await client.post("/permits", create())).body;

    const updated = await client.post("/permits/update", change());
    expect(updated).toEqual({ status: 200, body: { Reference } });
    expect(sandbox.permits.get("permit-1")).toMatchObject({ endTime: new Date("2026-09-01T23:00:00Z") });

    const end = { Reference, EndTime: "2026-09-01T12:30:00.5Z" };
    const cancelled = await client.post("/permits/cancel", change(end));
    expect(cancelled).toEqual({ status: 200, body: { Reference } });
    expect(sandbox.permits.get("permit-1")).toMatchObject({
      status: "cancelled",
      endTime: new Date("2026-09-01T12:30:00.500Z"),
    });
  });

  it("may be cancelled at its start, and again without effect", async () => {
    await client.post("/permits", create());

    const first = await client.post("/permits/cancel", change({ EndTime: "2026-09-01T08:00:00-03:00" }));
    const again = await client.post("/permits/cancel", change());

    expect([first.status, again.status]).toEqual([200, 200]);
    expect(sandbox.findPermits({ at: NOW })).toEqual([]);
  });

  it("exists already when it is repeated, even after a cancel, and is unchanged", async () => {
    const { Reference } = (await client.post("/permits", create())).body;
    const before = sandbox.permits.get("permit-1");

    const repeat = await client.post("/permits", create({ SpotID: "15320" }));
    expect(repeat).toMatchObject({
      status: 409,
      body: { ErrorCode: 9022, Reference, PermitReference: "permit-1" },
    });
    expect(sandbox.permits.get("permit-1")).toEqual(before);

    await client.post("/permits/cancel", change());
    expect((await client.post("/permits", create())).body).toMatchObject({ ErrorCode: 9022, Reference });
  });
});

describe("a refusal", () => {
  type Row = [what: string, path: string, body: unknown, status: number, code: number];
  it.each<Row>([
    ["no PermitReference", "/permits", create({ PermitReference: undefined }), 400, 9008],
    ["an empty PermitReference", "/permits", create({ PermitReference: "" }), 400, 9008],
    ["a PermitReference that is a number", "/permits", create({ PermitReference: 1 }), 400, 9003],
    ["no Plate", "/permits", create({ Plate: undefined }), 400, 9006],
    ["an empty Plate", "/permits", create({ Plate: "" }), 400, 9006],
    ["a Plate in lower case", "/permits", create({ Plate: "abc" }), 400, 9003],
    ["a Plate that is a number", "/permits", create({ Plate: 123 }), 400, 9003],
    ["no Region", "/permits", create({ Region: undefined }), 400, 9011],
    ["an ISO Region", "/permits", create({ Region: "CA-NB" }), 400, 9003],
    ["no Country", "/permits", create({ Country: undefined }), 400, 9003],
    ["another Country", "/permits", create({ Country: "MX" }), 400, 9003],
    ["no SpotID", "/permits", create({ SpotID: undefined }), 400, 9003],
    ["a SpotID that is a number", "/permits", create({ SpotID: 1428 }), 400, 9003],
    ["a SpotID without its zero", "/permits", create({ SpotID: "1428" }), 404, 9010],
    ["no StartTime", "/permits", create({ StartTime: undefined }), 400, 9003],
    ["a StartTime without offset", "/permits", create({ StartTime: "2026-09-01T08:00:00" }), 400, 9003],
    ["no EndTime", "/permits", create({ EndTime: undefined }), 400, 9004],
    ["an EndTime without offset", "/permits", create({ EndTime: "2026-09-01T18:00:00" }), 400, 9004],
    ["an EndTime that does not exist", "/permits", create({ EndTime: "2026-09-31T18:00:00Z" }), 400, 9004],
    ["an EndTime that is a number", "/permits", create({ EndTime: 1 }), 400, 9004],
    ["an end at the start", "/permits", create({ EndTime: "2026-09-01T11:00:00Z" }), 400, 9005],
    ["an unknown field", "/permits", create({ Make: "Honda" }), 400, 9003],
    ["a body that is not an object", "/permits", "permit", 400, 9003],
    ["an update without reference", "/permits/update", change({ PermitReference: undefined }), 400, 9008],
    ["an update of nothing", "/permits/update", change({ PermitReference: "other" }), 404, 9009],
    ["an update by an unknown Reference", "/permits/update", change({ Reference: "other" }), 404, 9009],
    ["an update without end", "/permits/update", change({ EndTime: undefined }), 400, 9004],
    ["an update to the start", "/permits/update", change({ EndTime: "2026-09-01T11:00:00Z" }), 400, 9005],
    ["an update of the plate", "/permits/update", change({ Plate: "X" }), 400, 9003],
    ["a cancel of nothing", "/permits/cancel", change({ PermitReference: "other" }), 404, 9009],
    ["a cancel without end", "/permits/cancel", change({ EndTime: undefined }), 400, 9004],
    ["a cancel before the start", "/permits/cancel", change({ EndTime: "2026-09-01T10:59:59Z" }), 400, 9005],
    ["an unknown path", "/spots", create(), 404, 9003],
  ])("is the reply to %s", async (_, path, body, status, code) => {
    const existing = path === "/permits" ? "other-permit" : "permit-1";
    await client.post("/permits", create({ PermitReference: existing }));
    const before = [...sandbox.permits.values()];

    const reply = await client.post(path, body);

    expect(reply).toMatchObject({ status, body: { ErrorCode: code, ErrorMessage: expect.any(String) } });
    expect(JSON.stringify(reply.body)).not.toContain("ABC123");
    expect([...sandbox.permits.values()]).toEqual(before);
  });

  it.each<[string, RequestInit, number, number]>([
    ["no token", { headers: { "content-type": "application/json" } }, 401, 9001],
    ["a wrong token", { headers: { authorization: "Bearer other" } }, 403, 9002],
    ["another scheme", { headers: { authorization: "Basic token-1" } }, 403, 9002],
    ["another content type", { headers: { authorization: "Bearer token-1" }, body: "{}" }, 400, 9003],
    [
      "a body that is not JSON",
      { headers: { authorization: "Bearer token-1", "content-type": "application/json" }, body: "{" },
      400,
      9003,
    ],
    ["another method", { method: "PUT" }, 405, 9003],
  ])("is the reply to %s", async (_, init, status, code) => {
    const reply = await client.call("/permits", init);

    expect(reply.status).toBe(status);
    expect(await reply.json()).toMatchObject({ ErrorCode: code });
  });

  it("is the reply to an update of a cancelled permit", async () => {
    await client.post("/permits", create());
    await client.post("/permits/cancel", change());

    expect((await client.post("/permits/update", change())).body).toMatchObject({ ErrorCode: 9009 });
  });
});

describe("tokens", () => {
  it("include the company's own where one is required", async () => {
    const strict = createClient({ companyToken: "company-1" });

    const statuses = [
      (await strict.post("/permits", create())).status,
      (await strict.post("/permits", create(), { "x-company-token": "other" })).status,
      (await strict.post("/permits", create(), { "x-company-token": "company-1" })).status,
    ];

    expect(statuses).toEqual([403, 403, 201]);
  });

  it("can be rotated", async () => {
    sandbox.setToken("token-2");
    sandbox.setCompanyToken("company-2");
    const old = await client.post("/permits", create(), { authorization: "Bearer token-1" });
    const fresh = await client.post("/permits", create(), { "x-company-token": "company-2" });

    expect([old.status, fresh.status]).toEqual([403, 201]);
    expect(sandbox).toMatchObject({ token: "token-2", companyToken: "company-2" });
  });
});

describe("a second right for one plate and spot", () => {
  it("is a separate right by default", async () => {
    await client.post("/permits", create());

    expect((await client.post("/permits", create({ PermitReference: "permit-2" }))).status).toBe(201);
  });

  it("is refused with the other's references where only one is kept, until that one is over", async () => {
    const strict = createClient({ oneRightPerPlateAndSpot: true });
    const { Reference } = (await strict.post("/permits", create())).body;

    const second = await strict.post("/permits", create({ PermitReference: "permit-2" }));
    const elsewhere = await strict.post("/permits", create({ PermitReference: "permit-3", SpotID: "15320" }));
    await strict.post("/permits/cancel", change());
    const later = await strict.post("/permits", create({ PermitReference: "permit-2" }));

    expect(second).toMatchObject({
      status: 409,
      body: { ErrorCode: 9022, Reference, PermitReference: "permit-1" },
    });
    expect([elsewhere.status, later.status]).toEqual([201, 201]);
  });
});

describe("a foreign permit", () => {
  it("is visible to officers and cannot be changed by the client", async () => {
    sandbox.addForeignPermit({
      permitReference: "theirs",
      reference: "HS-FOREIGN",
      plate: "ABC123",
      region: "NB",
      country: "CA",
      spotId: "01428",
      startTime: new Date("2026-09-01T08:00:00Z"),
      endTime: new Date("2026-09-01T18:00:00Z"),
    });

    const cancel = await client.post("/permits/cancel", change({ PermitReference: "theirs" }));
    const repeat = await client.post("/permits", create({ PermitReference: "theirs" }));

    expect([cancel.body.ErrorCode, repeat.body.ErrorCode]).toEqual([9009, 9022]);
    expect(sandbox.findPermits({ spotId: "01428", at: NOW })).toMatchObject([{ foreign: true }]);
    expect(sandbox.permits.size).toBe(0);
  });
});

describe("the record of requests", () => {
  it("contains no secret", async () => {
    await client.post("/permits", create());

    expect(sandbox.requests).toEqual([{ method: "POST", path: "/hotspot/permits", status: 201 }]);
  });

  it("contains a violation when requests for one permit overlap", async () => {
    await Promise.all([client.post("/permits", create()), client.post("/permits", create())]);
    await Promise.all([
      client.post("/permits/update", change()),
      client.post("/permits", create({ PermitReference: "b" })),
    ]);

    expect(sandbox.violations).toEqual(["Two requests were in flight at once for permit permit-1."]);
  });
});

describe("options", () => {
  it("are refused when unknown", () => {
    expect(() => createHotSpotSandbox(Object.assign({ spotIds: [] }, { spots: [] }))).toThrow('"spots"');
  });

  it("create a random token when absent", () => {
    expect(createHotSpotSandbox().token).not.toBe(createHotSpotSandbox().token);
  });
});
