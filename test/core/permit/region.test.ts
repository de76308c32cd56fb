import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isEnforcementError } from "../../../src/core/errors.ts";
import {
  countryOf,
  findRegion,
  isRegionCode,
  matchRegions,
  parseRegion,
  subdivisionOf,
} from "../../../src/core/permit/region.ts";
import { REGION_NAMES } from "../../../src/core/permit/region-names.ts";

// Written a second time on purpose: ISO 3166-2, English name, French name where it differs.
const REGIONS: readonly [code: string, english: string, french?: string][] = [
  ["CA-AB", "Alberta"],
  ["CA-BC", "British Columbia", "Colombie-Britannique"],
  ["CA-MB", "Manitoba"],
  ["CA-NB", "New Brunswick", "Nouveau-Brunswick"],
  ["CA-NL", "Newfoundland and Labrador", "Terre-Neuve-et-Labrador"],
  ["CA-NS", "Nova Scotia", "Nouvelle-Écosse"],
  ["CA-NT", "Northwest Territories", "Territoires du Nord-Ouest"],
  ["CA-NU", "Nunavut"],
  ["CA-ON", "Ontario"],
  ["CA-PE", "Prince Edward Island", "Île-du-Prince-Édouard"],
  ["CA-QC", "Quebec", "Québec"],
  ["CA-SK", "Saskatchewan"],
  ["CA-YT", "Yukon"],
  ["US-AL", "Alabama"],
  ["US-AK", "Alaska"],
  ["US-AZ", "Arizona"],
  ["US-AR", "Arkansas"],
  ["US-CA", "California", "Californie"],
  ["US-CO", "Colorado"],
  ["US-CT", "Connecticut"],
  ["US-DE", "Delaware"],
  ["US-DC", "District of Columbia", "District de Columbia"],
  ["US-FL", "Florida", "Floride"],
  ["US-GA", "Georgia", "Géorgie"],
  ["US-HI", "Hawaii", "Hawaï"],
  ["US-ID", "Idaho"],
  ["US-IL", "Illinois"],
  ["US-IN", "Indiana"],
  ["US-IA", "Iowa"],
  ["US-KS", "Kansas"],
  ["US-KY", "Kentucky"],
  ["US-LA", "Louisiana", "Louisiane"],
  ["US-ME", "Maine"],
  ["US-MD", "Maryland"],
  ["US-MA", "Massachusetts"],
  ["US-MI", "Michigan"],
  ["US-MN", "Minnesota"],
  ["US-MS", "Mississippi"],
  ["US-MO", "Missouri"],
  ["US-MT", "Montana"],
  ["US-NE", "Nebraska"],
  ["US-NV", "Nevada"],
  ["US-NH", "New Hampshire"],
  ["US-NJ", "New Jersey"],
  ["US-NM", "New Mexico", "Nouveau-Mexique"],
  ["US-NY", "New York", "État de New York"],
  ["US-NC", "North Carolina", "Caroline du Nord"],
  ["US-ND", "North Dakota", "Dakota du Nord"],
  ["US-OH", "Ohio"],
  ["US-OK", "Oklahoma"],
  ["US-OR", "Oregon"],
  ["US-PA", "Pennsylvania", "Pennsylvanie"],
  ["US-RI", "Rhode Island"],
  ["US-SC", "South Carolina", "Caroline du Sud"],
  ["US-SD", "South Dakota", "Dakota du Sud"],
  ["US-TN", "Tennessee"],
  ["US-TX", "Texas"],
  ["US-UT", "Utah"],
  ["US-VT", "Vermont"],
  ["US-VA", "Virginia", "Virginie"],
  ["US-WA", "Washington", "État de Washington"],
  ["US-WV", "West Virginia", "Virginie-Occidentale"],
  ["US-WI", "Wisconsin"],
  ["US-WY", "Wyoming"],
  ["US-AS", "American Samoa", "Samoa américaines"],
  ["US-GU", "Guam"],
  ["US-MP", "Northern Mariana Islands", "Îles Mariannes du Nord"],
  ["US-PR", "Puerto Rico", "Porto Rico"],
  ["US-UM", "United States Minor Outlying Islands", "Îles mineures éloignées des États-Unis"],
  ["US-VI", "U.S. Virgin Islands", "Îles Vierges des États-Unis"],
];

describe("parseRegion", () => {
  test("covers Canada and the United States completely, and nothing else", () => {
    const codes = Object.keys(REGION_NAMES);
    expect(codes.toSorted()).toEqual(REGIONS.map(([code]) => code).toSorted());
    expect(codes.filter((code) => code.startsWith("CA-"))).toHaveLength(13);
    expect(codes.filter((code) => code.startsWith("US-"))).toHaveLength(57);
  });

  test.each(REGIONS)("reads %s, %s, %s in every way of writing", (code, english, french = english) => {
    const forms = [code, subdivisionOf(code), code.replace("-", ""), english, french];
    const withoutAccents = french.normalize("NFD").replace(/\p{M}/gu, "");
    const written = [...forms, withoutAccents, french.normalize("NFD"), french.replaceAll("-", " ")];
    for (const form of written) {
      expect([form, parseRegion(form)]).toEqual([form, code]);
      expect(parseRegion(form.toLowerCase())).toBe(code);
      expect(parseRegion(form.toUpperCase())).toBe(code);
      expect(parseRegion(` ${form}. `)).toBe(code);
    }
  });

  test("gives each written form to one region only", () => {
    for (const [code, names] of Object.entries(REGION_NAMES)) {
      for (const name of names) expect([name, findRegion(name)]).toEqual([name, code]);
    }
  });

  test.each([
    ["CA", "US-CA"],
    ["Newfoundland & Labrador", "CA-NL"],
    ["PEI", "CA-PE"],
    ["P.E.I.", "CA-PE"],
    ["Î.-P.-É.", "CA-PE"],
    ["PQ", "CA-QC"],
    ["N.-É.", "CA-NS"],
    ["n.-e\u0301.", "CA-NS"],
    ["NE", "US-NE"],
    ["T.-N.-L.", "CA-NL"],
    ["Washington D.C.", "US-DC"],
    ["ＮＢ", "CA-NB"],
    ["New\u00A0Brunswick", "CA-NB"],
  ])("reads %j as %s", (text, code) => {
    expect(parseRegion(text)).toBe(code);
  });

  test.each(["", " ", "-", "XX", "CA-CA", "US-NB", "Ontari", "N1B", "NB2", "日NB", "N+B", "a".repeat(101)])(
    "refuses %j",
    (text) => {
      expect(findRegion(text)).toBeUndefined();
      expect(() => parseRegion(text)).toThrow(
        expect.objectContaining({ code: "invalid_input", field: "region" }),
      );
    },
  );

  // Not available, not communicated, care of, a country without its province, a Roman numeral, a unit.
  test.each(
    ["N/D", "n/d", "N/C", "C/O", "M\\T", "ND?", "N*D", "CA-", "-CA", "CA -", "ca–", "CA_", "CA/NB"].concat([
      "Ⅵ",
      "ⓃⒷ",
      "㎳",
      "NB;",
      "NB:",
      "#NB",
      "@NB",
      "%NB",
      "NB!",
    ]),
  )("refuses %j, which only has the letters of one", (text) => {
    expect(findRegion(text)).toBeUndefined();
  });

  test.each([
    ["Washington, D.C.", "US-DC"],
    ["Washington (D.C.)", "US-DC"],
    ['"NB"', "CA-NB"],
    ["“N.-B.”", "CA-NB"],
    ["NOVA_SCOTIA", "CA-NS"],
    ["CA_NB", "CA-NB"],
    ["ca - nb", "CA-NB"],
    ["CA.", "US-CA"],
    ["N·B·", "CA-NB"],
    ["N.\u2043E.", "CA-NS"],
    ["Ｎ．－Ｅ．", "CA-NS"],
  ])("reads %j as %s, whatever separates or encloses it", (text, code) => {
    expect(findRegion(text)).toBe(code);
  });

  test.each([undefined, null, 5, {}, ["NB"]])("refuses %j, which is not text", (value) => {
    expect(() => parseRegion(value as string)).toThrow(expect.objectContaining({ code: "invalid_input" }));
  });

  test("throws only its own error, and returns only codes", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.string({ maxLength: 4 })), (text) => {
        try {
          expect(isRegionCode(parseRegion(text))).toBe(true);
        } catch (error) {
          if (!isEnforcementError(error)) throw error;
        }
      }),
      { numRuns: 1_000, seed: 1 },
    );
  });
});

test("isRegionCode accepts exact codes only, and no property name of an object", () => {
  expect(["CA-NB", "US-DC"].every(isRegionCode)).toBe(true);
  const others = ["NB", "ca-nb", "CA-XX", "", "constructor", "__proto__", undefined, 3];
  expect(others.filter(isRegionCode)).toEqual([]);
});

test("the country and the bare subdivision follow from the code", () => {
  expect([countryOf("CA-NB"), subdivisionOf("CA-NB")]).toEqual(["CA", "NB"]);
  expect([countryOf("US-ME"), subdivisionOf("US-ME")]).toEqual(["US", "ME"]);
});

test.each([
  ["CA-NB", "CA-NB", "same"],
  ["CA-NB", "CA-NS", "different"],
  ["CA-NB", undefined, "unknown"],
  [undefined, "CA-NB", "unknown"],
  [undefined, undefined, "unknown"],
] as const)("matchRegions(%s, %s) is %s", (one, other, match) => {
  expect(matchRegions(one, other)).toBe(match);
});
