import { describe, expect, test } from "vitest";
import type { Company, Location, MappingIssueCode, MappingReport } from "../../../src/index.ts";
import {
  validateHotSpotMapping,
  validatePassportMapping,
  validateT2FlexMapping,
} from "../../../src/index.ts";

// One company, three vendors, ten mistakes, each of another kind. Everything else is correct.

const on = { enabled: true };
const company: Company = {
  id: "fundy",
  name: "Fundy",
  providers: { "t2-flex": on, hotspot: on, passport: { ...on, code: "PASSPORTFUNDY" } },
};

const zoneId = (number: number) => `8f2b0c5e-0000-4000-8000-00000000000${number}`;

function location(number: number, name: string, rest: { zone?: string; spot?: string } = {}): Location {
  const { zone = zoneId(number), spot = `0142${number}` } = rest;
  return {
    id: `lot-${number}`,
    companyId: "fundy",
    name,
    zoneName: name,
    providers: {
      "t2-flex": on,
      passport: { ...on, ...(zone === "" ? {} : { target: zone }) },
      hotspot: { ...on, target: spot },
    },
  };
}

const locations: readonly Location[] = [
  location(1, "North Lot"), // in Flex with a no-break space
  location(2, "Stadium"), // its station is linked to nothing
  location(3, "Regent Garage"), // in Flex under another zone
  location(4, "Harbour Quay"), // has no station
  location(5, "Chapel Hill", { zone: zoneId(5).replaceAll("-", "") }),
  location(6, "Mill Bridge", { zone: "" }),
  location(7, "Queen's Green", { zone: "102" }), // the number of two zones
  location(8, "Foundry Corner", { spot: "1428" }), // a spreadsheet took the zero
  location(9, "Poets' Court", { spot: "14239" }), // of another company
];

const stations = locations
  .filter(({ id }) => id !== "lot-4")
  .map(({ id, name }) => ({
    description: id === "lot-1" ? "North\u00A0Lot" : name,
    stationLocation: id === "lot-2" ? "" : name,
    zone: id === "lot-3" ? "Regent garage" : name,
  }));

const zones = [
  ...locations.map(({ name }, index) => ({ id: zoneId(index + 1), number: `${index + 1}`, name })),
  { id: zoneId(0), number: "102", name: "Overflow" },
].map((zone) => (zone.id === zoneId(7) ? { ...zone, number: "102" } : zone));

const spotIds = [
  ...locations.map(({ name }, index) => ({ spotId: index === 8 ? "14239" : `0142${index + 1}`, name })),
  { spotId: "15999", name: "Old Yard" }, // no location has it
];

const village = {
  company: { id: "village", name: "Village", providers: { hotspot: on } },
  locations: [
    { id: "x", companyId: "village", name: "Yard", providers: { hotspot: { ...on, target: "14239" } } },
  ],
};

const input = { company, locations };
const reports: Readonly<Record<string, MappingReport>> = {
  "t2-flex": validateT2FlexMapping({ ...input, stations }),
  passport: validatePassportMapping({ ...input, zones, operatorId: zoneId(9) }),
  hotspot: validateHotSpotMapping({ ...input, spotIds, otherCompanies: [village], companyToken: true }),
};

const planted: readonly [
  vendor: string,
  code: MappingIssueCode,
  where: string | null,
  position?: number,
  codePoint?: string,
][] = [
  ["t2-flex", "name_differs", "lot-1", 5, "U+00A0"],
  ["t2-flex", "target_not_linked", "lot-2"],
  ["t2-flex", "zone_name_differs", "lot-3", 7, "U+0067"],
  ["t2-flex", "target_unknown", "lot-4"],
  ["passport", "target_malformed", "lot-5"],
  ["passport", "target_missing", "lot-6"],
  ["passport", "target_ambiguous", "lot-7"],
  ["hotspot", "leading_zeros_differ", "lot-8", 0, "U+0030"],
  ["hotspot", "target_of_other_company", "lot-9"],
  ["hotspot", "target_without_location", null],
];

describe("a directory with ten planted mistakes", () => {
  test("yields exactly those ten codes, each once, with location and position", () => {
    const found = Object.entries(reports).flatMap(([vendor, { issues }]) =>
      issues.map(({ code, locationId, difference }) =>
        difference === undefined
          ? [vendor, code, locationId]
          : [vendor, code, locationId, difference.position, difference.codePoints.actual],
      ),
    );
    expect(found).toEqual(planted);
    expect(new Set(planted.map(([, code]) => code)).size).toBe(10);
  });

  test("reports a hint for each", () => {
    for (const { message, hint } of Object.values(reports).flatMap(({ issues }) => issues)) {
      expect(message).toMatch(/^[A-Z].*\.$/);
      expect(hint).toMatch(/^[A-Z].*\.$/);
    }
  });
});
