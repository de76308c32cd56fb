import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Company, Location } from "../../../src/core/directory/directory.ts";
import { type T2FlexMappingInput, validateT2FlexMapping } from "../../../src/vendors/t2-flex/mapping.ts";

const company: Company = { id: "u", name: "University", providers: { "t2-flex": { enabled: true } } };
const lot = (id: string, name: string, rest: Partial<Location> & { target?: string } = {}): Location => {
  const { target, ...others } = rest;
  const entry = { enabled: true, ...(target === undefined ? {} : { target }) };
  return { id, companyId: "u", name, providers: { "t2-flex": entry }, ...others };
};
const station = (description: string, rest: object = {}) => ({
  description,
  stationLocation: "Main",
  ...rest,
});
const validate = (input: Partial<T2FlexMappingInput>) =>
  validateT2FlexMapping({ company, locations: [], ...input });
// Without locations there is nothing to compare, which is a separate issue.
const issuesOf = (input: Partial<T2FlexMappingInput>) =>
  validate(input).issues.filter(
    ({ code }) => code !== "no_location_enabled" || input.locations !== undefined,
  );
const found = (input: Partial<T2FlexMappingInput>) =>
  issuesOf(input).map(({ code, severity, locationId }) => `${severity} ${code} ${locationId}`);

describe("validateT2FlexMapping", () => {
  test("matches descriptions exactly", () => {
    const locations = [lot("a", "Lot A", { zoneName: "Core" }), lot("b", "Lot B", { target: "Lot B" })];
    const stations = [station("Lot B"), station("Lot A", { zone: "Core" })];
    expect(validate({ locations, stations })).toEqual({
      providerId: "t2-flex",
      ok: true,
      verified: true,
      issues: [],
      matches: [
        { locationId: "a", target: "Lot A", vendorTarget: "Lot A" },
        { locationId: "b", target: "Lot B", vendorTarget: "Lot B" },
      ],
      summary: { locations: 2, enabled: 2, matched: 2, errors: 0, warnings: 0 },
    });
  });

  test.each<[string, Partial<T2FlexMappingInput>, readonly string[]]>([
    ["no station", { locations: [lot("a", "Lot A")], stations: [] }, ["error target_unknown a"]],
    [
      "a station in another case",
      { locations: [lot("a", "Lot A")], stations: [station("LOT A")] },
      ["error name_differs a"],
    ],
    [
      "a station with a space",
      { locations: [lot("a", "Lot A")], stations: [station("Lot A ")] },
      ["error name_differs a"],
    ],
    [
      "a misspelt station",
      { locations: [lot("a", "Downtown Lot")], stations: [station("Dowtown Lot")] },
      ["error target_unknown a"],
    ],
    [
      "a station that another location has",
      { locations: [lot("a", "Lot 101"), lot("b", "Lot 102")], stations: [station("Lot 101")] },
      ["error target_unknown b"],
    ],
    [
      "two stations",
      { locations: [lot("a", "Lot A")], stations: [station("Lot A"), station("Lot A")] },
      ["error target_ambiguous a"],
    ],
    [
      "a station that is not linked",
      { locations: [lot("a", "Lot A")], stations: [station("Lot A", { stationLocation: " " })] },
      ["error target_not_linked a"],
    ],
    [
      "a station whose link is not known",
      { locations: [lot("a", "Lot A")], stations: [{ description: "Lot A" }] },
      [],
    ],
    [
      "a station without a location",
      { stations: [station("Lot A")] },
      ["warning target_without_location null"],
    ],
    [
      "a station of a location that is off",
      { locations: [lot("a", "Lot A", { providers: {} })], stations: [station("Lot A")] },
      ["warning no_location_enabled null"],
    ],
    [
      "another zone",
      {
        locations: [lot("a", "Lot A", { zoneName: "Core" })],
        stations: [station("Lot A", { zone: "core" })],
      },
      ["error zone_name_differs a"],
    ],
    [
      "no zone",
      { locations: [lot("a", "Lot A", { zoneName: "Core" })], stations: [station("Lot A", { zone: "" })] },
      ["error zone_name_differs a"],
    ],
    [
      "a zone that is not known",
      { locations: [lot("a", "Lot A", { zoneName: "Core" })], stations: [station("Lot A")] },
      [],
    ],
    [
      "a zone in Flex's list",
      { locations: [lot("a", "Lot A", { zoneName: "Core" })], zones: ["Core", "L-7"] },
      [],
    ],
    [
      "a lot's id in Flex's list",
      { locations: [lot("a", "Lot A", { zoneName: "L-7" })], zones: ["L-7"] },
      [],
    ],
    [
      "a zone that is almost in Flex's list",
      { locations: [lot("a", "Lot A", { zoneName: "Core\u00A0" })], zones: ["Core"] },
      ["error zone_name_differs a"],
    ],
    [
      "a zone that is not in Flex's list",
      { locations: [lot("a", "Lot A", { zoneName: "Stadium" })], zones: ["Core"] },
      ["error zone_unknown a"],
    ],
    [
      "no zone name, and Flex has none of the location's name",
      { locations: [lot("a", "Lot A"), lot("b", "Lot B")], zones: ["Lot B"] },
      ["warning zone_name_missing a"],
    ],
    [
      "a zone that differs from the station's is said once",
      {
        locations: [lot("a", "Lot A", { zoneName: "core" })],
        stations: [station("Lot A", { zone: "Core" })],
        zones: ["Core"],
      },
      ["error zone_name_differs a"],
    ],
    [
      "a list of zones that cannot be read throughout",
      { locations: [lot("a", "Lot A", { zoneName: "Stadium" })], zones: ["Core", ""] },
      ["error input_invalid null"],
    ],
    [
      "one name for two",
      { locations: [lot("a", "Lot A"), lot("b", "Lot A")], stations: [station("Lot A")] },
      ["error location_name_duplicate a", "error location_name_duplicate b"],
    ],
    [
      "a target that is not the name",
      { locations: [lot("a", "Lot A", { target: "lot a" })], stations: [station("lot a")] },
      ["error name_differs a"],
    ],
    [
      "a target that is another location's name",
      { locations: [lot("a", "Lot A"), lot("b", "Lot B", { target: "Lot A" })] },
      ["error target_duplicate a", "error name_differs b", "error target_duplicate b"],
    ],
    [
      "a name that cannot be typed, no list",
      { locations: [lot("a", "Lot\u00A0A")] },
      ["warning target_malformed a"],
    ],
    [
      "a name that cannot be typed, but was copied",
      { locations: [lot("a", "Lot\u00A0A")], stations: [station("Lot\u00A0A")] },
      [],
    ],
    [
      "a company switched off",
      { company: { ...company, providers: {} }, locations: [lot("a", "Lot A")] },
      ["error company_disabled null"],
    ],
    [
      "another company's equal name: another Flex",
      { locations: [lot("a", "Lot A")], otherCompanies: [village("Lot A")] },
      [],
    ],
    ["no list", { locations: [lot("a", "Lot A")] }, []],
  ])("%s", (_, input, expected) => {
    expect(found(input)).toEqual(expected);
  });

  test("says what differs and what to do in Flex", () => {
    const [issue] = validate({ locations: [lot("a", "Lot A")], stations: [station("Lot\u00A0A")] }).issues;
    expect(issue).toMatchObject({
      target: "Lot A",
      difference: { kind: "special_space", position: 3, actual: "Lot[U+00A0]A" },
      message:
        'Flex has no station "Lot A"; "Lot[U+00A0]A" differs only in special spaces at position 3: U+00A0 (no-break space) instead of a space.',
    });
    const [unknown] = validate({
      locations: [lot("a", "Downtown Lot")],
      stations: [station("Dowtown Lot")],
    }).issues;
    expect(unknown?.hint).toContain('Closest: "Dowtown Lot".');
    expect(unknown?.difference).toMatchObject({ kind: "other", position: 3 });
  });

  test("does not decide which of two equally close stations is the right one", () => {
    const stations = [station("Lot 101"), station("Lot 102")];
    const { issues } = validate({ locations: [lot("a", "Lot 103")], stations });
    expect(issues.map(({ code, target }) => [code, target])).toEqual([
      ["target_unknown", "Lot 103"],
      ["target_without_location", "Lot 101"],
      ["target_without_location", "Lot 102"],
    ]);
    expect(issues[0]?.hint).toContain(
      'Equally close: "Lot 101", "Lot 102"; only a person who knows the place can tell.',
    );
    expect(issues[0]?.difference).toBeUndefined();
    expect(issues[0]?.candidates).toMatchObject([
      { name: "Lot 101", edits: 1, tied: true, difference: { position: 6 } },
      { name: "Lot 102", edits: 1, tied: true, difference: { position: 6 } },
    ]);
  });

  test.each<[boolean, Partial<T2FlexMappingInput>]>([
    [false, {}],
    [true, { stations: [] }],
    [true, { stations: [station("Lot A")] }],
    [false, { stations: [station("")] }],
  ])("verified is %s only with a list that can be read", (verified, input) => {
    expect(validate(input).verified).toBe(verified);
  });

  test("calls nothing unknown when a station could not be read", () => {
    const stations = [station("Lot A"), { description: null }] as unknown as { description: string }[];
    expect(found({ locations: [lot("b", "Stadium"), lot("c", "lot a")], stations })).toEqual([
      "error input_invalid null",
      "warning name_differs c",
    ]);
  });

  test.each([
    ["stations", { stations: 5 }],
    ["stations[0]", { stations: ["Lot A"] }],
    ["stations[0]", { stations: [{ description: "Lot A", station_location: "x" }] }],
    ["stations[0].description", { stations: [{ stationLocation: "x" }] }],
    ["stations[0].stationLocation", { stations: [station("Lot A", { stationLocation: null })] }],
    ["stations[0].zone", { stations: [station("Lot A", { zone: "\uD800" })] }],
    ["zones", { zones: "Core" }],
    ["zones[1]", { zones: ["Core", "\uD800"] }],
    ["mapping input", { spotIds: [] }],
  ])("makes bad %s an issue that names it", (field, input) => {
    const issues = issuesOf(input as Partial<T2FlexMappingInput>);
    expect(issues).toMatchObject([{ code: "input_invalid", severity: "error", locationId: null }]);
    expect(issues[0]?.message.startsWith(`${field}: `)).toBe(true);
  });

  test("reports every location that is switched on, for any input", () => {
    const name = fc.oneof(
      fc.constantFrom("Lot A", "lot a", "Lot  A", "Lot B", "Lot A "),
      fc.string({ unit: "binary", minLength: 1 }),
    );
    const location = fc
      .record({ id: fc.nat(9), name, target: fc.option(name, { nil: undefined }) })
      .map(({ id, name: called, target }) => lot(`${id}`, called, target === undefined ? {} : { target }));
    const list = fc.oneof(
      fc.constant(undefined),
      fc.array(
        fc.record(
          { description: name, stationLocation: name, zone: name },
          { requiredKeys: ["description"] },
        ),
      ),
      fc.anything(),
    );
    fc.assert(
      fc.property(fc.array(location), list, (locations, stations) => {
        const input = { company, locations, stations } as T2FlexMappingInput;
        const { issues, matches } = validateT2FlexMapping(input);
        const wrong = new Set(
          issues.flatMap(({ severity, locationId }) => (severity === "error" ? [locationId] : [])),
        );
        const right = new Set(matches.map(({ locationId }) => locationId));
        for (const { id } of locations) expect(wrong.has(id)).not.toBe(right.has(id));
        expect(validateT2FlexMapping(input).issues).toEqual(issues);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  test("handles a thousand locations and a thousand stations with nothing in common", () => {
    const locations = Array.from({ length: 1_000 }, (_, index) =>
      lot(`${index}`, `North Garage level ${index}`),
    );
    const stations = Array.from({ length: 1_000 }, (_, index) => station(`Surface place number ${index}`));
    expect(validate({ locations, stations }).summary).toMatchObject({
      matched: 0,
      errors: 1_000,
      warnings: 1_000,
    });
  });

  test("never throws", () => {
    const key = fc.oneof(
      fc.anything(),
      fc.constantFrom<unknown>(company, [lot("a", "Lot A")], [station("Lot A")]),
    );
    const keys = { company: key, locations: key, stations: key, providerId: key, otherCompanies: key };
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.record(keys, { requiredKeys: [] })), (input) => {
        expect(validateT2FlexMapping(input as T2FlexMappingInput).issues).toBeInstanceOf(Array);
      }),
      { numRuns: 500, seed: 2 },
    );
  });
});

function village(name: string) {
  const other = { id: "v", name: "Village", providers: { "t2-flex": { enabled: true } } };
  return { company: other, locations: [lot("x", name, { companyId: "v" })] };
}
