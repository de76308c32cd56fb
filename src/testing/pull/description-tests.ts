import assert from "node:assert/strict";
import { isLookupDialect } from "../../core/lookup/dialect.ts";
import type { MappingReport } from "../../core/mapping/mapping.ts";
import type { NamedPullConformanceTest } from "./answer-tests.ts";
import { LOT, toMapping } from "./campus.ts";
import type { PullProviderUnderTest } from "./pull-provider-under-test.ts";

/** Names that differ from `LOT.name` by one character, and where. */
const ALMOST_EQUAL: readonly [name: string, position: number][] = [
  ["lot 7 North", 0],
  ["Lot\u00a07 North", 3],
  ["Lot 7  North", 6],
  ["Lot 7 N0rth", 7],
  ["Lot 7 North ", 11],
];

/** What a pull vendor says of itself and of a mapping. */
export const DESCRIPTION: readonly NamedPullConformanceTest[] = [
  [
    "says what it is and what it can do",
    async ({ provider }) => {
      for (const text of [provider.id, provider.vendor]) assert.match(text, /\S/);
      assert.equal(provider.delivery, "pull");
      const { dialect, capabilities, probe, setup } = provider;
      assert.ok(isLookupDialect(dialect), "the dialect must have every member of a LookupDialect");
      assert.match(dialect.id, /\S/);
      assert.ok(dialect.methods.length > 0, "the dialect must take a method");
      for (const method of dialect.methods) assert.equal(method, method.toUpperCase());
      for (const type of dialect.contentTypes) assert.equal(type, type.toLowerCase());
      assert.equal(capabilities.places, dialect.places, "places must be as the dialect says");
      assert.equal(probe, dialect.probe, "the probe must be the dialect's");
      assert.ok(setup.requirements.length > 0, "setup must name what is required");
      assert.ok(Array.isArray(setup.mappingChangeSteps), "setup must name the mapping change steps");
    },
  ],
  [
    "has no connection to check, and says so",
    async ({ provider }) => {
      const { status, message } = await provider.checkConnection();
      assert.equal(status, "not_applicable");
      assert.match(message, /\S/);
    },
  ],
  [
    "accepts a location whose name the vendor has to the letter",
    async (bench) => {
      const report = validate(bench, LOT.name);
      assert.deepEqual([report.ok, report.verified, report.issues], [true, true, []]);
      assert.deepEqual(
        report.matches.map(({ locationId }) => locationId),
        [LOT.id],
      );
    },
  ],
  [
    "refuses a name that differs from the vendor's by one character, and names that character",
    async (bench) => {
      for (const [name, position] of ALMOST_EQUAL) {
        const report = validate(bench, name);
        assert.equal(report.ok, false, `${JSON.stringify(name)} must not be accepted`);
        assert.deepEqual(report.matches, [], `${JSON.stringify(name)} must not match`);
        const positions = report.issues.map(({ difference }) => difference?.position);
        assert.ok(positions.includes(position), `${JSON.stringify(name)} differs at position ${position}`);
      }
    },
  ],
  [
    "returns a report for a mapping that cannot be read, and throws nothing",
    async ({ provider }) => {
      for (const input of [undefined, null, 7, {}, { company: null, locations: 7 }]) {
        const { ok, issues } = provider.validateMapping(input as never);
        assert.equal(ok, false);
        assert.ok(
          issues.some(({ code }) => code === "input_invalid"),
          "the report must say that the input cannot be read",
        );
      }
    },
  ],
];

/** The report about `LOT`, which the vendor calls `nameAtVendor`. */
function validate(
  { provider, toMappingOptions }: PullProviderUnderTest,
  nameAtVendor: string,
): MappingReport {
  const mapping = toMapping(provider.id, LOT.name);
  return provider.validateMapping({ ...mapping, ...toMappingOptions(nameAtVendor) });
}
