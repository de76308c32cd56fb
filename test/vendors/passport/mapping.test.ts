import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Company, Location } from "../../../src/core/directory/directory.ts";
import { type PassportMappingInput, validatePassportMapping } from "../../../src/vendors/passport/mapping.ts";

const ID_A = "8f2b0c5e-0000-4000-8000-00000000000a";
const ID_B = "8f2b0c5e-0000-4000-8000-00000000000b";
const ID_C = "8f2b0c5e-0000-4000-8000-00000000000c";
const zones = [
  { id: ID_A, number: "101", name: "Zone A" },
  { id: ID_B, number: "102", name: "Downtown" },
  { id: ID_C, number: "102", name: "Zone A" },
];
const company: Company = {
  id: "u",
  name: "University",
  providers: { passport: { enabled: true, code: "PASSPORTUNIVERSITY" } },
};
const lot = (id: string, target?: string, rest: Partial<Location> = {}): Location => ({
  id,
  companyId: "u",
  name: `Lot ${id}`,
  providers: { passport: { enabled: true, ...(target === undefined ? {} : { target }) } },
  ...rest,
});
const validate = (input: Partial<PassportMappingInput>) =>
  validatePassportMapping({ company, locations: [], ...input });
// Without locations there is nothing to compare, which is a separate issue.
const issuesOf = (input: Partial<PassportMappingInput>) =>
  validate(input).issues.filter(
    ({ code }) => code !== "no_location_enabled" || input.locations !== undefined,
  );
const found = (input: Partial<PassportMappingInput>) =>
  issuesOf(input).map(({ code, severity, locationId }) => `${severity} ${code} ${locationId}`);
const incomplete = { zones, complete: false, fetchedAt: new Date(0) };

describe("validatePassportMapping", () => {
  test("matches ids in either case, unique numbers and unique names", () => {
    const locations = [
      lot("a", ID_A.toUpperCase(), { zoneName: "Zone A" }),
      lot("b", "Downtown"),
      lot("c", ID_C),
    ];
    expect(validate({ locations, zones, operatorId: ID_A.toUpperCase() })).toEqual({
      providerId: "passport",
      ok: true,
      verified: true,
      issues: [],
      matches: [
        { locationId: "a", target: ID_A.toUpperCase(), vendorTarget: ID_A },
        { locationId: "b", target: "Downtown", vendorTarget: ID_B },
        { locationId: "c", target: ID_C, vendorTarget: ID_C },
      ],
      summary: { locations: 3, enabled: 3, matched: 3, errors: 0, warnings: 0 },
    });
    expect(validate({ locations: [lot("a", "101")], zones }).matches[0]?.vendorTarget).toBe(ID_A);
  });

  test.each<[string, Partial<PassportMappingInput>, readonly string[]]>([
    ["no target", { locations: [lot("a")], zones }, ["error target_missing a"]],
    [
      "an id that does not exist",
      { locations: [lot("a", ID_A.replace("a", "f"))], zones: [] },
      ["error target_unknown a"],
    ],
    ["a name that does not exist", { locations: [lot("a", "Stadium")], zones }, ["error target_unknown a"]],
    ["a number of two zones", { locations: [lot("a", "102")], zones }, ["error target_ambiguous a"]],
    ["a name of two zones", { locations: [lot("a", "Zone A")], zones }, ["error target_ambiguous a"]],
    ["a name in another case", { locations: [lot("a", "downtown")], zones }, ["error name_differs a"]],
    ["a name with a space", { locations: [lot("a", "Downtown\u00A0")], zones }, ["error name_differs a"]],
    [
      "an id without hyphens",
      { locations: [lot("a", ID_A.replaceAll("-", ""))], zones },
      ["error target_malformed a"],
    ],
    ["an id in braces", { locations: [lot("a", `{${ID_A}}`)], zones }, ["error target_malformed a"]],
    [
      "an id without hyphens, no list",
      { locations: [lot("a", ID_A.replaceAll("-", ""))] },
      ["error target_malformed a"],
    ],
    ["hidden characters", { locations: [lot("a", "Stadium\u200B")], zones }, ["error target_malformed a"]],
    [
      "hidden characters, no list",
      { locations: [lot("a", "Stadium\u200B")] },
      ["warning target_malformed a"],
    ],
    [
      "another zone name",
      { locations: [lot("a", ID_A, { zoneName: "zone A" })], zones },
      ["error zone_name_differs a"],
    ],
    [
      "one zone for two, by id and by number",
      { locations: [lot("a", ID_A), lot("b", "101")], zones },
      ["error target_duplicate a", "error target_duplicate b"],
    ],
    [
      "one zone for two, in two cases, no list",
      { locations: [lot("a", ID_A), lot("b", ID_A.toUpperCase())] },
      ["error target_duplicate a", "error target_duplicate b"],
    ],
    [
      "one zone for two, wanted",
      { locations: [lot("a", ID_A), lot("b", "101")], zones, sharedZones: true },
      [],
    ],
    [
      "the number of one zone and the name of another",
      { locations: [lot("a", "101")], zones: [...zones, { id: "x", name: "101" }] },
      ["error target_ambiguous a"],
    ],
    [
      "another operator's zone",
      {
        locations: [lot("a", ID_A), lot("b", "Downtown")],
        operatorId: ID_C,
        zones: [
          { id: ID_A, name: "Zone A", operatorId: ID_B },
          { id: ID_B, name: "Downtown", operatorId: ID_C.toUpperCase() },
        ],
      },
      ["error target_of_other_operator a"],
    ],
    [
      "another operator's zone of the same name",
      {
        locations: [lot("a", "Downtown")],
        operatorId: ID_C,
        zones: [
          { id: ID_A, name: "Downtown", operatorId: ID_B },
          { id: ID_B, name: "Downtown" },
        ],
      },
      [],
    ],
    [
      "another company's zone",
      { locations: [lot("a", ID_A)], otherCompanies: [village("101")], zones },
      ["error target_of_other_company a"],
    ],
    [
      "another company's zone, also when zones are shared",
      { locations: [lot("a", ID_A)], otherCompanies: [village(ID_A)], sharedZones: true },
      ["error target_of_other_company a"],
    ],
    [
      "another company's other zone",
      { locations: [lot("a", ID_A)], otherCompanies: [village(ID_B)], zones },
      [],
    ],
    ["no company code", { company: withProvider({ enabled: true }) }, ["warning company_code_missing null"]],
    [
      "another company code",
      { company: withProvider({ enabled: true, code: "PassportUniversity" }) },
      ["warning company_code_differs null"],
    ],
    ["a company without the provider, nothing switched on", { company: { ...company, providers: {} } }, []],
    [
      "a company switched off",
      { company: withProvider({ enabled: false, code: "PASSPORTUNIVERSITY" }), locations: [lot("a", ID_A)] },
      ["error company_disabled null"],
    ],
    ["a name that no code can be made of", { company: { ...company, name: "日本大学" } }, []],
    ["an invalid operator id", { operatorId: "12345" }, ["error operator_malformed null"]],
    [
      "an incomplete list without the id",
      { locations: [lot("a", ID_A.replace("a", "f"))], zones: incomplete },
      [],
    ],
    [
      "an incomplete list without the name",
      { locations: [lot("a", "Stadium")], zones: incomplete },
      ["warning target_unresolved a"],
    ],
    [
      "an incomplete list with the name",
      { locations: [lot("a", "Downtown")], zones: incomplete },
      ["warning target_unresolved a"],
    ],
    ["an incomplete list with the id", { locations: [lot("a", ID_A)], zones: incomplete }, []],
    ["a number or name, no list", { locations: [lot("a", "Stadium"), lot("b", "101")] }, []],
    [
      "an incomplete list with almost it",
      { locations: [lot("a", "downtown")], zones: incomplete },
      ["warning name_differs a"],
    ],
    [
      "an incomplete list with two",
      { locations: [lot("a", "102")], zones: incomplete },
      ["error target_ambiguous a"],
    ],
    ["ids of our own", { locations: [lot("a", "our-1")], zones, zoneIds: "external" }, []],
    [
      "one id of our own for two",
      { locations: [lot("a", "our-1"), lot("b", "our-1")], zoneIds: "external" },
      ["error target_duplicate a", "error target_duplicate b"],
    ],
  ])("%s", (_, input, expected) => {
    expect(found(input)).toEqual(expected);
  });

  test.each<[boolean, Partial<PassportMappingInput>]>([
    [false, {}],
    [true, { zones: [] }],
    [true, { zones }],
    [true, { zones: { ...incomplete, complete: true } }],
    [false, { zones: incomplete }],
    [false, { zones: [{ id: "", name: "" }] }],
    [false, { zones, zoneIds: "external" }],
  ])("verified is %s only with a complete list that can be read", (verified, input) => {
    expect(validate(input).verified).toBe(verified);
  });

  test("accepts a zone that two pages show once, and reports nothing about zones without a location", () => {
    const twice = [...zones, { id: ID_B.toUpperCase(), number: "102", name: "Downtown" }];
    expect(validate({ locations: [lot("b", "Downtown")], zones: twice })).toMatchObject({
      ok: true,
      issues: [],
    });
  });

  test("keeps the location of an unconfirmed target among the matches", () => {
    const { matches } = validate({ locations: [lot("a", "Stadium")], zones: incomplete });
    expect(matches).toEqual([{ locationId: "a", target: "Stadium", vendorTarget: null }]);
  });

  test("says how names differ, and names the intended and the closest zones", () => {
    const locations = [
      lot("a", "downtown"),
      lot("b", "102"),
      lot("c", "Dwntown"),
      lot("d", ID_A, { zoneName: "Zone  A" }),
    ];
    const [almost, ambiguous, unknown, zoneName] = validate({ locations, zones }).issues;
    expect(almost?.message).toBe(
      'Target "downtown" is no zone; "Downtown" differs only in case at position 0: "D" instead of "d".',
    );
    expect(almost?.difference).toMatchObject({ kind: "case", position: 0 });
    expect(ambiguous?.message).toBe(
      `Target "102" stands for 2 zones: the number of ${ID_B}, the number of ${ID_C}.`,
    );
    expect(unknown?.hint).toContain('Closest: "Downtown".');
    expect(unknown?.difference).toMatchObject({ kind: "other", position: 1 });
    expect(zoneName?.difference).toMatchObject({
      kind: "doubled_space",
      expected: "Zone [U+0020]A",
      actual: "Zone A",
    });
  });

  test("suggests the conventional company code as a hint", () => {
    const [missing] = issuesOf({ company: withProvider({ enabled: true }) });
    expect(missing?.hint).toContain("PASSPORTUNIVERSITY");
    const [differs] = issuesOf({
      company: withProvider({ enabled: true, code: "PASSPORTUNIVERSITÉ" }),
    });
    expect(differs?.difference).toMatchObject({ kind: "other", position: 17 });
  });

  test.each([
    ["zones", { zones: "all" }],
    ["zones[0]", { zones: [null] }],
    ["zones[0].id", { zones: [{ id: 5, name: "x" }] }],
    ["zones[0].number", { zones: [{ id: "x", name: "x", number: 101 }] }],
    ["zones[1].id", { zones: [zones[0], { ...zones[0], name: "Zone B" }] }],
    ["zones[1].id", { zones: [zones[0], { ...zones[0], id: ID_A.toUpperCase(), number: "102" }] }],
    ["zones.complete", { zones: { zones: [], fetchedAt: new Date(0) } }],
    ["zones.zones", { zones: { zones: undefined, complete: true } }],
    ["zoneIds", { zoneIds: "ours" }],
    ["sharedZones", { sharedZones: "yes" }],
    ["mapping input", { spotIds: [] }],
  ])("makes bad %s an issue that names it", (field, input) => {
    const { verified } = validate(input as Partial<PassportMappingInput>);
    const issues = issuesOf(input as Partial<PassportMappingInput>);
    expect(issues).toMatchObject([{ code: "input_invalid", severity: "error", locationId: null }]);
    expect(issues[0]?.message.startsWith(`${field}: `)).toBe(true);
    expect(verified).toBe(false);
  });

  test("reports every location that is switched on, for any input", () => {
    const target = fc.oneof(
      fc.constantFrom(ID_A, ID_B.toUpperCase(), "101", "102", "Zone A", "downtown", " "),
      fc.string({ unit: "binary" }),
    );
    const location = fc
      .record({
        id: fc.nat(9),
        target: fc.option(target, { nil: undefined }),
        zoneName: fc.constantFrom("Zone A", "zone a", undefined),
      })
      .map(({ id, target: written, zoneName }) =>
        lot(`${id}`, written, zoneName === undefined ? {} : { zoneName }),
      );
    const list = fc.oneof(fc.constantFrom(undefined, zones, incomplete, []), fc.anything());
    fc.assert(
      fc.property(fc.array(location), list, fc.boolean(), (locations, listed, sharedZones) => {
        const input = deepFreeze({ company, locations, zones: listed, sharedZones });
        const { issues, matches } = validatePassportMapping(input as PassportMappingInput);
        const wrong = new Set(
          issues.flatMap(({ severity, locationId }) => (severity === "error" ? [locationId] : [])),
        );
        const right = new Set(matches.map(({ locationId }) => locationId));
        for (const { id } of locations) expect(wrong.has(id)).not.toBe(right.has(id));
        expect(validatePassportMapping(input as PassportMappingInput).issues).toEqual(issues);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  test("never throws", () => {
    const key = fc.oneof(
      fc.anything(),
      fc.constantFrom<unknown>(company, zones, [lot("a", ID_A)], incomplete),
    );
    const keys = {
      company: key,
      locations: key,
      zones: key,
      operatorId: key,
      zoneIds: key,
      sharedZones: key,
    };
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.record(keys, { requiredKeys: [] })), (input) => {
        expect(validatePassportMapping(input as PassportMappingInput).issues).toBeInstanceOf(Array);
      }),
      { numRuns: 500, seed: 2 },
    );
  });
});

function withProvider(passport: { enabled: boolean; code?: string }): Company {
  return { ...company, providers: { passport } };
}

function village(target: string) {
  const other = { id: "v", name: "Village", providers: { passport: { enabled: true } } };
  return { company: other, locations: [lot("x", target, { companyId: "v" })] };
}

function deepFreeze(value: unknown): unknown {
  if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
    for (const part of Object.values(Object.freeze(value))) if (!Object.isFrozen(part)) deepFreeze(part);
  }
  return value;
}
