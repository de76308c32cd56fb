import { describe, expect, it } from "vitest";
import { EnforcementError } from "../../../src/core/errors.ts";
import { memoryEvidence } from "../../../src/setup/evidence/evidence.ts";
import { runTestPlate } from "../../../src/setup/test-plate/run-test-plate.ts";
import { sweepTestPlates } from "../../../src/setup/test-plate/sweep-test-plates.ts";
import { failureOf } from "../../support/registrations.ts";
import { createCampus, NOTHING_SHOWN } from "../campus.ts";

/** A campus where one run of each provider could not be withdrawn. */
async function createLitteredCampus() {
  const campus = createCampus();
  const { passport, hotspot, flex, sandbox, place, evidence, permits, handler, credentials } = campus;
  sandbox.hotspot.faults.add({ kind: "reset-before", path: "/permits/cancel" });
  await runTestPlate({ provider: hotspot, ...place(hotspot), evidence, confirm: () => true });
  campus.clock.advance(1_000);
  const lost = { ...passport, cancel: () => Promise.reject(new Error("killed")) };
  await runTestPlate({ provider: lost, ...place(passport, "lot-b"), evidence });
  campus.clock.advance(1_000);
  const unremovable = { set: permits.set, remove: () => Promise.reject(new Error("killed")) };
  const lookup = { handler, credentials };
  await runTestPlate({ provider: flex, ...place(flex, "lot-c"), evidence, permits: unremovable, lookup });
  expect(campus.shown()).toEqual({ passport: 1, hotspot: 1, flex: 1 });
  return campus;
}

describe("sweepTestPlates", () => {
  it("withdraws what every provider's runs have left, the oldest first", async () => {
    const { passport, hotspot, flex, evidence, permits, clock, shown } = await createLitteredCampus();
    const options = { providers: [flex, passport, hotspot], evidence, permits, clock };
    const swept = await sweepTestPlates(options);
    expect(swept.map(({ providerId, locationId, end }) => [providerId, locationId, end])).toEqual([
      ["hotspot", "lot-a", "cancelled"],
      ["passport", "lot-b", "cancelled"],
      ["t2-flex", "lot-c", "cancelled"],
    ]);
    expect(shown()).toEqual(NOTHING_SHOWN);
    expect(new Set((await evidence.list()).map(({ state }) => state))).toEqual(new Set(["closed"]));
    expect(await sweepTestPlates(options)).toEqual([]);
  });

  it("leaves a record open whose plate it cannot withdraw, and says why", async () => {
    const { passport, hotspot, evidence, permits, sandbox, clock, shown } = await createLitteredCampus();
    sandbox.passport.faults.add({ kind: "status", status: 503, path: "/events" });
    const first = await sweepTestPlates({ providers: [passport], evidence, clock });
    expect(first.map(({ end }) => end)).toEqual(["left", "left", "left"]);
    expect(first.map(({ message }) => message)).toEqual([
      expect.stringContaining('holds no push provider "hotspot"'),
      expect.stringContaining("503"),
      expect.stringContaining("permits: is missing"),
    ]);
    const second = await sweepTestPlates({ providers: [passport, hotspot], evidence, permits, clock });
    expect(second.map(({ end }) => end)).toEqual(["cancelled", "cancelled", "cancelled"]);
    expect(shown()).toEqual(NOTHING_SHOWN);
  });

  it("only closes a record that has expired, but still removes a test permit", async () => {
    const { evidence, permits, sandbox, clock } = await createLitteredCampus();
    clock.advance(60 * 60_000);
    const before = sandbox.passport.requests.length;
    const swept = await sweepTestPlates({ providers: [], evidence, permits, clock });
    expect(swept.map(({ end }) => end)).toEqual(["ended", "ended", "cancelled"]);
    expect(sandbox.passport.requests).toHaveLength(before);
    expect(permits.size).toBe(0);
  });

  it("skips records that were started more recently than the given age", async () => {
    const { passport, hotspot, evidence, permits, clock } = await createLitteredCampus();
    const options = { providers: [passport, hotspot], evidence, permits, clock };
    expect(await sweepTestPlates({ ...options, olderThanMs: 10_000 })).toEqual([]);
    clock.advance(8_500);
    const swept = await sweepTestPlates({ ...options, olderThanMs: 10_000 });
    expect(swept.map(({ providerId }) => providerId)).toEqual(["hotspot"]);
  });

  it("leaves a record open while the vendor still shows the plate", async () => {
    const { passport, evidence, permits, clock } = await createLitteredCampus();
    const find: typeof passport.find = async ({ target }) => [
      { target, validFrom: new Date("2026-09-15T11:55:01Z"), validTo: null },
    ];
    const stubborn = { ...passport, capabilities: passport.capabilities, find };
    const swept = await sweepTestPlates({ providers: [stubborn], evidence, permits, clock });
    expect(swept[1]).toMatchObject({ end: "left", message: expect.stringContaining("still shows") });
  });

  it("ends when the caller aborts, and when the store fails", async () => {
    const { passport, hotspot, evidence, permits, clock } = await createLitteredCampus();
    const options = { providers: [passport, hotspot], permits, clock };
    const aborted = await failureOf(() =>
      sweepTestPlates({ ...options, evidence, signal: AbortSignal.abort() }),
    );
    expect(aborted.code).toBe("aborted");
    const broken = new EnforcementError("invalid_input", "evidence file: cannot be read");
    const list = () => Promise.reject(broken);
    expect(await failureOf(() => sweepTestPlates({ ...options, evidence: { ...evidence, list } }))).toBe(
      broken,
    );
    const unreadable = () => [{ v: 2 }] as never;
    const failure = await failureOf(() =>
      sweepTestPlates({ ...options, evidence: { ...evidence, list: unreadable } }),
    );
    expect(failure).toMatchObject({ code: "invalid_input", field: "evidence[0].v" });
  });

  it.each<[Record<string, unknown>, string]>([
    [{ provider: [] }, "sweepTestPlates options"],
    [{ providers: undefined }, "providers"],
    [{ evidence: {} }, "evidence"],
    [{ olderThanMs: -1 }, "olderThanMs"],
    [{ deadlineMs: Number.NaN }, "deadlineMs"],
  ])("refuses %j", async (change, field) => {
    const options = { providers: [], evidence: memoryEvidence(), ...change };
    expect(await failureOf(() => sweepTestPlates(options as never))).toMatchObject({ field });
  });
});
