import { describe, expect, it } from "vitest";
import type { ProviderSetup } from "../../src/core/provider-setup.ts";
import { hotSpotSetup } from "../../src/vendors/hotspot/setup.ts";
import { passportSetup } from "../../src/vendors/passport/setup.ts";
import { t2FlexSetup } from "../../src/vendors/t2-flex/setup.ts";

const SETUPS: [string, ProviderSetup][] = [
  ["T2 Flex", t2FlexSetup],
  ["Passport OpsMan", passportSetup],
  ["HotSpot", hotSpotSetup],
];

const COMMON_PLACES = ["company", "plate", "endpoint"];
const ALL_PLACES = [...COMMON_PLACES, "list", "names"];
const LOCATION_PLACES = [
  ...[...COMMON_PLACES, "location", "target", "oldLocation", "oldTarget", "zone", "zoneName"],
];

function placesIn(...texts: (string | undefined)[]): string[] {
  return texts.flatMap((text = "") => [...text.matchAll(/\{(\w+)\}/g)].map(([, key = ""]) => key));
}

describe.each(SETUPS)("the set-up of %s", (title, setup) => {
  it("has a title, a test plate and 2–3 locations to go live with", () => {
    expect(setup).toMatchObject({ title, testPlate: "TEST123", goLive: { least: 2, most: 3 } });
  });

  it("says of each requirement what it is for, who provides it and what to do next", () => {
    for (const { item, detail, next, checks, providedBy } of setup.requirements) {
      for (const text of [item, detail, next]) expect(text).toMatch(/\S/);
      expect(detail).toMatch(/\.$/);
      expect(next).toMatch(/\.$/);
      expect(checks.length).toBeGreaterThan(0);
      expect(["operator", "offstreet", "vendor"]).toContain(providedBy);
    }
  });

  it("has unique ids, and requirements only after the ones that they depend on", () => {
    const ids = setup.requirements.map(({ id }) => id);
    const steps = setup.mappingChangeSteps.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(steps).size).toBe(steps.length);
    for (const [index, { after = [] }] of setup.requirements.entries()) {
      for (const earlier of after) expect(ids.slice(0, index)).toContain(earlier);
    }
  });

  it("fills only placeholders that exist", () => {
    for (const { next, email } of setup.requirements) {
      expect(COMMON_PLACES).toEqual(expect.arrayContaining(placesIn(next)));
      expect(ALL_PLACES).toEqual(expect.arrayContaining(placesIn(email?.subject, email?.body)));
    }
    for (const { repeat, text, copy, email } of setup.mappingChangeSteps) {
      const known = repeat === "each" ? LOCATION_PLACES : ALL_PLACES;
      expect(known).toEqual(expect.arrayContaining(placesIn(text, copy, email?.subject, email?.body)));
    }
    expect(COMMON_PLACES).toEqual(
      expect.arrayContaining(placesIn(...Object.values(setup.existingIntegration))),
    );
  });

  it("puts no secret into an e-mail, and recognises an existing integration", () => {
    for (const { email } of setup.requirements)
      expect(email?.body ?? "").not.toMatch(/\{(password|token|secret)/);
    expect(setup.existingIntegration.found).toMatch(/you don't need another/);
    expect(setup.existingIntegration.mapNew).toContain("Map the new locations");
  });

  it("is frozen", () => {
    expect(Object.isFrozen(setup)).toBe(true);
    expect(Object.isFrozen(setup.requirements)).toBe(true);
    expect(setup.requirements.every(Object.isFrozen)).toBe(true);
    expect(setup.mappingChangeSteps.every(Object.isFrozen)).toBe(true);
  });
});

describe("the requirements of the guides", () => {
  it.each<[ProviderSetup, string[]]>([
    [
      t2FlexSetup,
      [
        ...["User name and password", "Endpoint URL", "Mobile Payment Vendor", "Mobile Payment Station"],
        ...[
          "Station Location",
          "Zone names",
          "exactly the location's name",
          "ODC task",
          "whenever zones or lots",
        ],
        ...["At the company and at each location", "TEST123", "30–45 minutes"],
      ],
    ],
    [
      passportSetup,
      [
        ...["Operator ID", "Zones synced", "Zones matched", "case-sensitive", "Company code"],
        ...["PASSPORTUNIVERSITY", "2–3 locations to go live with", "TEST123"],
      ],
    ],
    [
      hotSpotSetup,
      ["SpotIDs", "leading zeros", "Company token", "plates do not appear", "{list}", "TEST123"],
    ],
  ])("include %o", (setup, words) => {
    const said = JSON.stringify(setup);
    for (const word of words) expect(said).toContain(word);
  });

  it("never say what ODC stands for: that is unpublished", () => {
    const said = JSON.stringify(t2FlexSetup);
    expect(said.replace(/ODC task/g, "")).not.toContain("ODC");
  });
});
