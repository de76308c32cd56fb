import { describe, expect, it } from "vitest";
import { parsePlate } from "../../src/core/permit/plate.ts";
import { createT2FlexProvider } from "../../src/vendors/t2-flex/provider.ts";
import { careless, lookupRequest, minutes, now, openCampus, permit } from "./campus.ts";
import { probeDialect } from "./probe-dialect.ts";

describe("a plate", () => {
  it("with a permit is valid, however it is written", async () => {
    const { ask } = openCampus({ permits: [permit()] });
    const { status, sessions, audit } = await ask({ plate: " gxk-204 " });
    expect(status).toBe(200);
    expect(sessions.map(({ permitId }) => permitId)).toEqual(["P-1"]);
    expect(audit).toMatchObject({ status: "valid", reason: "match_region_unknown", answered: ["P-1"] });
  });

  it("without a permit is none, in the ordinary empty form", async () => {
    const { status, sessions, audit } = await openCampus({ permits: [permit()] }).ask({ plate: "ZZZ 999" });
    expect({ status, sessions }).toEqual({ status: 200, sessions: [] });
    expect(audit).toMatchObject({ status: "none", reason: "no_permit", considered: [] });
  });
});

describe("the region", () => {
  const inNovaScotia = permit({ id: "NS", plates: [parsePlate("GXK204", { region: "NS" })] });
  const unknown = permit({ id: "UNKNOWN", locationIds: ["lot-2"] });
  const ofTheLot = permit({ id: "LOT" });

  it.each([
    ["known and equal", inNovaScotia, "Nouvelle-Écosse", "match"],
    ["known and different", inNovaScotia, "NB", "region_differs"],
    ["not given", inNovaScotia, undefined, "match_region_unknown"],
    ["given as text that names no region", inNovaScotia, "Atlantis", "match_region_unknown"],
    ["not on the permit and not at the location", unknown, "NS", "match_region_unknown"],
    ["taken from the location, equal", ofTheLot, "NB", "match"],
    ["taken from the location, different", ofTheLot, "NS", "region_differs"],
  ])("%s", async (_, held, state, reason) => {
    const { audit, sessions } = await openCampus({ permits: [held] }).ask({ plate: "GXK204", state });
    expect(audit.reason).toBe(reason);
    expect(sessions).toHaveLength(reason === "region_differs" ? 0 : 1);
  });

  it("selects the right one of two provinces", async () => {
    const inQuebec = permit({ id: "QC", plates: [parsePlate("GXK204", { region: "QC" })] });
    const { ask } = openCampus({ permits: [inNovaScotia, inQuebec] });
    const answered = async (state: string) => (await ask({ plate: "GXK204", state })).audit.answered;
    expect([await answered("NS"), await answered("QC"), await answered("ON")]).toEqual([["NS"], ["QC"], []]);
  });
});

describe("time", () => {
  it.each([
    ["its first instant", now, minutes(1), "valid"],
    ["a millisecond before it", new Date(now.getTime() + 1), minutes(1), "not_yet_valid"],
    ["its last millisecond", minutes(-1), new Date(now.getTime() + 1), "valid"],
    ["its end", minutes(-1), now, "expired"],
    ["no end", minutes(-1), null, "valid"],
  ])("at %s", async (_, validFrom, validTo, expected) => {
    const { audit } = await openCampus({ permits: [permit({ validFrom, validTo })] }).ask({
      plate: "GXK204",
    });
    expect([audit.status, audit.reason]).toContain(expected);
  });

  it("allows grace when configured, to the millisecond", async () => {
    const ended = (msAgo: number) => permit({ validTo: new Date(now.getTime() - msAgo) });
    const reason = async (msAgo: number) =>
      (await openCampus({ permits: [ended(msAgo)], graceMinutes: 5 }).ask({ plate: "GXK204" })).audit.reason;
    expect([await reason(0), await reason(299_999), await reason(300_000)]).toEqual([
      "match_grace",
      "match_grace",
      "expired",
    ]);
  });
});

describe("places", () => {
  const at = (id: string, locationIds: string[]) => permit({ id, locationIds });
  const permits = [
    at("ONE", ["lot-1"]),
    at("TWO", ["lot-2"]),
    at("THREE", ["lot-3"]),
    at("SHUT", ["closed"]),
  ];

  async function answered(place: unknown, options = {}): Promise<unknown> {
    const { handler, key, audits } = openCampus({
      permits,
      provider: createT2FlexProvider({ dialect: probeDialect }),
      ...options,
    });
    await handler(lookupRequest({ plate: "GXK204", place }, { "x-api-key": key }));
    return audits[0]?.status === "valid" ? audits[0].answered.toSorted() : audits[0]?.reason;
  }

  it("none given: the whole scope is searched", async () => {
    expect(await answered(undefined)).toEqual(["ONE", "THREE", "TWO"]);
    expect(await answered(undefined, { locationIds: ["lot-2", "closed"] })).toEqual(["TWO"]);
  });

  it.each([
    ["location", "lot-2", ["TWO"]],
    ["location", "Lot 2", "unknown_place"],
    ["station", "Lot 2", ["TWO"]],
    ["station", "Station Three", ["THREE"]],
    ["station", "Lot 3", "unknown_place"],
    ["station", "lot 2", "unknown_place"],
    ["zone", "Core", ["THREE", "TWO"]],
    ["zone", "Lot 1", ["ONE"]],
    ["zone", "Lot 2", "unknown_place"],
    ["zone", "Quad", "unknown_place"],
    ["station", "Closed Lot", "switched_off"],
    ["location", "unlinked", "switched_off"],
  ])("%s %s", async (by, value, expected) => {
    expect(await answered({ by, value })).toEqual(expected);
  });

  it("outside the credential's scope is as unknown as one that does not exist", async () => {
    const options = { locationIds: ["lot-2"] };
    expect(await answered({ by: "location", value: "lot-1" }, options)).toBe("unknown_place");
    const { ask } = openCampus({ permits, ...options });
    const { audit } = await ask({ plate: "GXK204", locationId: "lot-1" });
    expect(audit.closest?.map(({ name }) => name)).toEqual(["lot-2"]);
  });

  it("unknown: 503, and the audit says which names are close and how they differ", async () => {
    const { status, audit } = await openCampus({ permits }).ask({ plate: "GXK204", locationId: "Lot-1" });
    expect(status).toBe(503);
    expect(audit).toMatchObject({ status: "undetermined", reason: "unknown_place" });
    expect(audit.closest?.[0]).toMatchObject({ name: "lot-1", difference: { kind: "case" } });
  });

  it("a permit for another place, or for one that is switched off, is reported as such", async () => {
    const { ask } = openCampus({ permits: [at("TWO", ["lot-2"])] });
    expect((await ask({ plate: "GXK204", locationId: "lot-1" })).audit.reason).toBe("other_location");
    const shut = openCampus({ permits: [at("SHUT", ["closed"])] });
    expect((await shut.ask({ plate: "GXK204" })).audit).toMatchObject({
      status: "none",
      reason: "switched_off",
    });
  });

  it("a company that is switched off, or has no location switched on, is none without calling the source", async () => {
    let calls = 0;
    const findPermits = () => {
      calls += 1;
      return [];
    };
    for (const options of [{ companyId: "sleeping" }, { locationIds: ["closed", "unlinked"] }]) {
      const { status, audit } = await openCampus({ ...options, findPermits }).ask({ plate: "GXK204" });
      expect({ status, reason: audit.reason }).toEqual({ status: 200, reason: "switched_off" });
    }
    expect(calls).toBe(0);
  });

  it("a company that the directory does not know is undetermined", async () => {
    const { status, audit } = await openCampus({ companyId: "nobody" }).ask({ plate: "GXK204" });
    expect({ status, reason: audit.reason }).toEqual({ status: 503, reason: "unknown_company" });
  });
});

describe("the best match", () => {
  const until = (id: string, validTo: Date | null, changes = {}) => permit({ id, validTo, ...changes });

  it("is the one with the latest end, no end being the latest; then revision; then id", async () => {
    const permits = [
      until("B", minutes(10)),
      until("C", minutes(20)),
      until("E", null),
      until("A", minutes(10)),
      until("D", minutes(10), { revision: 2 }),
      until("LATER", null, { validFrom: minutes(1) }),
    ];
    const { audit } = await openCampus({ permits }).ask({ plate: "GXK204" });
    expect(audit.answered).toEqual(["E", "C", "D", "A", "B"]);
    expect(audit.considered).toHaveLength(6);
  });

  it("is valid now rather than in its grace", async () => {
    const permits = [until("ENDED", minutes(-1)), until("NOW", minutes(1))];
    const { audit } = await openCampus({ permits, graceMinutes: 10 }).ask({ plate: "GXK204" });
    expect(audit).toMatchObject({ answered: ["NOW", "ENDED"], reason: "match_region_unknown" });
  });

  it("comes once for each plate and place of a permit, however often they are repeated", async () => {
    const plate = parsePlate("GXK204");
    const held = permit({
      plates: [plate, plate, parsePlate("OTHER")],
      locationIds: ["lot-1", "lot-2", "lot-1"],
    });
    const { sessions } = await openCampus({ permits: [held] }).ask({ plate: "GXK204" });
    expect(sessions.map(({ location }) => location)).toEqual(["Lot 1", "Lot 2"]);
    expect(new Set(sessions.map(({ id }) => id)).size).toBe(2);
  });

  it("is of the newest revision when the source returns several", async () => {
    const older = permit({ revision: 1, validTo: null });
    const newer = permit({ revision: 2, plates: [parsePlate("NEW 1")] });
    for (const found of [
      [older, newer],
      [newer, older],
    ]) {
      const { ask } = openCampus({ findPermits: careless(found) });
      expect((await ask({ plate: "GXK204" })).audit.status).toBe("none");
      expect((await ask({ plate: "NEW1" })).audit.answered).toEqual(["P-1"]);
    }
  });
});

describe("look-alike characters", () => {
  const permits = [permit({ plates: [parsePlate("GXK2O4")] })];

  it("are distinguished unless OCR matching is on", async () => {
    expect((await openCampus({ permits }).ask({ plate: "GXK204" })).audit.reason).toBe("no_permit");
    const { audit } = await openCampus({ permits, plateMatching: "ocr" }).ask({ plate: "GXK204" });
    expect(audit).toMatchObject({ status: "valid", reason: "match_ocr" });
    expect(audit.understood?.plateNumbers[0]).toBe("GXK204");
  });

  it("may differ in one position only", async () => {
    const { ask } = openCampus({ permits: [permit({ plates: [parsePlate("BO1")] })], plateMatching: "ocr" });
    expect((await ask({ plate: "B01" })).audit.reason).toBe("match_ocr");
    expect((await ask({ plate: "801" })).audit.reason).toBe("no_permit");
  });

  it("come after the plate as typed", async () => {
    const typed = permit({ id: "TYPED", plates: [parsePlate("GXK204")], validTo: minutes(1) });
    const { ask } = openCampus({ permits: [...permits, typed], plateMatching: "ocr" });
    expect((await ask({ plate: "GXK204" })).audit.answered).toEqual(["TYPED"]);
  });
});

describe("the call to the source", () => {
  it("has canonical numbers in scope, and one instant", async () => {
    const asked: unknown[] = [];
    const { ask } = openCampus({
      findPermits: ({ signal, ...query }) => {
        asked.push({ ...query, aborted: signal.aborted });
        return [];
      },
    });
    await ask({ plate: "gxk-204" });
    await ask({ plate: "gxk-204", locationId: "lot-2" });
    const query = { companyId: "fundy", plateNumbers: ["GXK204"], at: now, aborted: false };
    expect(asked).toEqual([
      { ...query, locationIds: ["lot-1", "lot-2", "lot-3"] },
      { ...query, locationIds: ["lot-2"] },
    ]);
  });

  it.each([
    ["an array", () => [permit()]],
    ["another iterable", () => new Set([permit()])],
    ["a promise of one", async () => [permit()]],
    [
      "an async iterable",
      async function* () {
        yield permit();
      },
    ],
  ])("may return %s", async (_, findPermits) => {
    expect((await openCampus({ findPermits }).ask({ plate: "GXK204" })).audit.status).toBe("valid");
  });
});
