import { describe, expect, it } from "vitest";
import type { Company, Directory, Location } from "../../src/core/directory/directory.ts";
import { parsePlate } from "../../src/core/permit/plate.ts";
import { genetecDialect } from "../../src/vendors/t2-flex/dialects/genetec/genetec.ts";
import { createT2FlexProvider } from "../../src/vendors/t2-flex/provider.ts";
import { companies, locations, minutes, openCampus, permit } from "./campus.ts";

const [fundy] = companies as [Company];
const [lot1, lot2] = locations as [Location, Location];
const lot9 = { ...lot2, id: "lot-9", name: "Lot 9", zoneName: "Outer" };

/** A host's own directory of one company. */
const directoryOf = (listed: readonly unknown[], company: unknown = fundy): Directory => ({
  getCompany: () => company as Company,
  listLocations: () => listed as Location[],
});

/** The same lot, as hosts without type checks may return it. */
const MALFORMED: readonly (readonly [what: string, location: unknown])[] = [
  ["providers: null", { ...lot9, providers: null }],
  ["providers as JSON text", { ...lot9, providers: JSON.stringify(lot9.providers) }],
  ["providers missing", { ...lot9, providers: undefined }],
  ["enabled: 1", { ...lot9, providers: { "t2-flex": { enabled: 1 } } }],
  ['enabled: "true"', { ...lot9, providers: { "t2-flex": { enabled: "true" } } }],
  ["company_id", { id: "lot-9", company_id: "fundy", name: "Lot 9", providers: lot9.providers }],
  ["a number as target", { ...lot9, providers: { "t2-flex": { enabled: true, target: 1428 } } }],
  ["a region that is none", { ...lot9, region: "Atlantis" }],
];

const at = (...locationIds: string[]) => permit({ locationIds });

describe.each(MALFORMED)("a location with %s", (_, bad) => {
  const directory = directoryOf([lot1, bad]);

  it("makes a question undetermined that it could have answered, and the audit names the fault", async () => {
    for (const question of [{}, { locationId: "lot-9" }]) {
      const { status, audit } = await openCampus({ directory, permits: [at("lot-9")] }).ask({
        plate: "GXK204",
        ...question,
      });
      expect(status).toBe(503);
      expect(audit).toMatchObject({
        status: "undetermined",
        reason: "source_failed",
        failure: { at: "directory", message: expect.stringMatching(/^location "lot-9"/) },
      });
    }
  });

  it("does not affect the answer about a permit at a sound location", async () => {
    const { status, audit, sessions } = await openCampus({ directory, permits: [at("lot-9", "lot-1")] }).ask({
      plate: "GXK204",
    });
    expect({ status, sessions: sessions.length }).toEqual({ status: 200, sessions: 1 });
    expect(audit).toMatchObject({ status: "valid", failure: { at: "directory" } });
  });

  it('does not affect any other "no"', async () => {
    const none = async (permits: Parameters<typeof openCampus>[0], question: object = {}) => {
      const { status, audit } = await openCampus({ directory, ...permits }).ask({
        plate: "GXK204",
        ...question,
      });
      return [status, audit.status];
    };
    expect(await none({ permits: [] })).toEqual([200, "none"]);
    expect(await none({ permits: [at("gone")] })).toEqual([200, "none"]);
    expect(await none({ permits: [permit({ locationIds: ["lot-9"], validTo: minutes(-1) })] })).toEqual([
      ...[200, "none"],
    ]);
    expect(await none({ permits: [permit({ locationIds: ["lot-9"], validFrom: minutes(1) })] })).toEqual([
      ...[200, "none"],
    ]);
    const plates = [parsePlate("GXK204", { region: "ME" })];
    const elsewhere = permit({ locationIds: ["lot-9"], plates });
    expect(await none({ permits: [elsewhere] }, { state: "NB" })).toEqual([200, "none"]);
    expect(await none({ permits: [at("lot-9")] }, { locationId: "lot-1" })).toEqual([200, "none"]);
    expect(await none({ permits: [at("lot-9")], locationIds: ["lot-1"] })).toEqual([200, "none"]);
  });

  it("makes a list of places, and a list of plates, undetermined", async () => {
    const provider = createT2FlexProvider({ id: "t2-flex", dialect: genetecDialect });
    const { handler, username, key } = openCampus({ directory, provider, permits: [at("lot-9")] });
    const headers = {
      "content-type": "application/json",
      authorization: `Basic ${btoa(`${username}:${key}`)}`,
    };
    const ask = async (path: string, init: RequestInit = {}) =>
      (await handler(new Request(`http://lookup.test${path}`, { headers, ...init }))).status;
    expect(await ask("/zones")).toBe(503);
    const search = (place: object) =>
      ask("/permits/search", {
        method: "POST",
        body: JSON.stringify({ PlateNumbers: ["GXK204", "X1"], ...place }),
      });
    expect(await search({})).toBe(503);
  });
});

describe("a location without an id that can be read", () => {
  const nameless = { ...lot9, id: 9 };

  it('makes every "no" undetermined that it may belong to, and no other', async () => {
    const ask = async (options: object, question: object = {}) => {
      const campus = openCampus({
        directory: directoryOf([lot1, nameless]),
        permits: [at("lot-9")],
        ...options,
      });
      const { audit } = await campus.ask({ plate: "GXK204", ...question });
      return audit.status;
    };
    expect(await ask({})).toBe("undetermined");
    expect(await ask({ permits: [] })).toBe("undetermined");
    expect(await ask({ locationIds: ["lot-1", "lot-9"] })).toBe("undetermined");
    expect(await ask({ locationIds: ["lot-9"] })).toBe("undetermined");
    expect(await ask({ locationIds: ["lot-1"] })).toBe("none");
    expect(await ask({}, { locationId: "lot-1" })).toBe("undetermined");
    expect(await ask({ permits: [permit()] })).toBe("valid");
  });

  it("is not searched where it is the only one", async () => {
    let calls = 0;
    const findPermits = () => {
      calls += 1;
      return [];
    };
    const { audit } = await openCampus({ directory: directoryOf([nameless]), findPermits }).ask({
      plate: "X1",
    });
    expect(audit).toMatchObject({ status: "undetermined", failure: { at: "directory" } });
    expect(calls).toBe(0);
  });
});

describe("a company", () => {
  it.each([
    ["providers: null", { ...fundy, providers: null }, "company.providers"],
    ["providers missing", { id: "fundy", name: "Fundy" }, "company.providers"],
    ["providers as JSON text", { ...fundy, providers: "{}" }, "company.providers"],
    ["enabled: 1", { ...fundy, providers: { "t2-flex": { enabled: 1 } } }, "enabled"],
    ["company_name", { id: "fundy", company_name: "Fundy", providers: fundy.providers }, "company.name"],
  ])("with %s is undetermined", async (_, company, field) => {
    const { status, audit } = await openCampus({
      directory: directoryOf([lot1], company),
      permits: [permit()],
    }).ask({ plate: "GXK204" });
    expect(status).toBe(503);
    expect(audit).toMatchObject({
      status: "undetermined",
      reason: "source_failed",
      failure: { at: "directory", message: expect.stringContaining(field) },
    });
  });

  it("that is null is unknown to the directory", async () => {
    const { audit } = await openCampus({ directory: directoryOf([lot1], null) }).ask({ plate: "GXK204" });
    expect(audit).toMatchObject({ status: "undetermined", reason: "unknown_company" });
  });
});

describe("a region", () => {
  it.each(["NB", "New Brunswick", "ca-nb"])("written %s is CA-NB", async (region) => {
    const directory = directoryOf([{ ...lot1, region }]);
    const ask = async (asked: string) =>
      (await openCampus({ directory, permits: [permit()] }).ask({ plate: "GXK204", state: asked })).audit;
    expect(await ask("NB")).toMatchObject({ status: "valid", reason: "match" });
    expect(await ask("ME")).toMatchObject({ status: "none", reason: "region_differs" });
  });
});

describe("a credential", () => {
  it.each([
    ["whose locations are all gone", ["gone", "also-gone"]],
    ["whose locations are another company's", ["quad"]],
  ])("%s is undetermined, never without a permit", async (_, locationIds) => {
    for (const question of [{}, { locationId: "gone" }, { locationId: "lot-1" }]) {
      const { status, audit } = await openCampus({ permits: [permit()], locationIds }).ask({
        plate: "GXK204",
        ...question,
      });
      expect(status).toBe(503);
      expect(audit).toMatchObject({ status: "undetermined", reason: "unknown_locations" });
    }
  });

  it("with an empty list is undetermined", async () => {
    const stored = { id: "c", companyId: "fundy", locationIds: [], hashes: [] };
    const { ask } = openCampus({ permits: [permit()], authorize: { authorize: () => stored } });
    expect(await ask({ plate: "GXK204" })).toMatchObject({
      status: 503,
      audit: { reason: "unknown_locations", credentialLocationIds: [] },
    });
  });

  it("of which one location is left is answered for that location", async () => {
    const { ask } = openCampus({ permits: [permit()], locationIds: ["gone", "lot-1"] });
    expect((await ask({ plate: "GXK204" })).audit).toMatchObject({ status: "valid" });
  });

  it("is limited to a location that cannot be read: undetermined where it has a permit there", async () => {
    const directory = directoryOf([lot1, { ...lot9, providers: null }]);
    const ask = async (permits: ReturnType<typeof permit>[]) =>
      (await openCampus({ directory, permits, locationIds: ["lot-9"] }).ask({ plate: "GXK204" })).audit;
    expect(await ask([at("lot-9")])).toMatchObject({ status: "undetermined", reason: "source_failed" });
    expect(await ask([])).toMatchObject({ status: "none", reason: "no_permit" });
  });
});

it("a corrected directory is used at once", async () => {
  const lot = { ...lot1, providers: null as unknown };
  const { ask } = openCampus({ directory: directoryOf([lot]), permits: [permit()] });
  expect((await ask({ plate: "GXK204" })).status).toBe(503);
  lot.providers = lot1.providers;
  expect((await ask({ plate: "GXK204" })).audit.status).toBe("valid");
  lot.providers = { "t2-flex": { enabled: false } };
  expect((await ask({ plate: "GXK204" })).audit).toMatchObject({ status: "none", reason: "switched_off" });
});
