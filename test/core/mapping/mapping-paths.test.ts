import { describe, expect, test } from "vitest";
import type { MappingIssue } from "../../../src/core/mapping/mapping.ts";
import { validateHotSpotMapping } from "../../../src/vendors/hotspot/mapping.ts";
import { validatePassportMapping } from "../../../src/vendors/passport/mapping.ts";
import { validateT2FlexMapping } from "../../../src/vendors/t2-flex/mapping.ts";

const on = { enabled: true };
const company = { id: "c", name: "C", providers: { "t2-flex": on, passport: on, hotspot: on } };
const lot = (id: string, name: string) => ({ id, companyId: "c", name, providers: company.providers });
const other = { id: "o", name: "O", providers: {} };

type Paths = readonly (readonly [code: string, path: MappingIssue["path"]])[];

function pathsOf({ issues }: { issues: readonly MappingIssue[] }): Paths {
  return issues.flatMap(({ code, path }) => (path === undefined ? [] : [[code, path] as const]));
}

describe("the path of an issue leads to its cause", () => {
  test.each<[string, object, Paths]>([
    ["the input itself", { company, locations: [], lists: [] }, [["input_invalid", []]]],
    ["the company", { company: null, locations: [] }, [["input_invalid", ["company"]]]],
    ["the list of locations", { company, locations: null }, [["input_invalid", ["locations"]]]],
    [
      "a location",
      { company, locations: [lot("a", "A"), lot("b", "")] },
      [["input_invalid", ["locations", 1]]],
    ],
    [
      "the provider's id",
      { company, locations: [lot("a", "A")], providerId: 7 },
      [["input_invalid", ["providerId"]]],
    ],
    [
      "another company and its locations",
      {
        company,
        locations: [lot("a", "A")],
        otherCompanies: [
          { company: other, locations: [lot("b", "B"), { ...lot("d", ""), companyId: "o" }] },
          { company: { ...other, name: "" }, locations: [] },
        ],
      },
      [
        ["input_invalid", ["otherCompanies", 0, "locations", 1]],
        ["input_invalid", ["otherCompanies", 1]],
      ],
    ],
    [
      "stations and zones",
      { company, locations: [lot("a", "A")], stations: [{ description: "A" }, {}], zones: ["A", 7] },
      [
        ["input_invalid", ["stations", 1]],
        ["input_invalid", ["zones", 1]],
      ],
    ],
    [
      "a company that is switched off",
      { company: { ...company, providers: {} }, locations: [lot("a", "A")] },
      [["company_disabled", ["company"]]],
    ],
    ["a mapping with nothing in it", { company, locations: [] }, [["no_location_enabled", ["locations"]]]],
    [
      "a company's name",
      { company: { ...company, name: "C\u200B" }, locations: [lot("a", "A")] },
      [["name_malformed", ["company"]]],
    ],
  ])("%s", (_, input, paths) => {
    expect(pathsOf(validateT2FlexMapping(input as never))).toEqual(paths);
  });

  test("for Passport's list", () => {
    const zones = [{ id: "z", name: "A" }, { id: "z" }];
    const options = { operatorId: "7", zoneIds: "all", sharedZones: 1 };
    const input = { company, locations: [], ...options };
    const paths: Paths = [
      ["input_invalid", ["zoneIds"]],
      ["input_invalid", ["sharedZones"]],
    ];
    const rest: Paths = [
      ["operator_malformed", ["operatorId"]],
      ["company_code_missing", ["company"]],
    ];
    const noLocation = ["no_location_enabled", ["locations"]] as const;
    expect(pathsOf(validatePassportMapping({ ...input, zones } as never))).toEqual([
      noLocation,
      ...paths,
      ["input_invalid", ["zones", 1]],
      ...rest,
    ]);
    const list = { zones, complete: true };
    expect(pathsOf(validatePassportMapping({ ...input, zones: list } as never))).toEqual([
      noLocation,
      ...paths,
      ["input_invalid", ["zones", "zones", 1]],
      ...rest,
    ]);
  });

  test("for HotSpot's list", () => {
    const withTarget = { ...lot("a", "A"), providers: { hotspot: { enabled: true, target: "1" } } };
    const input = { company, locations: [withTarget], spotIds: ["1", { spotId: "" }] };
    expect(pathsOf(validateHotSpotMapping({ ...input, companyToken: false }))).toEqual([
      ["input_invalid", ["spotIds", 1]],
      ["company_token_missing", ["companyToken"]],
    ]);
    expect(pathsOf(validateHotSpotMapping({ ...input, companyToken: "yes" } as never))).toEqual([
      ["input_invalid", ["spotIds", 1]],
      ["input_invalid", ["companyToken"]],
    ]);
  });

  test("and is absent where the location or the target identifies the place", () => {
    const { issues } = validateT2FlexMapping({
      company,
      locations: [lot("a", "A")] as never,
      stations: [{ description: "Z" }],
    });
    expect(issues.map(({ code, path }) => [code, path])).toEqual([
      ["target_unknown", undefined],
      ["target_without_location", undefined],
    ]);
  });
});
