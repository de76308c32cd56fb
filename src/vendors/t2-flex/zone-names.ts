import type { Location } from "../../core/directory/directory.ts";
import { type MappingFinding, readName, readVendorList } from "../../core/mapping/read-mapping.ts";
import { describeCandidates } from "../../core/mapping/report-mapping.ts";
import { describeExhaustion } from "../../core/names/closest-names.ts";
import { indexNames } from "../../core/names/explain-mismatch.ts";
import { showName } from "../../core/names/visible-name.ts";

/** Compares zone names with the list of Flex's zones and lots. */
export interface ZoneNames {
  readonly problems: readonly MappingFinding[];
  /** The issues of a location's zone name. None when there is no list. */
  judge(location: Location): MappingFinding[];
}

/** Reads the list of zones and lots. `value` is `undefined` when the list is not known. */
export function openZoneNames(value: unknown): ZoneNames {
  const { entries, complete, problems } = readVendorList(value, ["zones"], readName);
  const known = new Set(entries);
  const index = indexNames(known);
  return {
    problems,
    judge({ name, zoneName }) {
      const wanted = zoneName ?? name;
      if (value === undefined || known.has(wanted)) return [];
      if (zoneName === undefined) return [missingZoneName(name)];
      const candidates = index.closest(zoneName);
      const { hint, details } = describeCandidates(candidates);
      const [nearest] = candidates;
      if (nearest !== undefined && nearest.difference.kind !== "other") {
        return [
          {
            code: "zone_name_differs",
            severity: complete ? "error" : "warning",
            ...details,
            message: `Flex has no zone or lot "${showName(zoneName)}"; "${showName(nearest.name)}" ${nearest.difference.message}.`,
            hint: `${nearest.tied ? hint : ""}Write both alike, to the letter, then re-run the ODC task.`,
          },
        ];
      }
      if (!complete) return [];
      return [
        {
          code: "zone_unknown",
          severity: "error",
          ...details,
          message: `Flex has no zone or lot "${showName(zoneName)}".`,
          hint: `${hint}${describeExhaustion(index)}Set the location's zoneName to the zone's name or the lot's id as Flex has it, then re-run the ODC task.`,
        },
      ];
    },
  };
}

function missingZoneName(name: string): MappingFinding {
  return {
    code: "zone_name_missing",
    severity: "warning",
    message: `Location "${showName(name)}" has no zone name, and Flex has no zone or lot of its own name.`,
    hint: "Set the location's zoneName to the zone's name or the lot's id as Flex has it.",
  };
}
