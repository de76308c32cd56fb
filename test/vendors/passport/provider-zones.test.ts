import { describe, expect, it } from "vitest";
import type { PassportSandboxZoneInput } from "../../../src/vendors/passport/sandbox/zones.ts";
import { failureOf, sampleRegistration } from "../../support/registrations.ts";
import { serveVendor } from "../../support/vendor-server.ts";
import { connect, DOWNTOWN, LIBRARY, manyRegistrations, OPERATOR, ORIGIN } from "./provider-bench.ts";

const vendor = serveVendor(ORIGIN);

const numbered = (count: number): PassportSandboxZoneInput[] =>
  Array.from({ length: count }, (_, index) => ({ number: String(1_000 + index), name: `Lot ${index}` }));

const record = (id: string, number: string | number, name: string) => ({
  id,
  number,
  name,
  operator_id: OPERATOR,
});

/** Answers zone requests from pages instead of the sandbox's zones. */
const pages =
  (answer: (url: URL) => { data: unknown[]; links?: unknown; headers?: Record<string, string> }) =>
  (request: Request): Response | undefined => {
    const url = new URL(request.url);
    if (!url.pathname.endsWith("/zones")) return undefined;
    const { headers = {}, ...body } = answer(url);
    return Response.json(body, { headers });
  };

describe("the connection", () => {
  it.each([
    [0, "0 zones"],
    [1, "1 zone"],
    [2, "2 zones"],
  ])("is checked with the zones: %s", async (count, words) => {
    const { provider } = connect(vendor, { sandbox: { zones: numbered(count) } });
    const { message } = await provider.checkConnection();
    expect(message).toBe(`Passport accepts the credentials and shows ${words}.`);
  });
});

describe("a target", () => {
  it.each([
    ["number", "101"],
    ["name", "Downtown Lot"],
    ["id", DOWNTOWN],
    ["id in upper case", DOWNTOWN.toUpperCase()],
  ])("may be a zone's %s", async (_, target) => {
    const { provider, batches, sandbox } = connect(vendor);

    const receipt = await provider.register(sampleRegistration({ target }));

    expect(batches()[0]?.data[0]?.["passport_zone_id"]).toBe(DOWNTOWN);
    expect([...sandbox.sessions.values()].map(({ zoneId }) => zoneId)).toEqual([DOWNTOWN]);
    expect(receipt).toMatchObject({ target: DOWNTOWN, registration: { target } });
  });

  it("that is an id in upper case is sent in lower case, and no zones are requested", async () => {
    const { provider, count, batches } = connect(vendor);

    await provider.register(sampleRegistration({ target: LIBRARY.toUpperCase() }));

    expect(batches()[0]?.data[0]?.["passport_zone_id"]).toBe(LIBRARY);
    expect(count("/zones")).toBe(0);
  });

  it.each([
    ["that is not a zone", "999"],
    ["in another case", "downtown lot"],
    ["with a space too many", "Downtown  Lot"],
  ])("%s is refused, and nothing is sent", async (_, target) => {
    const { provider, batches } = connect(vendor);

    const error = await failureOf(() => provider.register(sampleRegistration({ target })));

    expect(error).toMatchObject({
      code: "invalid_input",
      field: "registration.target",
      operation: "register",
      outcome: "not_applied",
      retryable: false,
    });
    expect(error.message).toContain("case-sensitive");
    expect(batches()).toEqual([]);
  });

  it("that names several zones is refused", async () => {
    const { provider, batches } = connect(vendor, {
      sandbox: {
        zones: [
          { number: "7", name: "North" },
          { id: LIBRARY, number: "8", name: "7" },
        ],
      },
    });

    const error = await failureOf(() => provider.register(sampleRegistration({ target: "7" })));

    expect(error).toMatchObject({ code: "invalid_input", field: "registration.target" });
    expect(error.message).toContain("several zones");
    expect(batches()).toEqual([]);
  });

  it.each(["101", "999"])("cannot be looked up in an incomplete list: %s", async (target) => {
    const { provider, batches } = connect(vendor, {
      instead: pages(() => ({ data: [record(DOWNTOWN, "101", "Downtown Lot"), { id: 7 }] })),
    });

    const error = await failureOf(() => provider.register(sampleRegistration({ target })));

    expect(error).toMatchObject({ code: "invalid_input", field: "registration.target" });
    expect(error.message).toContain("incomplete");
    expect(batches()).toEqual([]);
  });

  it("that is unknown fails its own registrations only, each named", async () => {
    const { provider, sandbox } = connect(vendor);
    const registrations = manyRegistrations(4).map((registration, index) => ({
      ...registration,
      target: index === 1 || index === 3 ? "999" : "101",
    }));

    const outcomes = await provider.registerMany(registrations);

    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true, false]);
    expect(outcomes[1]).toMatchObject({ error: { code: "invalid_input", field: "registrations[1].target" } });
    expect(outcomes[3]).toMatchObject({ error: { code: "invalid_input", field: "registrations[3].target" } });
    expect(sandbox.sessions.size).toBe(2);
  });
});

describe("the zone list", () => {
  it("has id, number and name of every zone, and is complete", async () => {
    const { provider, clock } = connect(vendor);

    expect(await provider.listZones()).toEqual({
      zones: [
        { id: DOWNTOWN, number: "101", name: "Downtown Lot" },
        { id: LIBRARY, number: "102", name: "Bibliothèque" },
      ],
      complete: true,
      fetchedAt: clock(),
    });
    const query = vendor.requests[1]?.url.searchParams;
    expect([query?.get("operator_id"), query?.get("limit")]).toEqual([OPERATOR, "1000"]);
  });

  it("follows links.next, relative or not", async () => {
    const { provider, count } = connect(vendor, {
      instead: pages((url) => {
        const page = Number(url.searchParams.get("page") ?? 0);
        const next = ["?page=1", `${ORIGIN}/passport/v3/shared/zones?page=2`, ""][page];
        return { data: [record(`zone-${page}`, page, `Lot ${page}`)], links: { next } };
      }),
    });

    const { zones, complete } = await provider.listZones();

    expect(zones.map(({ id }) => id)).toEqual(["zone-0", "zone-1", "zone-2"]);
    expect(complete).toBe(true);
    expect(count("/zones")).toBe(3);
  });

  it("follows a Link header", async () => {
    const { provider } = connect(vendor, {
      instead: pages((url) => {
        if (url.searchParams.has("cursor")) return { data: [record("zone-1", 1, "Lot 1")] };
        const link = `<${ORIGIN}/first>; rel="first", <?cursor=b%2C1>; rel="next"`;
        return { data: [record("zone-0", 0, "Lot 0")], headers: { link } };
      }),
    });

    const { zones, complete } = await provider.listZones();

    expect(zones.map(({ id, number }) => [id, number])).toEqual([
      ["zone-0", "0"],
      ["zone-1", "1"],
    ]);
    expect(complete).toBe(true);
  });

  it.each([
    ["to another origin", "https://elsewhere.test/passport/v3/shared/zones?page=2"],
    ["to another path", "/other?page=2"],
    ["that is not an address", "https://[broken"],
    ["to the page itself", `?operator_id=${OPERATOR}&limit=1000`],
  ])("is incomplete with a continuation %s, which is not followed", async (_, next) => {
    const { provider, count } = connect(vendor, {
      instead: pages(() => ({ data: [record(DOWNTOWN, "101", "Downtown Lot")], links: { next } })),
    });

    expect(await provider.listZones()).toMatchObject({ complete: false, zones: [{ id: DOWNTOWN }] });
    expect(count("/zones")).toBe(1);
    expect(vendor.requests.every(({ url }) => url.origin === ORIGIN)).toBe(true);
  });

  it("is incomplete when the pages never end", async () => {
    const { provider, count } = connect(vendor, {
      instead: pages((url) => {
        const page = Number(url.searchParams.get("page") ?? 0);
        return { data: [record(`zone-${page}`, page, "Lot")], links: { next: `?page=${page + 1}` } };
      }),
    });

    expect((await provider.listZones()).complete).toBe(false);
    expect(count("/zones")).toBe(50);
  });

  it("is incomplete when a full page says nothing about a next one", async () => {
    const full = connect(vendor, {
      sandbox: { zones: numbered(1_200), zonePaging: "truncated", zonePageSize: 1_000 },
    });
    expect(await full.provider.listZones()).toMatchObject({ complete: false });

    const almost = connect(vendor, { sandbox: { zones: numbered(999) } });
    expect(await almost.provider.listZones()).toMatchObject({ complete: true });
  });

  it("reads a list of ten thousand zones in one reply", async () => {
    const { provider } = connect(vendor, { sandbox: { zones: numbered(10_000) } });

    const { zones, complete } = await provider.listZones();

    expect(zones).toHaveLength(10_000);
    expect(complete).toBe(false);
  });

  it("is incomplete with a record that cannot be read, and shows the others", async () => {
    const { provider } = connect(vendor, {
      instead: pages(() => ({ data: [record(DOWNTOWN, 101, "Downtown Lot"), null, { id: LIBRARY }] })),
    });

    expect(await provider.listZones()).toMatchObject({
      complete: false,
      zones: [{ id: DOWNTOWN, number: "101" }],
    });
  });

  it("leaves other operators' zones out", async () => {
    const { provider } = connect(vendor, {
      instead: pages(() => ({
        data: [
          { ...record(DOWNTOWN, "101", "Downtown Lot"), operator_id: OPERATOR.toUpperCase() },
          { ...record(LIBRARY, "102", "Library"), operator_id: "99999999-9999-4999-8999-999999999999" },
        ],
      })),
    });

    expect(await provider.listZones()).toMatchObject({ complete: true, zones: [{ id: DOWNTOWN }] });
  });

  it("is cached for a quarter of an hour", async () => {
    const { provider, pass, count } = connect(vendor);

    await provider.listZones();
    pass(15 * 60_000 - 1);
    await provider.listZones();
    expect(count("/zones")).toBe(1);

    pass(1);
    const { fetchedAt } = await provider.listZones();
    expect(count("/zones")).toBe(2);
    expect(fetchedAt).toEqual(new Date("2026-09-15T12:15:00.000Z"));
  });

  it("is requested again with refresh", async () => {
    const { provider, count } = connect(vendor);

    await provider.listZones();
    await provider.listZones({ refresh: true });

    expect(count("/zones")).toBe(2);
  });

  it("is requested once by many concurrent calls", async () => {
    const { provider, count } = connect(vendor);

    await Promise.all([
      ...Array.from({ length: 20 }, () => provider.listZones()),
      provider.registerMany(manyRegistrations(5, { target: "101" })),
    ]);

    expect(count("/zones")).toBe(1);
  });

  it("is requested again for a zone that may be new, but not for every permit", async () => {
    let zones = [record(DOWNTOWN, "101", "Downtown Lot")];
    const { provider, pass, count } = connect(vendor, { instead: pages(() => ({ data: zones })) });
    await provider.listZones();
    zones = [...zones, record(LIBRARY, "102", "Library")];

    const tooSoon = await failureOf(() => provider.register(sampleRegistration({ target: "102" })));
    expect([tooSoon.code, count("/zones")]).toEqual(["invalid_input", 1]);

    pass(61_000);
    await provider.register(sampleRegistration({ target: "102" }));
    expect(count("/zones")).toBe(2);
  });

  it("that fails is requested again by the next call, and by a retry", async () => {
    const { provider, faults, count } = connect(vendor, { provider: { retries: 0 } });
    faults.add({ kind: "status", status: 503, path: "/zones" });

    expect((await failureOf(() => provider.listZones())).code).toBe("unavailable");
    expect((await provider.listZones()).complete).toBe(true);
    expect(count("/zones")).toBe(2);
  });
});

describe("checkConnection", () => {
  it("says how many zones there are, and always requests them", async () => {
    const { provider, count } = connect(vendor);
    await provider.listZones();

    expect(await provider.checkConnection()).toEqual({
      status: "connected",
      message: "Passport accepts the credentials and shows 2 zones.",
    });
    expect(count("/zones")).toBe(2);
  });

  it("fails when the credentials are refused", async () => {
    const { provider } = connect(vendor, { provider: { clientSecret: "wrong" } });

    expect(await failureOf(() => provider.checkConnection())).toMatchObject({
      code: "unauthorized",
      operation: "checkConnection",
      status: 401,
    });
  });
});

describe("validateMapping", () => {
  it("uses the provider's id, operator and kind of zones", async () => {
    const { provider } = connect(vendor, { provider: { id: "passport-east" } });
    const company = {
      id: "university",
      name: "University",
      providers: { "passport-east": { enabled: true } },
    };
    const location = {
      id: "downtown",
      companyId: "university",
      name: "Downtown Lot",
      providers: { "passport-east": { enabled: true, target: DOWNTOWN } },
    };

    const report = provider.validateMapping({
      company,
      locations: [location],
      zones: await provider.listZones(),
      providerId: provider.id,
    });

    expect(report).toMatchObject({ ok: true, verified: true });
  });
});
