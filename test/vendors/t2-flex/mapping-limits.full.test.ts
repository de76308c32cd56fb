import { expect, test } from "vitest";
import type { MappingReport } from "../../../src/index.ts";
import { validateT2FlexMapping } from "../../../src/vendors/t2-flex/mapping.ts";

const SIZE = 100_000;

test("100,000 locations without any exact match end in a report that says what it did not look for", () => {
  const report = validate((index) => `XYZW${index}`);
  expect(report.summary).toMatchObject({ locations: SIZE, matched: 0, errors: SIZE });
  const missing = report.issues.filter(({ code }) => code === "target_unknown");
  expect(missing).toHaveLength(SIZE);
  const isCutShort = ({ hint }: { hint: string }) => hint.startsWith("Names with a typing error were not");
  expect(missing.slice(0, 100).some(isCutShort)).toBe(false);
  expect(missing.slice(-90_000).every(isCutShort)).toBe(true);
}, 300_000);

test("100,000 names that differ in case alone are all found", () => {
  const report = validate((index) => `Lot ${index}`.toUpperCase());
  const found = report.issues.filter(
    ({ code, candidates }) => code === "name_differs" && candidates !== undefined,
  );
  expect(found).toHaveLength(SIZE);
  expect(found.every(({ candidates }) => candidates?.[0]?.difference.kind === "case")).toBe(true);
}, 300_000);

function validate(stationOf: (index: number) => string): MappingReport {
  const providers = { "t2-flex": { enabled: true } };
  return validateT2FlexMapping({
    company: { id: "fundy", name: "Fundy", providers },
    locations: Array.from({ length: SIZE }, (_, index) => ({
      id: `location-${index}`,
      companyId: "fundy",
      name: `Lot ${index}`,
      providers,
    })),
    stations: Array.from({ length: SIZE }, (_, index) => ({ description: stationOf(index) })),
  });
}
