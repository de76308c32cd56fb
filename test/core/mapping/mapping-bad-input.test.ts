import { describe, expect, test } from "vitest";
import type { MappingReport } from "../../../src/index.ts";
import {
  explainMismatch,
  validateHotSpotMapping,
  validatePassportMapping,
  validateT2FlexMapping,
} from "../../../src/index.ts";

const vendors: readonly (readonly [
  vendor: string,
  validate: (input: never) => MappingReport,
  list: string,
  entry: (text: unknown) => unknown,
])[] = [
  ["t2-flex", validateT2FlexMapping, "stations", (description) => ({ description })],
  ["passport", validatePassportMapping, "zones", (name) => ({ id: "zone", name })],
  ["hotspot", validateHotSpotMapping, "spotIds", (spotId) => ({ spotId })],
];

const HUGE = "x".repeat(1_000_000);

describe.each(vendors)("bad input to the validator of %s", (vendor, validate, list, entry) => {
  const company = {
    id: "u",
    name: "University",
    providers: { [vendor]: { enabled: true, code: "PASSPORTUNIVERSITY" } },
  };
  const lot = (id: unknown, name: unknown, target: unknown = "Lot-A") => ({
    id,
    companyId: "u",
    name,
    providers: { [vendor]: { enabled: true, target } },
  });
  const clean = lot("clean", "Lot-A");
  const issuesOf = (input: object) => validate({ company, ...input } as never).issues;

  test("an empty list of locations", () => {
    expect(issuesOf({ locations: [] })).toMatchObject([{ code: "no_location_enabled", locationId: null }]);
    expect(issuesOf({ locations: [], [list]: [] })).toMatchObject([{ code: "no_location_enabled" }]);
  });

  test("an empty list of the vendor", () => {
    const [issue, ...others] = issuesOf({ locations: [clean], [list]: [] });
    expect(issue).toMatchObject({ code: "target_unknown", locationId: "clean", target: "Lot-A" });
    expect(others).toEqual([]);
  });

  test("an id that is used twice, once", () => {
    const codes = issuesOf({ locations: [clean, lot("clean", "Lot B", "Lot B")] })
      .filter(({ code }) => code === "location_id_duplicate")
      .map(({ locationId }) => locationId);
    expect(codes).toEqual(["clean"]);
  });

  test.each([
    ["a name of a megabyte", HUGE],
    ["a lone surrogate", "Lot \uD83D"],
    ["nothing but a space", " "],
    ["a number", 5],
    ["nothing", null],
  ])("%s, in a location and in the vendor's list", (_, text) => {
    const issues = issuesOf({ locations: [clean, lot("bad", text)], [list]: [entry("Lot-A"), entry(text)] });
    expect(issues.filter(({ code }) => code === "input_invalid")).toMatchObject([
      { locationId: null, field: expect.stringMatching(new RegExp(`^${list}\\[1\\]\\.`)) },
      { locationId: "bad", field: "locations[1].name" },
    ]);
    expect(JSON.stringify(issues).length).toBeLessThan(5_000);
  });

  test.each([
    ["a control character", "Lot\u0007 A", "Lot[U+0007] A"],
    ["a right-to-left mark", "Lot A\u200F", "Lot A[U+200F]"],
    ["an override of direction", "Lot \u202EA", "Lot [U+202E]A"],
    ["a zero-width space", "Lot\u200BA", "Lot[U+200B]A"],
    ["a byte order mark", "\uFEFFLot A", "[U+FEFF]Lot A"],
  ])("%s in a name, also when the vendor has the same", (_, name, shown) => {
    const issues = issuesOf({ locations: [lot("a", name, name)], [list]: [entry(name)] });
    expect(issues.filter(({ code }) => code === "name_malformed")).toMatchObject([
      { locationId: "a", severity: "warning", message: expect.stringContaining(`The name "${shown}"`) },
    ]);
    const alone = issuesOf({ locations: [lot("a", name, name)] }).map(({ code }) => code);
    expect(alone).toContain("name_malformed");
  });

  test("reports each of a thousand bad entries among good ones", () => {
    const bad = [HUGE, "\uDC00", "", null, 5, {}, []];
    const locations = Array.from({ length: 1_000 }, (_, index) => lot(`${index}`, bad[index % bad.length]));
    const issues = issuesOf({ locations });
    expect(issues.map(({ locationId, field }) => [locationId, field])).toEqual(
      locations.map((_, index) => [`${index}`, `locations[${index}].name`]),
    );
  });
});

test.each([
  ["a megabyte", HUGE, `${HUGE}y`, 1_000_000],
  ["lone surrogates", "Lot \uD83D", "Lot \uDC00", 4],
  ["control characters", "Lot\u0000", "Lot\u0001", 3],
])("explainMismatch accepts %s", (_, expected, actual, position) => {
  expect(explainMismatch(expected, actual)).toMatchObject({ position });
});
