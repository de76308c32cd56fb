import type { MappingIssueCode, MappingReport } from "../../../src/index.ts";
import { hotSpotPlanting, validateHotSpot } from "./hotspot-planting.ts";
import { passportPlanting, validatePassport } from "./passport-planting.ts";
import { type PlantedMapping, type Planting, plantMapping } from "./planted-mapping.ts";
import { t2FlexPlanting, validateT2Flex } from "./t2-flex-planting.ts";

/** A mapping of one vendor, ready to be validated as often as wanted. */
export interface Workload {
  readonly locations: number;
  readonly expected: ReadonlyMap<MappingIssueCode, number>;
  validate(): MappingReport;
}

/** By vendor: makes a mapping of so many locations, 2 % of them with a mistake. */
export const workloads: Readonly<Record<string, (size: number) => Workload>> = {
  "T2 Flex": (size) => workload(t2FlexPlanting, validateT2Flex, { size }),
  Passport: (size) => workload(passportPlanting, validatePassport, { size }),
  HotSpot: (size) => workload(hotSpotPlanting, validateHotSpot, { size }),
};

function workload<Entry>(
  planting: Planting<Entry>,
  validate: (mapping: PlantedMapping<Entry>) => MappingReport,
  { size }: { size: number },
): Workload {
  const planted = plantMapping(planting, size);
  return { locations: size, expected: planted.expected, validate: () => validate(planted) };
}

/** Throws unless the report has exactly the issues that were planted, code by code. */
export function assertFound({ expected }: Workload, { issues }: MappingReport): void {
  const found = new Map<MappingIssueCode, number>();
  for (const { code } of issues) found.set(code, (found.get(code) ?? 0) + 1);
  for (const code of new Set([...expected.keys(), ...found.keys()])) {
    const [wanted, got] = [expected.get(code) ?? 0, found.get(code) ?? 0];
    if (wanted !== got) {
      const sample = issues.filter((issue) => issue.code === code).slice(0, 3);
      throw new Error(`${code}: planted ${wanted}, found ${got}. ${JSON.stringify(sample)}`);
    }
  }
}
