import { describe, expect, test } from "vitest";
import {
  type Company,
  type Location,
  memoryDirectory,
  readLocation,
} from "../../../src/core/directory/directory.ts";
import { isEnabled, providerEntry } from "../../../src/core/directory/switches.ts";

const company: Company = {
  id: "u",
  name: "University",
  providers: { passport: { enabled: true, code: "C" } },
};
const location: Location = {
  id: "a",
  companyId: "u",
  name: " Lot A",
  zoneName: "Zone A",
  region: "Nouveau-Brunswick",
  providers: { passport: { enabled: true, target: "Z1", stage: "live" } },
};

const build = (companies: unknown, locations: unknown) => () =>
  memoryDirectory({ companies, locations } as Parameters<typeof memoryDirectory>[0]);

describe("memoryDirectory", () => {
  test("finds companies, and lists locations in their order", async () => {
    const second = { ...location, id: "b" };
    const directory = memoryDirectory({
      companies: [company, { ...company, id: "v" }],
      locations: [location, second],
    });
    expect(await directory.getCompany("u")).toEqual(company);
    expect(await directory.getCompany("nobody")).toBeUndefined();
    const ids = [...(await directory.listLocations("u"))].map(({ id }) => id);
    expect(ids).toEqual(["a", "b"]);
    expect([...(await directory.listLocations("v"))]).toEqual([]);
    expect([...(await directory.listLocations("nobody"))]).toEqual([]);
  });

  test("keeps names unchanged and makes the region a code", async () => {
    const [kept] = await memoryDirectory({ companies: [company], locations: [location] }).listLocations("u");
    expect(kept).toMatchObject({ name: " Lot A", region: "CA-NB" });
  });

  test("does not see later changes to its input", async () => {
    const passport = { enabled: true, target: "Z1" };
    const given = { companies: [{ ...company }], locations: [{ ...location, providers: { passport } }] };
    const directory = memoryDirectory(given);
    given.companies[0] = { ...company, name: "changed" };
    given.locations.pop();
    passport.target = "changed";
    expect((await directory.getCompany("u"))?.name).toBe("University");
    const [kept] = await directory.listLocations("u");
    expect(kept?.providers["passport"]?.target).toBe("Z1");
  });

  test.each([
    ["companies", build(undefined, [])],
    ["locations", build([], "lots")],
    ["companies[0]", build([null], [])],
    ["companies[0]", build([{ ...company, code: "x" }], [])],
    ["companies[0].id", build([{ ...company, id: "" }], [])],
    ["companies[0].name", build([{ ...company, name: 5 }], [])],
    ["companies[0].providers", build([{ ...company, providers: null }], [])],
    ["companies[0].providers", build([{ ...company, providers: ["passport"] }], [])],
    ['companies[0].providers["passport"].enabled', build([{ ...company, providers: { passport: {} } }], [])],
    ["companies[1].id", build([company, company], [])],
    ["locations[1].id", build([company], [location, location])],
    ["locations[0].companyId", build([company], [{ ...location, companyId: "x" }])],
    ["locations[0].region", build([company], [{ ...location, region: "Atlantis" }])],
    ["locations[0].zoneName", build([company], [{ ...location, zoneName: "" }])],
    ["locations[0]", build([company], [{ ...location, zone_name: "Z" }])],
    [
      'locations[0].providers["passport"].target',
      build([company], [{ ...location, providers: { passport: { enabled: true, target: "" } } }]),
    ],
    [
      'locations[0].providers["passport"].stage',
      build([company], [{ ...location, providers: { passport: { enabled: true, stage: "done" } } }]),
    ],
  ])("names %s", (field, run) => {
    expect(run).toThrow(expect.objectContaining({ code: "invalid_input", field }));
  });

  test("refuses a missing argument and unknown keys", () => {
    expect(() => memoryDirectory(undefined as never)).toThrow(
      expect.objectContaining({ code: "invalid_input" }),
    );
    expect(() => memoryDirectory({ companies: [], locations: [], zones: [] } as never)).toThrow(
      '"zones" is not known',
    );
  });

  test("has no provider that the host did not add", () => {
    const { providers } = readLocation({ ...location, providers: {} }, "location");
    expect(providers["constructor"]).toBeUndefined();
    expect(providerEntry({} as Location["providers"], "toString")).toBeUndefined();
    expect(providerEntry(undefined, "passport")).toBeUndefined();
  });
});

test.each([
  [true, true, true],
  [true, false, false],
  [false, true, false],
  [false, false, false],
])("company %s and location %s: enabled is %s", (companyEnabled, locationEnabled, enabled) => {
  const one = { ...company, providers: { passport: { enabled: companyEnabled } } };
  const other = { ...location, providers: { passport: { enabled: locationEnabled } } };
  expect(isEnabled(one, other, "passport")).toBe(enabled);
  expect(isEnabled(one, other, "hotspot")).toBe(false);
});
