import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Company, Location } from "../../../src/core/directory/directory.ts";
import { type HotSpotMappingInput, validateHotSpotMapping } from "../../../src/vendors/hotspot/mapping.ts";

const company: Company = { id: "u", name: "University", providers: { hotspot: { enabled: true } } };
const lot = (id: string, target?: string, rest: Partial<Location> = {}): Location => ({
  id,
  companyId: "u",
  name: `Lot ${id}`,
  providers: { hotspot: { enabled: true, ...(target === undefined ? {} : { target }) } },
  ...rest,
});
const off = (id: string, target: string) =>
  lot(id, target, { providers: { hotspot: { enabled: false, target } } });
const validate = (input: Partial<HotSpotMappingInput>) =>
  validateHotSpotMapping({ company, locations: [], ...input });
// Without locations there is nothing to compare, which is a separate issue.
const issuesOf = (input: Partial<HotSpotMappingInput>) =>
  validate(input).issues.filter(
    ({ code }) => code !== "no_location_enabled" || input.locations !== undefined,
  );
const found = (input: Partial<HotSpotMappingInput>) =>
  issuesOf(input).map(({ code, severity, locationId }) => `${severity} ${code} ${locationId}`);

describe("validateHotSpotMapping", () => {
  test("matches SpotIDs exactly", () => {
    const locations = [lot("a", "14283"), lot("b", "014283"), lot("c", "X-7")];
    const spotIds = ["14283", { spotId: "014283", name: "Lot b" }, { spotId: "X-7" }];
    expect(validate({ locations, spotIds, companyToken: true })).toEqual({
      providerId: "hotspot",
      ok: true,
      verified: true,
      issues: [],
      matches: [
        { locationId: "a", target: "14283", vendorTarget: "14283" },
        { locationId: "b", target: "014283", vendorTarget: "014283" },
        { locationId: "c", target: "X-7", vendorTarget: "X-7" },
      ],
      summary: { locations: 3, enabled: 3, matched: 3, errors: 0, warnings: 0 },
    });
  });

  test.each<[string, Partial<HotSpotMappingInput>, readonly string[]]>([
    ["no SpotID", { locations: [lot("a")] }, ["error target_missing a"]],
    [
      "a SpotID that does not exist",
      { locations: [lot("a", "14283")], spotIds: [] },
      ["error target_unknown a"],
    ],
    [
      "a lost leading zero",
      { locations: [lot("a", "4283")], spotIds: ["04283"] },
      ["error leading_zeros_differ a"],
    ],
    [
      "a leading zero too many",
      { locations: [lot("a", "04283")], spotIds: ["4283"] },
      ["error leading_zeros_differ a"],
    ],
    [
      "a space too many",
      { locations: [lot("a", "14283 ")], spotIds: ["14283"] },
      ["error target_malformed a"],
    ],
    ["a space, no list", { locations: [lot("a", "142 83")] }, ["error target_malformed a"]],
    ["a control character", { locations: [lot("a", "14283\u0007")] }, ["error target_malformed a"]],
    ["an invisible character", { locations: [lot("a", "\uFEFF14283")] }, ["error target_malformed a"]],
    ["an empty SpotID", { locations: [lot("a", "")] }, ["error input_invalid a"]],
    [
      "one SpotID for two",
      { locations: [lot("a", "1"), lot("b", "1")] },
      ["error target_duplicate a", "error target_duplicate b"],
    ],
    ["SpotIDs that only look equal", { locations: [lot("a", "1"), lot("b", "01")] }, []],
    [
      "another company's SpotID",
      { locations: [lot("a", "1")], otherCompanies: [village("1")] },
      ["error target_of_other_company a"],
    ],
    [
      "another company's SpotID except for a zero",
      { locations: [lot("a", "1")], otherCompanies: [village("01")] },
      [],
    ],
    [
      "another name",
      { locations: [lot("a", "1")], spotIds: [{ spotId: "1", name: "lot a" }] },
      ["warning name_differs a"],
    ],
    [
      "one SpotID with two names",
      {
        locations: [lot("a", "1")],
        spotIds: [
          { spotId: "1", name: "Lot a" },
          { spotId: "1", name: "Lot b" },
        ],
      },
      ["error target_ambiguous a"],
    ],
    [
      "one SpotID listed twice alike",
      { locations: [lot("a", "1")], spotIds: ["1", "1", { spotId: "1", name: "Lot a" }] },
      [],
    ],
    ["a SpotID without a location", { spotIds: ["1"] }, ["warning target_without_location null"]],
    [
      "a SpotID of a location that is off",
      { locations: [off("a", "1")], spotIds: ["1"] },
      ["warning no_location_enabled null"],
    ],
    ["no locations", { locations: [], spotIds: [] }, ["warning no_location_enabled null"]],
    [
      "the twin of a SpotID that is used",
      { locations: [lot("a", "14283")], spotIds: ["14283", "014283"] },
      ["warning target_without_location null"],
    ],
    [
      "no company token",
      { locations: [lot("a", "1")], companyToken: false },
      ["warning company_token_missing null"],
    ],
    ["no company token, nothing switched on", { companyToken: false }, []],
    [
      "a company switched off",
      { company: { ...company, providers: {} }, locations: [lot("a", "1")] },
      ["error company_disabled null"],
    ],
    ["no list", { locations: [lot("a", "99999")] }, []],
  ])("%s", (_, input, expected) => {
    expect(found(input)).toEqual(expected);
  });

  test("names the intended SpotID, and how it differs", () => {
    const [issue] = validate({ locations: [lot("a", "4283")], spotIds: ["04283", "4284"] }).issues;
    expect(issue).toMatchObject({
      target: "4283",
      difference: { position: 0, expected: "4283", actual: "04283" },
    });
    expect(issue?.hint).toContain('If "04283" is meant');
  });

  test.each<[boolean, Partial<HotSpotMappingInput>]>([
    [false, {}],
    [true, { spotIds: [] }],
    [true, { spotIds: ["1"] }],
    [false, { spotIds: ["1", ""] }],
  ])("verified is %s only with a list that can be read", (verified, input) => {
    expect(validate(input).verified).toBe(verified);
  });

  test.each([
    ["spotIds", { spotIds: "14283" }],
    ["spotIds[0]", { spotIds: [14283] }],
    ["spotIds[0]", { spotIds: [{ spotId: "1", title: "x" }] }],
    ["spotIds[0].spotId", { spotIds: [{ spotId: 14283 }] }],
    ["spotIds[0].name", { spotIds: [{ spotId: "1", name: "x".repeat(1_001) }] }],
    ["companyToken", { companyToken: "token" }],
    ["mapping input", { zones: [] }],
  ])("makes bad %s an issue that names it", (field, input) => {
    const issues = issuesOf(input as unknown as Partial<HotSpotMappingInput>);
    expect(issues).toMatchObject([{ code: "input_invalid", severity: "error", locationId: null }]);
    expect(issues[0]?.message.startsWith(`${field}: `)).toBe(true);
    expect(JSON.stringify(issues)).not.toContain('"token"');
  });

  test("reports every location that is switched on, for any input", () => {
    const spotId = fc.oneof(
      fc.constantFrom("1", "01", " 1", "14283", "014283", "x"),
      fc.string({ unit: "binary" }),
    );
    const location = fc
      .record({ id: fc.nat(9), target: fc.option(spotId, { nil: undefined }) })
      .map(({ id, target }) => lot(`${id}`, target));
    const list = fc.oneof(
      fc.constant(undefined),
      fc.array(fc.oneof(spotId, fc.record({ spotId, name: spotId }))),
      fc.anything(),
    );
    fc.assert(
      fc.property(fc.array(location), list, fc.boolean(), (locations, spotIds, companyToken) => {
        const input = { company, locations, spotIds, companyToken } as HotSpotMappingInput;
        const { issues, matches } = validateHotSpotMapping(input);
        const wrong = new Set(
          issues.flatMap(({ severity, locationId }) => (severity === "error" ? [locationId] : [])),
        );
        const right = new Set(matches.map((match) => match.locationId));
        for (const { id } of locations) expect(wrong.has(id)).not.toBe(right.has(id));
        expect(validateHotSpotMapping(input).issues).toEqual(issues);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  test("never throws", () => {
    const key = fc.oneof(fc.anything(), fc.constantFrom<unknown>(company, [lot("a", "1")], ["1"]));
    const keys = { company: key, locations: key, spotIds: key, companyToken: key, otherCompanies: key };
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.record(keys, { requiredKeys: [] })), (input) => {
        expect(validateHotSpotMapping(input as HotSpotMappingInput).issues).toBeInstanceOf(Array);
      }),
      { numRuns: 500, seed: 2 },
    );
  });
});

function village(target: string) {
  const other = { id: "v", name: "Village", providers: { hotspot: { enabled: true } } };
  return { company: other, locations: [lot("x", target, { companyId: "v" })] };
}
