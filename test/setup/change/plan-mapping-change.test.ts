import { describe, expect, it } from "vitest";
import type { Location } from "../../../src/core/directory/directory.ts";
import { planMappingChange } from "../../../src/setup/change/plan-mapping-change.ts";
import { failureOf } from "../../support/registrations.ts";
import { createCampus } from "../campus.ts";
import { COMPANY, LOCATIONS, ZONES } from "../campus-data.ts";

const [A, B, C] = LOCATIONS as [Location, Location, Location];
const { passport, hotspot, flex } = createCampus();

/** Lot A is renamed, Lot B has another target, Lot C is gone and Lot D is new. */
const AFTER: Location[] = [
  { ...A, name: "Lot A\u00a0North" },
  {
    ...B,
    providers: {
      passport: { enabled: true, target: ZONES[2]?.id ?? "" },
      hotspot: { enabled: true, target: "00999" },
      "t2-flex": { enabled: true },
    },
  },
  {
    id: "lot-d",
    companyId: "fundy",
    name: "Lot D",
    zoneName: "Harbour",
    providers: {
      passport: { enabled: true },
      hotspot: { enabled: true, target: "00777" },
      "t2-flex": { enabled: true },
    },
  },
];

describe("planMappingChange", () => {
  it.each([
    ["Passport", passport],
    ["HotSpot", hotspot],
    ["T2 Flex", flex],
  ])("plans for %s, in order and in its words", (_, provider) => {
    expect(
      planMappingChange({ provider, company: COMPANY, before: LOCATIONS, after: AFTER }),
    ).toMatchSnapshot();
  });

  it("plans nothing when nothing changes", () => {
    const plan = planMappingChange({ provider: flex, company: COMPANY, before: LOCATIONS, after: LOCATIONS });
    expect(plan).toMatchObject({ changes: [], steps: [], moves: [] });
    expect(plan.summary).toBe("University of Fundy and T2 Flex: nothing changes.");
  });

  it("has the exact name to copy, and shows invisible characters in the sentence", () => {
    const { steps } = planMappingChange({
      provider: flex,
      company: COMPANY,
      before: LOCATIONS,
      after: AFTER,
    });
    const rename = steps.find(({ id }) => id === "rename-station");
    expect(rename).toMatchObject({ locationId: "lot-a", copy: "Lot A\u00a0North" });
    expect(rename?.text).toContain('"Lot A" to exactly "Lot A[U+00A0]North"');
  });

  it("re-runs the ODC task once, after the stations and before the test plate", () => {
    const { steps } = planMappingChange({
      provider: flex,
      company: COMPANY,
      before: LOCATIONS,
      after: AFTER,
    });
    const ids = steps.map(({ id }) => id);
    const odc = ids.indexOf("run-odc-task");
    expect(ids.lastIndexOf("run-odc-task")).toBe(odc);
    for (const earlier of ["create-station", "rename-station", "link-station", "remove-station"]) {
      expect(ids.lastIndexOf(earlier)).toBeLessThan(odc);
    }
    expect(ids.indexOf("run-test-plate")).toBeGreaterThan(odc);
    expect(steps[odc]?.text).toContain("Re-run the ODC task");
  });

  it("has the SpotIDs to send as a ready e-mail", () => {
    const { steps } = planMappingChange({
      provider: hotspot,
      company: COMPANY,
      before: LOCATIONS,
      after: AFTER,
    });
    const send = steps.find(({ id }) => id === "send-spot-ids");
    expect(send).toMatchObject({ copy: "- Lot B: 00999\n- Lot D: 00777", email: { to: "offstreet" } });
    expect(send?.email?.body).toContain("- Lot B: 00999\n- Lot D: 00777\n");
  });

  it("says which registrations must move, and none for a pull vendor", () => {
    const plan = planMappingChange({ provider: hotspot, company: COMPANY, before: LOCATIONS, after: AFTER });
    expect(plan.moves).toEqual([
      { locationId: "lot-b", from: "15320", to: "00999" },
      { locationId: "lot-d", from: null, to: "00777" },
      { locationId: "lot-c", from: "00417", to: null },
    ]);
    expect(
      planMappingChange({ provider: flex, company: COMPANY, before: LOCATIONS, after: AFTER }).moves,
    ).toEqual([]);
  });

  it("moves nothing to a target that does not exist yet", () => {
    const plan = planMappingChange({
      provider: passport,
      company: COMPANY,
      before: [],
      after: [AFTER[2] as Location],
    });
    expect(plan.changes).toMatchObject([{ locationId: "lot-d", kinds: ["added"] }]);
    expect(plan.moves).toEqual([]);
    expect(plan.steps.find(({ id }) => id === "match-zone")).not.toHaveProperty("copy");
  });

  it("counts a location that was switched on or off as added or removed", () => {
    const off = { ...A, providers: { hotspot: { enabled: false, target: "14283" } } };
    const common = { provider: hotspot, company: COMPANY };
    expect(planMappingChange({ ...common, before: [off], after: [A] }).changes).toMatchObject([
      { kinds: ["added"] },
    ]);
    expect(planMappingChange({ ...common, before: [A], after: [off] }).changes).toMatchObject([
      { kinds: ["removed"] },
    ]);
    expect(planMappingChange({ ...common, before: [off], after: [{ ...off, name: "X" }] }).changes).toEqual(
      [],
    );
  });

  it("counts every location as added when the company is switched on", () => {
    const companyBefore = { ...COMPANY, providers: {} };
    const options = { provider: hotspot, company: COMPANY, companyBefore };
    const plan = planMappingChange({ ...options, before: LOCATIONS, after: LOCATIONS });
    expect(plan.changes.map(({ kinds }) => kinds)).toEqual([["added"], ["added"], ["added"]]);
    expect(plan.existing).toBeNull();
  });

  it("recognises a new name of a zone, be it its own or the location's", () => {
    const common = { provider: passport, company: COMPANY };
    const other = planMappingChange({ ...common, before: [C], after: [{ ...C, zoneName: "Core" }] });
    expect(other.changes).toMatchObject([{ kinds: ["zone_renamed"] }]);
    expect(other.steps[0]).toMatchObject({ id: "rename-zone", copy: "Core" });
    const own = planMappingChange({ ...common, before: [A], after: [{ ...A, name: "Lot One" }] });
    expect(own.changes).toMatchObject([{ kinds: ["renamed", "zone_renamed"], oldName: "Lot A" }]);
  });

  it("recognises an existing integration instead of a second one", () => {
    const options = { provider: flex, company: COMPANY, before: [A], after: [A, B] };
    const { existing } = planMappingChange(options);
    expect(existing).toMatchObject({ connectedLocationIds: ["lot-a"], newLocationIds: ["lot-b"] });
    expect(existing?.message).toMatch(/don't need another one.*Map the new locations.*New: "Lot B"\./);
    expect(planMappingChange({ ...options, before: [] }).existing).toBeNull();
    const second = { ...passport, capabilities: passport.capabilities, id: "passport-2" };
    const through = planMappingChange({
      ...options,
      provider: second,
      before: [],
      otherProviders: [passport],
    });
    expect(through.existing).toMatchObject({ providerId: "passport" });
  });

  it("names ten new locations and counts the others", () => {
    const many = Array.from({ length: 13 }, (_, index) => ({
      ...B,
      id: `new-${index}`,
      name: `New ${index}`,
    }));
    const { existing } = planMappingChange({
      provider: flex,
      company: COMPANY,
      before: [A],
      after: [A, ...many],
    });
    expect(existing?.newLocationIds).toHaveLength(13);
    expect(existing?.message).toContain('"New 9" and 3 more.');
  });

  it("is pure", () => {
    const [before, after] = [structuredClone(LOCATIONS), structuredClone(AFTER)];
    planMappingChange({ provider: flex, company: COMPANY, before, after });
    expect([before, after]).toEqual([LOCATIONS, AFTER]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ befor: [] }, "planMappingChange options"],
    [{ provider: null }, "provider"],
    [{ company: { id: "" } }, "company.id"],
    [{ before: undefined }, "before"],
    [{ after: [{ id: "x" }] }, "after[0].companyId"],
    [{ after: [A, A] }, "after[1].id"],
    [{ before: [{ ...A, companyId: "moncton" }] }, "before[0].companyId"],
    [{ otherProviders: 1 }, "otherProviders"],
  ])("refuses %j", async (change, field) => {
    const options = { provider: flex, company: COMPANY, before: [], after: [], ...change };
    const failure = await failureOf(() => planMappingChange(options as never));
    expect(failure.code).toBe("invalid_input");
    expect(failure.field === field || failure.message.startsWith(field.replace(".companyId", ""))).toBe(true);
  });
});
