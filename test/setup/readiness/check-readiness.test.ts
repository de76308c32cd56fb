import { describe, expect, it, vi } from "vitest";
import type { Company, Location } from "../../../src/core/directory/directory.ts";
import type { EnforcementProvider } from "../../../src/core/provider.ts";
import { memoryEvidence } from "../../../src/setup/evidence/evidence.ts";
import { checkReadiness } from "../../../src/setup/readiness/check-readiness.ts";
import type { ReadinessOptions, ReadinessReport } from "../../../src/setup/readiness/readiness.ts";
import { runTestPlate } from "../../../src/setup/test-plate/run-test-plate.ts";
import { createPassportProvider } from "../../../src/vendors/passport/provider.ts";
import { failureOf } from "../../support/registrations.ts";
import { createCampus } from "../campus.ts";
import { COMPANY, LOCATIONS, OPERATOR_ID, SPOTS, STATIONS } from "../campus-data.ts";

/** The requirement table in short form. */
function table(report: ReadinessReport): Record<string, string> {
  return Object.fromEntries(report.requirements.map(({ id, state }) => [id, state]));
}

function rowOf(report: ReadinessReport, id: string) {
  const row = report.requirements.find((requirement) => requirement.id === id);
  if (row === undefined) throw new Error(`There is no requirement ${id}.`);
  return row;
}

/** The campus with everything at one vendor in order, including the test plate seen at the first two locations. */
async function createReadyCampus(vendor: "passport" | "hotspot" | "flex") {
  const campus = createCampus();
  const { place, evidence, permits, handler, credentials, clock } = campus;
  const provider = campus[vendor];
  for (const locationId of ["lot-a", "lot-b"]) {
    const common = { ...place(provider as EnforcementProvider, locationId), evidence, confirm: () => true };
    if (vendor === "flex") {
      await runTestPlate({ ...common, provider: campus.flex, permits, lookup: { handler, credentials } });
    } else await runTestPlate({ ...common, provider: campus[vendor] });
  }
  clock.advance(3 * 60_000);
  const options: ReadinessOptions = {
    provider,
    company: campus.company,
    locations: campus.locations,
    evidence,
    clock,
    ...{
      passport: {},
      hotspot: { vendorSays: { spotIds: SPOTS } },
      flex: {
        vendorSays: { stations: STATIONS },
        lookup: { handler, credentials },
        confirmed: ["mobile-payment-vendor", "odc-task"],
      },
    }[vendor],
  };
  return { ...campus, options };
}

/** A location with changes for one provider. */
function withEntry(providerId: string, entry: object, [first] = LOCATIONS): Location {
  if (first === undefined) throw new Error("There is a location.");
  const { [providerId]: present, ...others } = first.providers;
  return { ...first, providers: { ...others, [providerId]: { enabled: true, ...present, ...entry } } };
}

describe("checkReadiness", () => {
  it.each(["passport", "hotspot", "flex"] as const)(
    "reports %s when everything is in order",
    async (vendor) => {
      const { options } = await createReadyCampus(vendor);
      const { mapping, ...report } = await checkReadiness(options);
      expect(mapping).toMatchObject({ ok: true, verified: true });
      expect(report.ready).toBe(true);
      expect(report).toMatchSnapshot();
    },
  );

  it.each(["passport", "hotspot", "flex"] as const)("reports %s when nothing is done yet", async (vendor) => {
    const campus = createCampus();
    const { clock, evidence } = campus;
    const provider = campus[vendor] as EnforcementProvider;
    const company: Company = { id: "fundy", name: "University of Fundy", providers: {} };
    const locations = LOCATIONS.map((location) => ({ ...location, providers: {} }));
    const { mapping, ...report } = await checkReadiness({ provider, company, locations, clock, evidence });
    expect(mapping.ok).toBe(true);
    expect(report.ready).toBe(false);
    expect(report).toMatchSnapshot();
  });

  it("names the requirements in the guide's order, unknown or missing", async () => {
    const { options } = await createReadyCampus("flex");
    const { lookup: _, ...withoutEndpoint } = options;
    // The test plate was not seen either; that requirement comes last.
    const report = await checkReadiness({ ...withoutEndpoint, evidence: memoryEvidence() });
    expect(table(report)).toMatchObject({ "endpoint-url": "unknown", "test-plate": "missing" });
    expect(report.summary).toContain("Next: Endpoint URL, whose state is not known. Mount the permit lookup");
    const off = { ...options, company: { ...options.company, providers: {} } };
    expect((await checkReadiness(off)).summary).toContain("Next: Integration switched on. Switch");
  });

  it("has one row for each id, and counts in the singular and the plural", async () => {
    const { options } = await createReadyCampus("hotspot");
    const [first] = options.locations;
    if (first === undefined) throw new Error("It has locations.");
    const one = await checkReadiness({ ...options, locations: [first] });
    expect(rowOf(one, "switches").findings).toEqual([
      "It is on for University of Fundy and for 1 of 1 location.",
    ]);
    const twice = await checkReadiness({ ...options, locations: [first, { ...first, name: "Again" }] });
    expect(twice.locations.map(({ name }) => name)).toEqual([first.name]);
    expect(twice.locations[0]?.issues.map(({ code }) => code)).toContain("location_id_duplicate");
  });

  it("changes nothing at the vendor or at the host", async () => {
    const { options, shown, sandbox, evidence } = await createReadyCampus("passport");
    const [before, records] = [sandbox.passport.events.length, await evidence.list()];
    await checkReadiness(options);
    expect(sandbox.passport.events).toHaveLength(before);
    expect(await evidence.list()).toEqual(records);
    expect(shown()).toEqual({ passport: 0, hotspot: 0, flex: 0 });
  });
});

describe("credentials and operator", () => {
  it("are missing when the vendor refuses the client; later requirements are blocked", async () => {
    const { options, sandbox } = await createReadyCampus("passport");
    sandbox.passport.setClientSecret("rotated");
    const report = await checkReadiness(options);
    expect(table(report)).toMatchObject({
      "api-client": "missing",
      "operator-id": "blocked",
      "zones-synced": "blocked",
      "zones-matched": "blocked",
      "zone-names": "blocked",
      "test-plate": "done",
    });
    expect(rowOf(report, "api-client")).toMatchObject({
      findings: [expect.stringContaining("401")],
      next: expect.stringContaining("Ask Passport"),
    });
    expect(rowOf(report, "zones-synced")).toMatchObject({
      blockedBy: ["Operator ID"],
      next: "First: Operator ID.",
    });
    expect(report.ready).toBe(false);
  });

  it("are distinguished: an authenticated client may still name a wrong operator", async () => {
    const { options, sandbox, clock } = await createReadyCampus("passport");
    const { clientId, clientSecret, fetch } = sandbox.passport;
    const provider = createPassportProvider({
      operatorId: OPERATOR_ID.replace("c1", "d2"),
      clientId,
      clientSecret,
      clock,
      retries: 0,
      baseUrl: "https://sandbox.test/passport",
      fetch: fetch as typeof globalThis.fetch,
    });
    const report = await checkReadiness({ ...options, provider });
    expect(table(report)).toMatchObject({ "api-client": "done", "operator-id": "missing" });
    const { email } = rowOf(report, "operator-id");
    expect(email).toMatchObject({ to: "vendor", subject: "Operator ID of University of Fundy" });
    expect(email?.body).not.toMatch(/\{\w+\}/);
  });

  it("are missing when HotSpot refuses the token, and requested only once", async () => {
    const { options, sandbox } = await createReadyCampus("hotspot");
    sandbox.hotspot.setToken("another");
    const before = sandbox.hotspot.requests.length;
    const report = await checkReadiness(options);
    expect(table(report)).toMatchObject({ "endpoint-and-token": "missing", "spot-ids": "done" });
    expect(sandbox.hotspot.requests).toHaveLength(before + 1);
  });
});

describe("a vendor that is down", () => {
  it.each([
    ["breaks the connection", { kind: "reset-before" }, "connection to the vendor failed"],
    ["is unavailable", { kind: "status", status: 503 }, "503"],
    ["shows a web page", { kind: "html" }, "page instead of JSON"],
  ] as const)("is unknown when it %s, with the error's message", async (_, fault, words) => {
    const { options, sandbox } = await createReadyCampus("passport");
    sandbox.passport.expireTokens();
    sandbox.passport.faults.add({ ...fault, times: Number.POSITIVE_INFINITY });
    const report = await checkReadiness(options);
    expect(table(report)).toMatchObject({ "api-client": "unknown", "operator-id": "unknown" });
    expect(rowOf(report, "operator-id").findings).toEqual([expect.stringContaining(words)]);
    expect(table(report)).toMatchObject({ "zones-synced": "unknown", "zones-matched": "unknown" });
    expect(report.ready).toBe(false);
  });

  it("is to be checked again later, without an e-mail to the vendor", async () => {
    const { options, sandbox } = await createReadyCampus("passport");
    sandbox.passport.faults.add({ kind: "status", status: 503, times: Number.POSITIVE_INFINITY });
    const report = await checkReadiness(options);
    expect(rowOf(report, "api-client").next).toBe("Check again later: the check could not be completed now.");
  });

  it("does not block the report when it never answers", async () => {
    const { options, passport } = await createReadyCampus("passport");
    const silent = {
      ...passport,
      capabilities: passport.capabilities,
      checkConnection: () => new Promise<never>(() => {}),
    };
    const report = await checkReadiness({ ...options, provider: silent, deadlineMs: 20 });
    expect(rowOf(report, "operator-id")).toMatchObject({
      state: "unknown",
      findings: ["Passport OpsMan gave no answer within 20 ms."],
    });
  });

  it("is unknown too when a provider throws a foreign error, and nothing of it is shown", async () => {
    const { options, passport } = await createReadyCampus("passport");
    const checkConnection = () => Promise.reject(new Error("Bearer secret-token"));
    const broken = { ...passport, capabilities: passport.capabilities, checkConnection };
    const report = await checkReadiness({ ...options, provider: broken });
    expect(rowOf(report, "operator-id").state).toBe("unknown");
    expect(JSON.stringify(report)).not.toContain("secret-token");
  });
});

describe("the locations", () => {
  it("may be any iterable that can be read once", async () => {
    const { options } = await createReadyCampus("hotspot");
    function* once() {
      yield* LOCATIONS;
    }
    const { ready, mapping, locations } = await checkReadiness({ ...options, locations: once() });
    expect(mapping.summary).toMatchObject({ locations: 3, matched: 3 });
    expect(locations).toHaveLength(3);
    expect(ready).toBe(true);
  });
});

describe("zones", () => {
  it("are missing where Passport shows none", async () => {
    const { options, passport, clock } = await createReadyCampus("passport");
    const listZones = async () => ({ zones: [], complete: true, fetchedAt: clock() });
    const empty = { ...passport, capabilities: passport.capabilities, listZones };
    const report = await checkReadiness({ ...options, provider: empty });
    expect(rowOf(report, "zones-synced")).toMatchObject({ state: "missing" });
    expect(rowOf(report, "zones-synced").findings).toEqual([
      "Passport OpsMan shows no zone of this operator.",
    ]);
  });

  it("are unknown where the list may be cut, and so are the requirements that depend on it", async () => {
    const { options, passport, clock } = await createReadyCampus("passport");
    const listZones = async () => ({ zones: [], complete: false, fetchedAt: clock() });
    const cut = { ...passport, capabilities: passport.capabilities, listZones };
    const report = await checkReadiness({ ...options, provider: cut });
    expect(table(report)).toMatchObject({ "zones-synced": "unknown", "zones-matched": "unknown" });
  });

  it("that were passed in are not fetched", async () => {
    const { options, passport, clock } = await createReadyCampus("passport");
    const listZones = vi.fn(passport.listZones);
    const watched = { ...passport, capabilities: passport.capabilities, listZones };
    const zones = [{ id: LOCATIONS[0]?.providers["passport"]?.target ?? "", name: "Lot A" }];
    const report = await checkReadiness({ ...options, provider: watched, vendorSays: { zones } });
    expect(listZones).not.toHaveBeenCalled();
    expect(table(report)).toMatchObject({ "zones-synced": "done", "zones-matched": "missing" });
    // A list with fetchedAt is reported with its age.
    const fetchedAt = new Date(clock().getTime() - 50 * 60 * 60_000);
    const list = { zones, complete: true, fetchedAt };
    const aged = await checkReadiness({ ...options, provider: watched, vendorSays: { zones: list } });
    expect(rowOf(aged, "zones-synced").findings).toEqual([
      "The list from Passport OpsMan was fetched 2 days ago.",
    ]);
  });
});

describe("the mapping", () => {
  it("is missing with the messages of its issues, each under its requirement", async () => {
    const { options } = await createReadyCampus("flex");
    const stations = [
      { description: "Lot  A", stationLocation: "Lot A", zone: "Lot A" },
      { description: "Lot B", stationLocation: "", zone: "Lot B" },
      { description: "Lot C", stationLocation: "Lot C", zone: "core zone" },
    ];
    const report = await checkReadiness({ ...options, vendorSays: { stations } });
    expect(table(report)).toMatchObject({
      "mobile-payment-stations": "missing",
      "station-locations": "blocked",
      "zone-names": "blocked",
      // A person has confirmed it, and no check contradicts.
      "odc-task": "done",
    });
    expect(rowOf(report, "mobile-payment-stations").findings[0]).toContain("Lot [U+0020]A");
    const fixed = await checkReadiness({
      ...options,
      vendorSays: {
        stations: stations.map((station, index) =>
          index === 0 ? { ...station, description: "Lot A" } : station,
        ),
      },
    });
    expect(table(fixed)).toMatchObject({
      "mobile-payment-stations": "done",
      "station-locations": "missing",
      "zone-names": "missing",
    });
    expect(rowOf(fixed, "zone-names").findings[0]).toContain("core zone");
  });

  it("is unknown without a list from the vendor, and without the column that it needs", async () => {
    const { options } = await createReadyCampus("flex");
    const { vendorSays: _, ...without } = options;
    expect(table(await checkReadiness(without))).toMatchObject({
      "mobile-payment-stations": "unknown",
      "station-locations": "unknown",
      "zone-names": "unknown",
    });
    const stations = STATIONS.map(({ description }) => ({ description }));
    const report = await checkReadiness({ ...options, vendorSays: { stations } });
    expect(table(report)).toMatchObject({
      "mobile-payment-stations": "done",
      "station-locations": "unknown",
      "zone-names": "unknown",
    });
    expect(rowOf(report, "station-locations").findings[0]).toContain('"stationLocation"');
  });

  it("compares the zones of the stations with the list of zones and lots", async () => {
    const { options } = await createReadyCampus("flex");
    const stations = STATIONS.map(({ zone: _, ...station }) => station);
    const withZones = (zones: readonly string[]) =>
      checkReadiness({ ...options, vendorSays: { stations, zones } });
    const report = await withZones(["Lot A", "Lot B", "Core Zone"]);
    expect(table(report)).toMatchObject({ "station-locations": "done", "zone-names": "done" });
    expect(report.ready).toBe(true);
    const wrong = await withZones(["Lot A", "Lot B", "Quarry"]);
    expect(rowOf(wrong, "zone-names")).toMatchObject({
      state: "missing",
      findings: [expect.stringContaining("Core Zone")],
    });
  });

  it("reports nothing about zone names where no location has one of its own", async () => {
    const { options } = await createReadyCampus("flex");
    const locations = LOCATIONS.map(({ zoneName: _, ...location }) => location);
    const stations = STATIONS.map(({ zone: _, ...station }) => station);
    const report = await checkReadiness({ ...options, locations, vendorSays: { stations } });
    expect(rowOf(report, "zone-names")).toMatchObject({
      state: "done",
      findings: ["No location has a zone name of its own."],
    });
  });

  it("requests the SpotIDs by e-mail, one line for each location", async () => {
    const { options } = await createReadyCampus("hotspot");
    const [, second, third] = LOCATIONS;
    const fresh = { ...withEntry("hotspot", {}), providers: { hotspot: { enabled: true } } };
    const locations = [fresh, second, third].filter((one) => one !== undefined);
    const report = await checkReadiness({ ...options, locations });
    expect(rowOf(report, "spot-ids")).toMatchObject({ state: "missing", email: { to: "operator" } });
    expect(rowOf(report, "spot-ids").email?.body).toContain("\n- Lot A:\n- Lot B: 15320\n- Lot C: 00417\n");
  });

  it("keeps HotSpot's company token optional, and has an e-mail that requests it", async () => {
    const { options } = await createReadyCampus("hotspot");
    const report = await checkReadiness(options);
    expect(rowOf(report, "company-token")).toMatchObject({ state: "missing", optional: true });
    expect(rowOf(report, "company-token").email?.body).toContain("University of Fundy");
    expect(report.ready).toBe(true);
  });

  it("is not ready with an error that belongs to no requirement", async () => {
    const { options } = await createReadyCampus("hotspot");
    const [first] = LOCATIONS;
    const stranger = { ...withEntry("hotspot", {}, [first as Location]), companyId: "moncton", id: "lot-x" };
    const report = await checkReadiness({ ...options, locations: [...LOCATIONS, stranger] });
    expect(report).toMatchObject({ ready: false, summary: expect.stringContaining("1 error") });
    expect(report.locations.map(({ locationId }) => locationId)).toEqual(["lot-a", "lot-b", "lot-c"]);
  });

  it("reports input that cannot be read, and never throws because of it", async () => {
    const { options } = await createReadyCampus("passport");
    const locations = [...LOCATIONS, { id: "lot-y", surprise: true }, null] as never;
    const report = await checkReadiness({ ...options, locations });
    expect(report.mapping.issues.map(({ code }) => code)).toContain("input_invalid");
    expect(rowOf(report, "zones-matched").state).toBe("unknown");
    expect(report.locations).toHaveLength(3);
  });
});

describe("the host's own endpoint", () => {
  const lookupOf = async (change: (campus: Awaited<ReturnType<typeof createReadyCampus>>) => object) => {
    const campus = await createReadyCampus("flex");
    return checkReadiness({ ...campus.options, lookup: change(campus) as never });
  };

  it("is done when it accepts its credentials and refuses wrong ones", async () => {
    const { options } = await createReadyCampus("flex");
    const report = await checkReadiness(options);
    expect(table(report)).toMatchObject({ "endpoint-url": "done", credentials: "done" });
    expect(rowOf(report, "credentials").findings).toEqual([
      "Our endpoint answers its own credentials.",
      "It refuses wrong ones.",
    ]);
  });

  it.each([
    ["api-key", (key: string) => ({ scheme: "api-key", key })],
    ["api-key in a header of its own", (key: string) => ({ scheme: "api-key", key, header: "X-API-Key" })],
  ])("accepts the scheme %s", async (_, toCredential) => {
    const report = await lookupOf(({ handler, credentials }) => ({
      handler,
      credentials: toCredential(credentials.password),
    }));
    expect(table(report)).toMatchObject({ "endpoint-url": "done", credentials: "done" });
  });

  it("is called through fetch where it has a URL", async () => {
    const asked: string[] = [];
    const report = await lookupOf(({ handler, credentials }) => ({
      url: "https://host.test/enforcement/lookup",
      credentials,
      fetch: (request: Request) => {
        asked.push(`${request.method} ${request.url} ${request.redirect}`);
        return handler(request);
      },
    }));
    expect(table(report)).toMatchObject({ "endpoint-url": "done", credentials: "done" });
    expect(asked).toEqual(
      Array.from({ length: 2 }, () => "POST https://host.test/enforcement/lookup manual"),
    );
    expect(rowOf(report, "mobile-payment-vendor").state).toBe("done");
  });

  it("has missing credentials where it refuses its own", async () => {
    const report = await lookupOf(({ handler }) => ({
      handler,
      credentials: { username: "lookup-0", password: "stale" },
    }));
    expect(table(report)).toMatchObject({ "endpoint-url": "done", credentials: "missing" });
    expect(rowOf(report, "credentials").findings).toEqual([
      "Our endpoint refuses its own credentials (401).",
    ]);
  });

  it("has missing credentials when it accepts wrong ones", async () => {
    const report = await lookupOf(({ credentials }) => ({
      handler: async () => Response.json({ sessions: [] }),
      credentials,
    }));
    expect(rowOf(report, "credentials")).toMatchObject({
      state: "missing",
      findings: [expect.stringContaining("everyone can query it")],
    });
  });

  it("has unknown credentials when it is not known whether it refuses wrong ones", async () => {
    const report = await lookupOf(({ handler, credentials }) => ({
      credentials,
      handler: async (request: Request) => {
        const response = await handler(request);
        return response.status === 401 ? new Response(null, { status: 429 }) : response;
      },
    }));
    expect(rowOf(report, "credentials")).toMatchObject({
      state: "unknown",
      findings: [expect.stringContaining("refuses wrong credentials is not known")],
    });
  });

  it.each<[string, () => Promise<Response>, string]>([
    [
      "does not exist",
      () => Promise.reject(Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNREFUSED" } })),
      "ECONNREFUSED",
    ],
    ["answers 404", async () => new Response("Not here", { status: 404 }), "status 404"],
    ["shows a web page", async () => new Response("<!doctype html>"), "not a list of sessions"],
    [
      "redirects",
      async () => new Response(null, { status: 302, headers: { location: "/login" } }),
      "status 302",
    ],
  ])("is missing when it %s, and its credentials are blocked", async (_, handler, words) => {
    const report = await lookupOf(({ credentials }) => ({ handler, credentials }));
    expect(table(report)).toMatchObject({ "endpoint-url": "missing", credentials: "blocked" });
    expect(rowOf(report, "endpoint-url").findings).toEqual([expect.stringContaining(words)]);
  });

  it("is unknown when it never answers", async () => {
    const { options, credentials } = await createReadyCampus("flex");
    const lookup = { handler: () => new Promise<Response>(() => {}), credentials };
    const report = await checkReadiness({ ...options, lookup, deadlineMs: 20 });
    expect(rowOf(report, "endpoint-url")).toMatchObject({
      state: "unknown",
      findings: ["Our endpoint gave no answer within 20 ms."],
    });
  });

  it("is not called over plain http", async () => {
    const fetch = vi.fn();
    const report = await lookupOf(({ credentials }) => ({
      url: "http://host.test/lookup",
      credentials,
      fetch,
    }));
    expect(fetch).not.toHaveBeenCalled();
    expect(rowOf(report, "endpoint-url")).toMatchObject({
      state: "missing",
      findings: [expect.stringContaining("must be https")],
    });
  });

  it("never shows a secret in the report", async () => {
    const { options, credentials } = await createReadyCampus("flex");
    for (const lookup of [options.lookup, { url: "https://127.0.0.1:1/", credentials }]) {
      expect(JSON.stringify(await checkReadiness({ ...options, lookup } as never))).not.toContain(
        credentials.password,
      );
    }
  });
});

describe("locations", () => {
  const rows = (report: ReadinessReport) =>
    report.locations.map(({ locationId, stage, reached, next }) => [locationId, stage, reached, next]);

  it("go from setup through testing to live", async () => {
    const { options } = await createReadyCampus("passport");
    const [a, b, c] = LOCATIONS;
    const locations = [
      withEntry("passport", { stage: "live" }, [a as Location]),
      withEntry("passport", { stage: "testing" }, [b as Location]),
      withEntry("passport", { stage: "live" }, [c as Location]),
      { ...withEntry("passport", { target: "nowhere" }), id: "lot-d", name: "Lot D" },
      { ...withEntry("passport", { enabled: false }), id: "lot-e", name: "Lot E" },
    ];
    expect(rows(await checkReadiness({ ...options, locations }))).toEqual([
      ["lot-a", "live", "live", null],
      ["lot-b", "testing", "live", 'Set its stage to "live".'],
      ["lot-c", "live", "testing", expect.stringContaining("never seen here as it is mapped now")],
      ["lot-d", "testing", "setup", expect.stringContaining("nowhere")],
      ["lot-e", "testing", "setup", null],
    ]);
  });

  it("show when the test plate was seen, by whom, and how long ago", async () => {
    const { options } = await createReadyCampus("hotspot");
    const [first] = (await checkReadiness(options)).locations;
    expect(first?.testPlate).toEqual({
      seen: true,
      by: "person",
      at: new Date("2026-09-15T12:00:00Z"),
      ageMs: 180_000,
      leftOpen: false,
    });
  });

  it("do not count a test plate that was seen under another target", async () => {
    const { options } = await createReadyCampus("hotspot");
    const locations = [withEntry("hotspot", { target: "99999" }), ...LOCATIONS.slice(1)];
    const report = await checkReadiness({
      ...options,
      locations,
      vendorSays: { spotIds: [...SPOTS, "99999"] },
    });
    expect(report.locations[0]).toMatchObject({ reached: "testing", testPlate: null });
    expect(rowOf(report, "test-plate").findings).toEqual([
      "Locations where the test plate was seen: 1; wanted to go live: 2.",
    ]);
  });

  it("use the last run that looked for the plate", async () => {
    const { options, hotspot, place, evidence, clock } = await createReadyCampus("hotspot");
    const run = (confirm: () => boolean) =>
      runTestPlate({ provider: hotspot, ...place(hotspot), evidence, confirm });
    await failureOf(() =>
      run(() => {
        throw new Error("gone home");
      }),
    );
    expect((await checkReadiness(options)).locations[0]?.testPlate?.seen).toBe(true);
    clock.advance(1_000);
    await run(() => false);
    const report = await checkReadiness(options);
    expect(report.locations[0]).toMatchObject({ reached: "testing", testPlate: { seen: false } });
    expect(report.locations[0]?.next).toContain("was not seen here");
    expect(table(report)["test-plate"]).toBe("missing");
  });

  it("show that a test plate may still be valid", async () => {
    const { options, hotspot, place, evidence, sandbox } = await createReadyCampus("hotspot");
    sandbox.hotspot.faults.add({ kind: "reset-before", path: "/cancel" });
    await runTestPlate({ provider: hotspot, ...place(hotspot), evidence, confirm: () => true });
    const report = await checkReadiness(options);
    expect(report.locations[0]).toMatchObject({ testPlate: { leftOpen: true } });
    expect(report.locations[0]?.next).toContain("sweepTestPlates()");
  });

  it("show when only the company is switched off", async () => {
    const { options } = await createReadyCampus("hotspot");
    const company = { ...COMPANY, providers: { ...COMPANY.providers, hotspot: { enabled: false } } };
    const report = await checkReadiness({ ...options, company });
    expect(rowOf(report, "switches")).toMatchObject({
      state: "missing",
      findings: ["It is switched off for University of Fundy."],
    });
    expect(report.locations[0]).toMatchObject({ enabled: false, reached: "setup" });
    expect(report.locations[0]?.next).toBe("Switch the provider on for the company too.");
  });

  it("need not be two where the company has one", async () => {
    const { options } = await createReadyCampus("passport");
    const report = await checkReadiness({ ...options, locations: LOCATIONS.slice(0, 1) });
    expect(report.ready).toBe(true);
  });

  it("to go live with are missing until one is chosen", async () => {
    const { options } = await createReadyCampus("passport");
    const locations = LOCATIONS.map((location) => withEntry("passport", { stage: "setup" }, [location]));
    const report = await checkReadiness({ ...options, locations });
    expect(rowOf(report, "go-live-locations")).toMatchObject({
      item: "2–3 locations to go live with",
      state: "missing",
      findings: ['Locations at stage "testing" or "live": 0; wanted to go live: 2.'],
    });
  });
});

describe("evidence", () => {
  it("that cannot be read is unknown, with the store's message", async () => {
    const { options } = await createReadyCampus("passport");
    const list = () => [{ v: 1, id: "damaged" }] as never;
    const report = await checkReadiness({ ...options, evidence: { list, save() {} } });
    expect(rowOf(report, "test-plate")).toMatchObject({
      state: "unknown",
      findings: [expect.stringContaining("evidence[0]")],
    });
  });

  it("that is absent leaves the test plate unknown", async () => {
    const { options } = await createReadyCampus("passport");
    const { evidence: _, ...without } = options;
    expect(rowOf(await checkReadiness(without), "test-plate")).toMatchObject({
      state: "unknown",
      findings: ["No evidence of test plates was given."],
    });
  });
});

describe("an existing integration", () => {
  it("is recognised: no second one is needed, and the new locations are to be mapped", async () => {
    const { options } = await createReadyCampus("flex");
    const { existing } = await checkReadiness(options);
    expect(existing).toMatchObject({
      providerId: "t2-flex",
      connectedLocationIds: ["lot-a", "lot-b"],
      newLocationIds: ["lot-c"],
    });
    expect(existing?.message).toContain("you don't need another one");
    expect(existing?.message).toContain("Map the new locations");
    expect(existing?.message).toContain('New: "Lot C".');
  });

  it("does not exist while no location is in use or tested", async () => {
    const { passport, company, clock } = createCampus();
    const options = { provider: passport, company, locations: LOCATIONS, clock };
    expect((await checkReadiness(options)).existing).toBeNull();
    expect((await checkReadiness({ ...options, otherProviders: [passport] })).existing).toBeNull();
  });

  it("is recognised through another provider of the same vendor", async () => {
    const { passport, hotspot, company, clock } = createCampus();
    const second = { ...passport, capabilities: passport.capabilities, id: "passport-2" };
    const options = { provider: second, company, locations: LOCATIONS, clock };
    const { existing } = await checkReadiness({ ...options, otherProviders: [hotspot, passport, second] });
    expect(existing).toMatchObject({ providerId: "passport", newLocationIds: [] });
    expect(existing?.message).toContain('It goes through the provider "passport".');
  });
});

describe("checkReadiness is refused", () => {
  it("when the caller has aborted", async () => {
    const { passport, company } = createCampus();
    const options = { provider: passport, company, locations: LOCATIONS, signal: AbortSignal.abort() };
    expect(await failureOf(() => checkReadiness(options))).toMatchObject({ code: "aborted" });
  });

  it("when the caller aborts during the checks", async () => {
    const { passport, company } = createCampus();
    const abort = new AbortController();
    const checkConnection = () => {
      abort.abort();
      return new Promise<never>(() => {});
    };
    const provider = { ...passport, capabilities: passport.capabilities, checkConnection };
    const options = { provider, company, locations: LOCATIONS, signal: abort.signal };
    expect(await failureOf(() => checkReadiness(options))).toMatchObject({ code: "aborted" });
  });

  it.each<[Record<string, unknown>, string]>([
    [{ provider: undefined }, "provider"],
    [{ zones: [] }, "checkReadiness options"],
    [{ vendorSays: "zones" }, "vendorSays"],
    [{ confirmed: ["odc"] }, "confirmed[0]"],
    [{ confirmed: "odc-task" }, "confirmed"],
    [{ evidence: {} }, "evidence"],
    [{ company: {} }, "company.id"],
    [{ locations: 7 }, "locations"],
    [{ deadlineMs: -1 }, "deadlineMs"],
    [{ signal: true }, "signal"],
    [{ otherProviders: {} }, "otherProviders"],
  ])("for %j", async (change, field) => {
    const { passport, company } = createCampus();
    const options = { provider: passport, company, locations: LOCATIONS, ...change };
    const failure = await failureOf(() => checkReadiness(options as never));
    expect(failure).toMatchObject({ code: "invalid_input", field });
  });
});
