import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Company, Location } from "../../../src/core/directory/directory.ts";
import { targetOf } from "../../../src/core/mapping/read-mapping.ts";
import {
  createTargetSharing,
  type MappingRules,
  missingTarget,
  reportMapping,
} from "../../../src/core/mapping/report-mapping.ts";

/** The minimal vendor: every location needs its own target. */
const rules: MappingRules = {
  vendor: "toy",
  keys: ["list"],
  examine(mapping) {
    const findSharing = createTargetSharing(mapping, (target) => target.toLowerCase());
    const judge = (location: Location) => {
      const target = targetOf(location, mapping.providerId) ?? null;
      const findings = target === null ? [missingTarget(location, "Set one.")] : findSharing(location);
      return { target, vendorTarget: null, findings };
    };
    return {
      verified: false,
      ofCompany: [],
      judge,
    };
  },
};
const report = (input: unknown) => reportMapping(input, rules);
const codes = (input: unknown) => report(input).issues.map(({ code, locationId }) => `${code} ${locationId}`);

const company: Company = { id: "u", name: "University", providers: { toy: { enabled: true } } };
const lot = (id: string, target?: string | null, rest: object = {}): Location => ({
  id,
  companyId: "u",
  name: `Lot ${id}`,
  providers: { toy: { enabled: true, ...(typeof target === "string" ? { target } : {}) } },
  ...rest,
});

describe("reportMapping", () => {
  test("reports a clean mapping", () => {
    expect(report({ company, locations: [lot("a", "1"), lot("b", "2")] })).toEqual({
      providerId: "toy",
      ok: true,
      verified: false,
      issues: [],
      matches: [
        { locationId: "a", target: "1", vendorTarget: null },
        { locationId: "b", target: "2", vendorTarget: null },
      ],
      summary: { locations: 2, enabled: 2, matched: 2, errors: 0, warnings: 0 },
    });
  });

  test("skips locations that are switched off, or have no entry for the provider", () => {
    const off = lot("a", null, { providers: { toy: { enabled: false } } });
    const result = report({ company, locations: [off, lot("b", null, { providers: {} })] });
    expect(result).toMatchObject({ ok: true, matches: [], summary: { locations: 2, enabled: 0 } });
  });

  test("uses the given provider id", () => {
    const input = { company, locations: [lot("a", "1")], providerId: "toy-b" };
    expect(report(input)).toMatchObject({ providerId: "toy-b", ok: true, summary: { enabled: 0 } });
  });

  test("returns all issues at once: the company's, then each location's in turn", () => {
    const disabled = { ...company, providers: {} };
    const locations = [lot("b", "X"), null, lot("a"), lot("b", "x"), lot("z", "1", { companyId: "v" })];
    expect(codes({ company: disabled, locations })).toEqual([
      "company_disabled null",
      "location_id_duplicate b",
      "target_duplicate b",
      "input_invalid null",
      "target_missing a",
      // The other location with this id has another target in its message, and no second issue about the id.
      "target_duplicate b",
      "location_of_other_company z",
    ]);
    expect(report({ company: disabled, locations })).toMatchObject({
      ok: false,
      matches: [],
      summary: { locations: 5, enabled: 3, matched: 0, errors: 7, warnings: 0 },
    });
  });

  test("says where a company is disabled, and for how many locations", () => {
    const [issue] = report({ company: { ...company, providers: {} }, locations: [lot("a", "1")] }).issues;
    expect(issue).toMatchObject({ severity: "error", locationId: null, target: null });
    expect(issue?.message).toBe(
      'Company "University" has the provider "toy" switched off, while 1 of its locations has it on.',
    );
  });

  test.each([
    [
      "a target of two locations",
      { locations: [lot("a", "1"), lot("b", "1")] },
      ["target_duplicate a", "target_duplicate b"],
    ],
    [
      "a target of another company",
      { locations: [lot("a", "1")], otherCompanies: [village([lot("x", "1", { companyId: "v" })])] },
      ["target_of_other_company a"],
    ],
    [
      "a target of another company's location that is off",
      {
        locations: [lot("a", "1")],
        otherCompanies: [village([lot("x", "1", { providers: { toy: { enabled: false, target: "1" } } })])],
      },
      [],
    ],
    [
      "a target of another company that is off",
      { locations: [lot("a", "1")], otherCompanies: [village([lot("x", "1")], { providers: {} })] },
      [],
    ],
    [
      "the company itself among the others",
      { locations: [lot("a", "1")], otherCompanies: [{ company, locations: [lot("a", "1")] }] },
      [],
    ],
  ])("finds %s", (_, input, expected) => {
    expect(codes({ company, ...input })).toEqual(expected);
  });

  test.each([
    ["no input", undefined, ["input_invalid null"], "mapping input: must be an object"],
    ["an unknown key", { company, locations: [], lists: [] }, ["input_invalid null"], '"lists" is not known'],
    ["no company", { company: null, locations: [lot("a", "1")] }, ["input_invalid null"], "company: must be"],
    ["no locations", { company, locations: null }, ["input_invalid null"], "locations: must be an array"],
    [
      "text for locations",
      { company, locations: "ab" },
      ["input_invalid null"],
      "locations: must be an array",
    ],
    [
      "a bad provider id",
      { company, locations: [], providerId: 5 },
      ["input_invalid null"],
      "providerId: must be text",
    ],
    [
      "an invalid name",
      { company, locations: [lot("a", "1", { name: 5 })] },
      ["input_invalid a"],
      "locations[0].name",
    ],
    [
      "an empty name",
      { company, locations: [lot("a", "1", { name: " " })] },
      ["input_invalid a"],
      "locations[0].name",
    ],
    [
      "a huge name",
      { company, locations: [lot("a", "1", { name: "x".repeat(1_000_000) })] },
      ["input_invalid a"],
      "at most 1000",
    ],
    [
      "half a character",
      { company, locations: [lot("a", "\uD83D")] },
      ["input_invalid a"],
      '.providers["toy"].target: holds half',
    ],
    [
      "a huge id",
      { company, locations: [lot("x".repeat(5_000), "1")] },
      ["input_invalid null"],
      "locations[0].id",
    ],
    [
      "no switch",
      { company, locations: [lot("a", "1", { providers: { toy: {} } })] },
      ["input_invalid a"],
      "enabled",
    ],
    [
      "an invalid region",
      { company, locations: [lot("a", "1", { region: "Atlantis" })] },
      ["input_invalid a"],
      "region",
    ],
    [
      "others that are none",
      { company, locations: [], otherCompanies: [3] },
      ["input_invalid null"],
      "otherCompanies[0]",
    ],
    [
      "a bad location of another company",
      { company, locations: [], otherCompanies: [village([null])] },
      ["input_invalid null"],
      "otherCompanies[0].locations[0]",
    ],
  ])("makes %s an issue", (_, input, expected, message) => {
    const result = report(input);
    expect(codes(input)).toEqual(expected);
    expect(result.ok).toBe(false);
    expect(result.issues[0]?.message).toContain(message);
    expect(result.issues[0]?.message.length).toBeLessThan(500);
  });

  test("reports an error of the host's own code as an issue, and shows nothing of it", () => {
    const locations = {
      *[Symbol.iterator]() {
        yield lot("a", "1");
        throw new Error("password=secret");
      },
    };
    const getter = Object.defineProperty({ ...lot("b") }, "name", {
      enumerable: true,
      get: () => {
        throw new Error("password=secret");
      },
    });
    for (const input of [
      { company, locations },
      { company, locations: [getter] },
    ]) {
      expect(report(input)).toMatchObject({ ok: false, issues: [{ code: "input_invalid" }] });
      expect(JSON.stringify(report(input))).not.toContain("secret");
    }
  });

  test("reads any iterable", () => {
    const locations = new Set([lot("a", "1")]).values();
    expect(report({ company, locations }).matches).toHaveLength(1);
  });

  test("is frozen", () => {
    const result = report({ company, locations: [lot("a", "1"), lot("b")] });
    for (const part of [
      result,
      result.issues,
      result.issues[0],
      result.matches,
      result.matches[0],
      result.summary,
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  test("never throws, and returns the same twice", () => {
    const junk = fc.oneof(
      fc.anything(),
      fc.constant(company),
      fc.constant([lot("a", "1"), null, lot("a", "1")]),
    );
    const input = fc.oneof(
      fc.anything(),
      fc.record(
        { company: junk, locations: junk, providerId: junk, otherCompanies: junk },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(input, (value) => {
        const result = report(value);
        expect(report(value)).toEqual(result);
        expect(result.ok).toBe(result.issues.every(({ severity }) => severity !== "error"));
        const { errors, warnings, matched } = result.summary;
        expect([errors + warnings, matched]).toEqual([result.issues.length, result.matches.length]);
      }),
      { numRuns: 1_000, seed: 1 },
    );
  });
});

function village(locations: readonly unknown[], change: Partial<Company> = {}) {
  const other = { id: "v", name: "Village", providers: { toy: { enabled: true } }, ...change };
  const theirs = locations.map((location) =>
    location === null ? null : { ...(location as Location), companyId: "v" },
  );
  return { company: other, locations: theirs };
}
