import { describe, expect, it, vi } from "vitest";
import { EnforcementError } from "../../../src/core/errors.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import {
  type EvidenceStore,
  memoryEvidence,
  type TestPlateEvidence,
} from "../../../src/setup/evidence/evidence.ts";
import { runTestPlate } from "../../../src/setup/test-plate/run-test-plate.ts";
import { sweepTestPlates } from "../../../src/setup/test-plate/sweep-test-plates.ts";
import type { TestPlateSight } from "../../../src/setup/test-plate/test-plate.ts";
import { createHandheld } from "../../../src/vendors/t2-flex/sandbox/sandbox.ts";
import { BUILT_IN_DIALECTS } from "../../support/built-in-dialects.ts";
import { failureOf } from "../../support/registrations.ts";
import { createCampus, NOTHING_SHOWN } from "../campus.ts";
import { SPOTS, ZONES } from "../campus-data.ts";

const LOTS = ["lot-a", "lot-b", "lot-c"];

describe("a run of the test plate", () => {
  it.each(LOTS)("is read back from Passport at %s, and is gone afterwards", async (locationId) => {
    const { passport, place, evidence, shown, sandbox } = createCampus();
    const result = await runTestPlate({ provider: passport, ...place(passport, locationId), evidence });
    expect(result).toMatchObject({
      providerId: "passport",
      companyId: "fundy",
      locationId,
      plate: "TEST123",
      seen: true,
      seenBy: "vendor",
      gone: true,
      cancelled: true,
      target: ZONES[LOTS.indexOf(locationId)]?.id,
    });
    expect(result.message).toContain("was seen at");
    expect(sandbox.passport.events.map(({ type }) => type)).toEqual([
      "parking_session_started",
      "parking_session_stopped",
    ]);
    expect([...sandbox.passport.sessions.values()]).toMatchObject([{ plate: "TEST123", state: "NB" }]);
    expect(shown()).toEqual(NOTHING_SHOWN);
    expect(await evidence.list()).toEqual([result.evidence]);
  });

  it.each(LOTS)("is seen in HotSpot at %s by a person, and is gone afterwards", async (locationId) => {
    const { hotspot, place, evidence, shown, sandbox, clock } = createCampus();
    const asked: TestPlateSight[] = [];
    const result = await runTestPlate({
      provider: hotspot,
      ...place(hotspot, locationId),
      evidence,
      confirm(sight) {
        asked.push(sight);
        const query = { spotId: sight.target, plate: sight.plate, at: clock() };
        return sandbox.hotspot.findPermits(query).length === 1;
      },
    });
    expect(asked).toMatchObject([
      {
        providerId: "hotspot",
        title: "HotSpot",
        plate: "TEST123",
        company: { id: "fundy" },
        location: { id: locationId },
        target: SPOTS[LOTS.indexOf(locationId)],
        until: new Date("2026-09-15T13:00:00Z"),
      },
    ]);
    expect(result).toMatchObject({ seen: true, seenBy: "person", gone: null, cancelled: true });
    expect(shown()).toEqual(NOTHING_SHOWN);
  });

  it.each(LOTS)(
    "is found through the host's endpoint for T2 Flex at %s, and then by a handheld",
    async (locationId) => {
      const { flex, place, evidence, shown, permits, handler, credentials } = createCampus();
      const handheld = createHandheld({
        url: "https://host.test/lookup",
        credential: { scheme: "basic", ...credentials },
        fetch: (input, init) => handler(new Request(input, init)),
      });
      const result = await runTestPlate({
        provider: flex,
        ...place(flex, locationId),
        evidence,
        permits,
        lookup: { handler, credentials },
        confirm: async ({ plate, location }) =>
          (await handheld.lookup({ plate, locationId: location.id })).shows === "permit",
      });
      expect(result).toMatchObject({ seen: true, seenBy: "person", gone: true, cancelled: true });
      expect(result.evidence.sightings.map(({ by, seen }) => [by, seen])).toEqual([
        ["endpoint", true],
        ["person", true],
      ]);
      expect(shown()).toEqual(NOTHING_SHOWN);
    },
  );

  it.each(["offstreet", "iris", "genetec"] as const)(
    "calls the host's endpoint in the dialect %s",
    async (dialect) => {
      const campus = createCampus();
      const { createT2FlexProvider } = await import("../../../src/vendors/t2-flex/provider.ts");
      const { createPermitLookupHandler } = await import("../../../src/lookup/handler.ts");
      const { basicAuth } = await import("../../../src/lookup/auth/authorizers.ts");
      const { issueCredentials } = await import("../../../src/lookup/auth/issue-credentials.ts");
      const { directory, permits, evidence, clock } = campus;
      const provider = createT2FlexProvider({ dialect: BUILT_IN_DIALECTS[dialect] });
      const { username, password, stored } = issueCredentials({ companyId: "fundy" });
      const handler = createPermitLookupHandler({
        provider,
        directory,
        findPermits: permits.findPermits,
        clock,
        authorize: basicAuth({ find: () => stored }),
      });
      const lookup = { handler, credentials: { username, password } };
      const options = { provider, directory, companyId: "fundy", locationId: "lot-b", evidence, clock };
      expect(await runTestPlate({ ...options, permits, lookup })).toMatchObject({ seen: true, gone: true });
      const hidden = { set: () => true, remove: () => true };
      expect(await runTestPlate({ ...options, permits: hidden, lookup })).toMatchObject({ seen: false });
    },
  );

  it("does not mistake another permit of the same plate for its own", async () => {
    const { flex, place, evidence, permits, handler, credentials, clock } = createCampus();
    permits.set({
      id: "P-1",
      companyId: "fundy",
      plates: [parsePlate("TEST123")],
      locationIds: ["lot-a"],
      validFrom: clock(),
      validTo: null,
      revision: 1,
    });
    const lookup = { handler, credentials };
    const options = { provider: flex, ...place(flex), evidence, lookup };
    expect(await runTestPlate({ ...options, permits })).toMatchObject({ seen: true, gone: true });
    const hidden = { set: () => true, remove: () => true };
    expect(await runTestPlate({ ...options, permits: hidden })).toMatchObject({ seen: false, gone: true });
    expect(permits.size).toBe(1);
  });

  it("writes a record before anything is sent, and the receipt as soon as there is one", async () => {
    const { passport, place, sandbox } = createCampus();
    const kept: { events: number; state: string; receipt: boolean; sightings: number }[] = [];
    const evidence: EvidenceStore = {
      list: () => [],
      save({ state, trace, sightings }) {
        const receipt = trace.delivery === "push" && trace.receipt !== undefined;
        kept.push({ events: sandbox.passport.events.length, state, receipt, sightings: sightings.length });
      },
    };
    await runTestPlate({ provider: passport, ...place(passport), evidence });
    expect(kept).toEqual([
      { events: 0, state: "open", receipt: false, sightings: 0 },
      { events: 1, state: "open", receipt: true, sightings: 0 },
      { events: 2, state: "closed", receipt: true, sightings: 1 },
    ]);
  });

  it("sends nothing when the record cannot be saved", async () => {
    const { passport, place, sandbox } = createCampus();
    const full = new EnforcementError("unavailable", "evidence file: cannot be written (ENOSPC).");
    const evidence: EvidenceStore = { list: () => [], save: () => Promise.reject(full) };
    const failure = await failureOf(() => runTestPlate({ provider: passport, ...place(passport), evidence }));
    expect(failure).toBe(full);
    expect(sandbox.passport.requests).toEqual([]);
  });

  it("is withdrawn when the record cannot be saved later", async () => {
    const { passport, place, sandbox, shown } = createCampus();
    let saves = 0;
    const evidence: EvidenceStore = {
      list: () => [],
      save() {
        saves += 1;
        if (saves > 1)
          throw new EnforcementError("unavailable", "evidence file: cannot be written (ENOSPC).");
      },
    };
    const failure = await failureOf(() => runTestPlate({ provider: passport, ...place(passport), evidence }));
    expect(failure.message).toContain("ENOSPC");
    expect(sandbox.passport.events).toHaveLength(2);
    expect(shown()).toEqual(NOTHING_SHOWN);
  });

  it("accepts another plate, another region and another time", async () => {
    const { passport, place, evidence, sandbox } = createCampus();
    const options = { plate: "go live 9", region: "Maine", minutes: 5 };
    const result = await runTestPlate({ provider: passport, ...place(passport), evidence, ...options });
    expect(result.plate).toBe("GOLIVE9");
    expect([...sandbox.passport.sessions.values()]).toMatchObject([{ plate: "GOLIVE9", state: "ME" }]);
    expect(result.evidence.endsAt).toBe("2026-09-15T12:05:00.000Z");
  });

  it("starts a little earlier, for a vendor whose clock is behind the host's", async () => {
    const { passport, place, evidence, sandbox, clock } = createCampus();
    await runTestPlate({
      provider: passport,
      ...place(passport),
      evidence,
      clock: () => new Date(clock().getTime() + 4 * 60_000),
    });
    expect((await evidence.list())[0]?.sightings).toMatchObject([{ by: "vendor", seen: true }]);
    expect(sandbox.passport.violations).toEqual([]);
  });

  it("asks a person where Passport's account may not read back", async () => {
    const { passport, place, evidence, sandbox, shown } = createCampus();
    sandbox.passport.readBack = false;
    const confirm = vi.fn(() => true);
    const options = { provider: passport, ...place(passport), evidence };
    expect(await runTestPlate({ ...options, confirm })).toMatchObject({ seenBy: "person", gone: null });
    expect(confirm).toHaveBeenCalledTimes(1);
    // Checked before anything is published: without confirm, there is no way to look.
    const failure = await failureOf(() => runTestPlate(options));
    expect(failure).toMatchObject({ code: "invalid_input", field: "confirm" });
    expect(shown()).toEqual(NOTHING_SHOWN);
  });

  it("reports that there was no way to look", async () => {
    const { passport, place, evidence, sandbox, shown } = createCampus();
    sandbox.passport.readBack = false;
    const result = await runTestPlate({ provider: passport, ...place(passport), evidence });
    expect(result).toMatchObject({ seen: false, seenBy: null, cancelled: true });
    expect(result.message).toMatch(/could not be looked for.*give confirm/);
    expect(shown()).toEqual(NOTHING_SHOWN);
  });

  it.each([[false], [undefined], ["yes"]])("counts %j of confirm as not seen", async (answer) => {
    const { hotspot, place, evidence, shown } = createCampus();
    const confirm = () => answer as boolean;
    const result = await runTestPlate({ provider: hotspot, ...place(hotspot), evidence, confirm });
    expect(result).toMatchObject({ seen: false, seenBy: "person", cancelled: true });
    expect(result.message).toContain("was not seen");
    expect(shown()).toEqual(NOTHING_SHOWN);
  });

  it("is withdrawn when confirm throws, and nothing of that error is kept", async () => {
    const { hotspot, place, evidence, shown, sandbox } = createCampus();
    const failure = await failureOf(() =>
      runTestPlate({
        provider: hotspot,
        ...place(hotspot),
        evidence,
        confirm() {
          expect(shown().hotspot).toBe(1);
          throw new Error("secret-of-the-host");
        },
      }),
    );
    expect(failure).toMatchObject({ code: "unavailable", providerId: "hotspot", operation: "runTestPlate" });
    expect(failure.message).toContain("confirm");
    expect(JSON.stringify([failure, await evidence.list()])).not.toContain("secret-of-the-host");
    expect(shown()).toEqual(NOTHING_SHOWN);
    expect([...sandbox.hotspot.permits.values()]).toMatchObject([{ status: "cancelled" }]);
    expect(await evidence.list()).toMatchObject([{ state: "closed", problem: failure.message }]);
  });

  it("is withdrawn when the caller aborts while a person is asked", async () => {
    const { hotspot, place, evidence, shown } = createCampus();
    const abort = new AbortController();
    let given: AbortSignal | undefined;
    const failure = await failureOf(() =>
      runTestPlate({
        provider: hotspot,
        ...place(hotspot),
        evidence,
        signal: abort.signal,
        confirm({ signal }) {
          given = signal;
          expect(shown().hotspot).toBe(1);
          abort.abort();
          return new Promise(() => {});
        },
      }),
    );
    expect(failure.code).toBe("aborted");
    expect(given?.aborted).toBe(true);
    expect(shown()).toEqual(NOTHING_SHOWN);
    expect(await evidence.list()).toMatchObject([{ state: "closed", sightings: [] }]);
  });

  it("is withdrawn when the caller aborts during the registration", async () => {
    const { passport, place, evidence, shown, sandbox } = createCampus();
    const abort = new AbortController();
    sandbox.passport.faults.add({ kind: "timeout-after", path: "/events" });
    const events = vi.waitUntil(() => sandbox.passport.events.length > 0, { interval: 1, timeout: 120_000 });
    const run = failureOf(() =>
      runTestPlate({ provider: passport, ...place(passport), evidence, signal: abort.signal }),
    );
    await events;
    expect(shown().passport).toBe(1);
    abort.abort();
    expect((await run).code).toBe("aborted");
    expect(shown()).toEqual(NOTHING_SHOWN);
    expect(sandbox.passport.sessions.size).toBe(1);
  });

  it("does not start when the caller has already aborted", async () => {
    const { passport, place, evidence, sandbox } = createCampus();
    const failure = await failureOf(() =>
      runTestPlate({ provider: passport, ...place(passport), evidence, signal: AbortSignal.abort() }),
    );
    expect(failure.code).toBe("aborted");
    expect(sandbox.passport.requests).toEqual([]);
    expect(await evidence.list()).toEqual([]);
  });

  it("waits for a person no longer than the test plate is valid", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const { hotspot, place, evidence, shown } = createCampus();
      const asked = Promise.withResolvers<void>();
      const run = failureOf(() =>
        runTestPlate({
          provider: hotspot,
          ...place(hotspot),
          evidence,
          minutes: 10,
          confirm() {
            asked.resolve();
            return new Promise(() => {});
          },
        }),
      );
      await asked.promise;
      await vi.advanceTimersByTimeAsync(10 * 60_000);
      expect(await run).toMatchObject({ code: "timeout" });
      expect(shown()).toEqual(NOTHING_SHOWN);
    } finally {
      vi.useRealTimers();
    }
  });

  it("throws the vendor's refusal, with nothing left behind", async () => {
    const { hotspot, place, evidence, sandbox } = createCampus();
    sandbox.hotspot.setToken("another");
    const confirm = vi.fn(() => true);
    const failure = await failureOf(() =>
      runTestPlate({ provider: hotspot, ...place(hotspot), evidence, confirm }),
    );
    expect(failure).toMatchObject({ code: "unauthorized", outcome: "not_applied" });
    expect(confirm).not.toHaveBeenCalled();
    expect(sandbox.hotspot.permits.size).toBe(0);
    // One refused registration, and no further attempt to withdraw a plate that does not exist.
    expect(sandbox.hotspot.requests).toHaveLength(1);
    expect(await evidence.list()).toMatchObject([{ state: "closed", problem: failure.message }]);
  });

  it("resolves a registration without a reply, and withdraws it", async () => {
    const { passport, place, evidence, sandbox, shown } = createCampus();
    sandbox.passport.faults.add({ kind: "reset-after", path: "/events" });
    const failure = await failureOf(() => runTestPlate({ provider: passport, ...place(passport), evidence }));
    expect(failure).toMatchObject({ code: "unavailable", outcome: "not_applied" });
    expect(sandbox.passport.sessions.size).toBe(1);
    expect(shown()).toEqual(NOTHING_SHOWN);
    expect(await evidence.list()).toMatchObject([{ state: "closed" }]);
  });

  it("reports that it could not be withdrawn, and the sweep withdraws it later", async () => {
    const { hotspot, place, evidence, sandbox, shown, clock } = createCampus();
    sandbox.hotspot.faults.add({ kind: "reset-before", path: "/permits/cancel" });
    const result = await runTestPlate({
      provider: hotspot,
      ...place(hotspot),
      evidence,
      confirm: () => true,
    });
    expect(result).toMatchObject({ seen: true, cancelled: false });
    expect(result.message).toContain("sweepTestPlates()");
    expect(shown().hotspot).toBe(1);
    const swept = await sweepTestPlates({ providers: [hotspot], evidence, clock });
    expect(swept).toMatchObject([{ locationId: "lot-a", end: "cancelled" }]);
    expect(shown()).toEqual(NOTHING_SHOWN);
    expect(await evidence.list()).toMatchObject([{ state: "closed", sightings: [{ seen: true }] }]);
  });

  it("throws with the advice to sweep when it failed and could not be withdrawn", async () => {
    const { passport, place, evidence, sandbox, clock, shown } = createCampus();
    sandbox.passport.faults.add({ kind: "reset-after", path: "/events" });
    sandbox.passport.faults.add({ kind: "reset-before", path: "/events" });
    const failure = await failureOf(() => runTestPlate({ provider: passport, ...place(passport), evidence }));
    expect(failure).toMatchObject({ code: "unavailable", outcome: "unknown" });
    expect(failure.message).toContain("sweepTestPlates()");
    expect(shown().passport).toBe(1);

    clock.advance(60_000);
    const register = vi.fn(passport.register);
    const watched = { ...passport, capabilities: passport.capabilities, register };
    await sweepTestPlates({ providers: [watched], evidence, clock });
    expect(shown()).toEqual(NOTHING_SHOWN);
    // The repeat carries the instant of the first; otherwise it would be another event.
    expect(register.mock.calls.map(([, options]) => options?.at)).toEqual([new Date("2026-09-15T12:00:00Z")]);
  });

  it("stays open when the vendor shows it although it was cancelled", async () => {
    const { passport, place, evidence } = createCampus();
    const rights = [{ target: "x", validFrom: new Date("2026-09-15T11:55:00Z"), validTo: null }];
    const stubborn = { ...passport, capabilities: passport.capabilities, find: async () => rights };
    const result = await runTestPlate({ provider: stubborn, ...place(passport), evidence });
    expect(result).toMatchObject({ seen: true, gone: false, cancelled: false });
    expect(await evidence.list()).toMatchObject([{ state: "open" }]);
  });

  it("says why the host's endpoint does not show it", async () => {
    const { flex, place, evidence, permits, handler, credentials, shown } = createCampus();
    const options = { provider: flex, ...place(flex), evidence, permits };
    const confirm = vi.fn(() => true);
    const wrong = { handler, credentials: { username: credentials.username, password: "no" } };
    expect(await runTestPlate({ ...options, lookup: wrong, confirm })).toMatchObject({
      seen: false,
      gone: null,
      cancelled: true,
      message: expect.stringContaining("refuses its own credentials (401)"),
    });
    const down = {
      url: "https://host.test/lookup",
      credentials,
      fetch: () => Promise.reject(new TypeError("x")),
    };
    expect(await runTestPlate({ ...options, lookup: down, confirm })).toMatchObject({
      seen: false,
      cancelled: true,
      message: expect.stringContaining("cannot be reached"),
    });
    expect(confirm).not.toHaveBeenCalled();
    expect(shown()).toEqual(NOTHING_SHOWN);
  });

  it("removes the test permit when permits.set throws or the host's endpoint never answers", async () => {
    const { flex, place, evidence, permits, handler, credentials } = createCampus();
    const options = { provider: flex, ...place(flex), evidence };
    const removed: string[] = [];
    const broken = {
      set: () => Promise.reject(new Error("database says secret-of-the-host")),
      remove: (id: string) => void removed.push(id),
    };
    const lookup = { handler, credentials };
    const failure = await failureOf(() => runTestPlate({ ...options, permits: broken, lookup }));
    expect(failure.message).not.toContain("secret-of-the-host");
    expect(removed).toEqual([expect.stringMatching(/^test-plate-/)]);
    const silent = { handler: () => new Promise<Response>(() => {}), credentials };
    const silence = await failureOf(() =>
      runTestPlate({ ...options, permits, lookup: silent, deadlineMs: 20 }),
    );
    expect(silence.code).toBe("timeout");
    expect(permits.size).toBe(0);
  });

  it("never shows a plate in an error", async () => {
    const { hotspot, place, evidence, sandbox } = createCampus();
    sandbox.hotspot.faults.add({
      kind: "status",
      status: 422,
      times: 5,
      body: { ErrorCode: 9010, ErrorMessage: "Spot for GXK 204 is full" },
    });
    const failure = await failureOf(() =>
      runTestPlate({
        provider: hotspot,
        ...place(hotspot),
        evidence,
        plate: "GXK204",
        confirm: () => true,
      }),
    );
    expect(JSON.stringify(failure)).not.toMatch(/GXK ?204/);
    expect((await evidence.list())[0]?.problem).not.toMatch(/GXK ?204/);
  });
});

describe("a run is refused before anything is sent", () => {
  it.each<[string, Record<string, unknown>, string]>([
    ["an unknown option", { plates: "TEST123" }, "runTestPlate options"],
    ["an unknown company", { companyId: "moncton" }, "companyId"],
    ["an unknown location", { locationId: "lot-z" }, "locationId"],
    ["a location that is switched off", { locationId: "lot-off" }, "locationId"],
    ["a location without a target", { locationId: "lot-new" }, "locationId"],
    ["no evidence store", { evidence: undefined }, "evidence"],
    ["half an evidence store", { evidence: { list: () => [] } }, "evidence"],
    ["an invalid plate", { plate: "---" }, "plate"],
    ["an invalid region", { region: "Atlantis" }, "region"],
    ["no minutes", { minutes: 0 }, "minutes"],
    ["more than a day", { minutes: 1_441 }, "minutes"],
    ["a confirm that is not a function", { confirm: true }, "confirm"],
    ["no confirm where the vendor cannot be read back", { confirm: undefined }, "confirm"],
    ["an invalid deadline", { deadlineMs: 0 }, "deadlineMs"],
    ["an invalid signal", { signal: {} }, "signal"],
  ])("for %s", async (_, change, field) => {
    const { locations, company } = createCampus();
    const [first] = locations;
    if (first === undefined) throw new Error("There is a location.");
    const off = {
      ...first,
      id: "lot-off",
      name: "Off",
      providers: { hotspot: { enabled: false, target: "1" } },
    };
    const fresh = { ...first, id: "lot-new", name: "New", providers: { hotspot: { enabled: true } } };
    const campus = createCampus({ company, locations: [...locations, off, fresh] });
    const { hotspot, place, evidence, sandbox } = campus;
    const options = { provider: hotspot, ...place(hotspot), evidence, confirm: () => true, ...change };
    const failure = await failureOf(() => runTestPlate(options as never));
    expect(failure).toMatchObject({ code: "invalid_input", field });
    expect(sandbox.hotspot.requests).toEqual([]);
    expect(await evidence.list()).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["no permits", { permits: undefined }, "permits"],
    ["no lookup", { lookup: undefined }, "lookup"],
    ["a lookup over plain http", { lookup: { url: "http://host.test/", credentials: {} } }, "lookup.url"],
    ["a lookup without credentials", { lookup: { url: "https://host.test/" } }, "lookup.credentials"],
  ])("for %s", async (_, change, field) => {
    const { flex, place, evidence, permits } = createCampus();
    const failure = await failureOf(() =>
      runTestPlate({ provider: flex, ...place(flex), evidence, ...change } as never),
    );
    expect(failure.field).toBe(field);
    expect(permits.size).toBe(0);
    expect(await evidence.list()).toEqual([]);
  });

  it("for a dialect of the host's own without a probe", async () => {
    const { flex, place, evidence } = createCampus();
    const { probe: _, ...own } = flex;
    const failure = await failureOf(() => runTestPlate({ provider: own, ...place(flex), evidence } as never));
    expect(failure).toMatchObject({ code: "unsupported", field: "lookup.probe" });
  });
});

describe("evidence of a run", () => {
  it("is plain JSON that a store may keep in any form", async () => {
    const { passport, place, evidence } = createCampus();
    const { evidence: record } = await runTestPlate({ provider: passport, ...place(passport), evidence });
    const copy: TestPlateEvidence = JSON.parse(JSON.stringify(record));
    expect(memoryEvidence([copy]).list()).toEqual([record]);
  });
});
