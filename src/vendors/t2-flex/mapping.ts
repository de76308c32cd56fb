import type { Location } from "../../core/directory/directory.ts";
import { fieldError, readRecord } from "../../core/fields.ts";
import { type Groups, groupBy, memoize } from "../../core/mapping/group-by.ts";
import type { MappingInput, MappingReport } from "../../core/mapping/mapping.ts";
import {
  type ExaminedMapping,
  type MappingFinding,
  readName,
  readVendorList,
  targetOf,
} from "../../core/mapping/read-mapping.ts";
import {
  describeCandidates,
  type MappingExamination,
  type MappingJudgement,
  reportMapping,
  sharedTarget,
} from "../../core/mapping/report-mapping.ts";
import { describeExhaustion, type NameIndex } from "../../core/names/closest-names.ts";
import { explainMismatch, indexNames } from "../../core/names/explain-mismatch.ts";
import type { NameCandidate } from "../../core/names/rank-candidates.ts";
import { hasForbiddenCharacters, hasHiddenCharacters, showName } from "../../core/names/visible-name.ts";
import { openZoneNames, type ZoneNames } from "./zone-names.ts";

/** A Mobile Payment Station in Flex. */
export interface T2FlexStation {
  /** Must equal the location's name exactly (documented by the integration's guide). */
  readonly description: string;
  /** The Station Location that the station is linked to. Empty: it is linked to none. Absent: not known. */
  readonly stationLocation?: string;
  /** The name of the station's zone. Absent: not known. */
  readonly zone?: string;
}

/** The input of {@link validateT2FlexMapping}. */
export interface T2FlexMappingInput extends MappingInput {
  /** All Mobile Payment Stations of the Mobile Payment Vendor in Flex. Empty: there are none. Absent: the list is not known. */
  readonly stations?: readonly T2FlexStation[];
  /** The names or ids of all zones and lots in Flex. Empty: there are none. Absent: the list is not known. */
  readonly zones?: readonly string[];
}

/**
 * Compares a company's locations with the Mobile Payment Stations in its Flex system. Each location needs one station: its
 * description equals the location's name exactly, it is linked to a Station Location, and its zone has the location's
 * `zoneName`. With `zones`, each `zoneName` must be one of them exactly. A location without a `zoneName`, or without a target,
 * uses its name instead. `verified` is about stations alone.
 *
 * `otherCompanies` is read but not compared, because each customer has a Flex system of its own.
 *
 * A pure function that never throws: input that cannot be read becomes an issue of the report.
 */
export function validateT2FlexMapping(input: T2FlexMappingInput): MappingReport {
  return reportMapping(input, { vendor: "t2-flex", keys: ["stations", "zones"], examine });
}

/** Stations by description, and the descriptions that no location has as its name. */
interface StationIndex {
  readonly complete: boolean;
  readonly byDescription: Groups<T2FlexStation>;
  readonly unclaimed: NameIndex;
}

function examine(mapping: ExaminedMapping): MappingExamination {
  const { locations } = mapping;
  const { entries, complete, problems } = readVendorList(
    mapping.options["stations"],
    ["stations"],
    readStation,
  );
  const byDescription = groupBy(entries, ({ description }) => description);
  const claimed = new Set(locations.map((location) => stationNameOf(location, mapping)));
  const free = [...byDescription.keys()].filter((description) => !claimed.has(description));
  const index = { complete, byDescription, unclaimed: indexNames(free) };
  const zones = openZoneNames(mapping.options["zones"]);
  const findSharing = createNameSharing(mapping);
  const suggested = new Set<string>();
  const ofRepeated = memoize((target) => judgeStations(target, byDescription.get(target)));
  const judge = (location: Location): MappingJudgement => {
    const target = stationNameOf(location, mapping);
    const stations = byDescription.get(target);
    const near = stations.length === 0 ? index.unclaimed.closest(target) : [];
    for (const { name, tied } of near.slice(0, 1)) if (!tied) suggested.add(name);
    const findings = [
      ...judgeTarget(location, target),
      ...(stations.length > 1 ? ofRepeated(target) : judgeStations(target, stations)),
      ...(stations.length === 0 ? judgeMissingStation(target, near, index) : []),
      ...judgeZone(location, stations, zones),
      ...findSharing(location, target),
    ];
    return { target, vendorTarget: stations.length === 1 ? target : null, findings };
  };
  return {
    verified: complete,
    ofCompany: [...problems, ...zones.problems],
    judge,
    // A station that is suggested in a location's issue is not reported as unused.
    findUnused: () => free.filter((description) => !suggested.has(description)).map(unusedStation),
  };
}

function stationNameOf(location: Location, { providerId }: ExaminedMapping): string {
  return targetOf(location, providerId) ?? location.name;
}

function judgeTarget(location: Location, target: string): MappingFinding[] {
  const difference = explainMismatch(location.name, target);
  if (difference === undefined) return [];
  return [
    {
      code: "name_differs",
      severity: "error",
      difference,
      message: `Location "${showName(location.name)}" has the station "${showName(target)}" for a target: it ${difference.message}.`,
      hint: "Leave the target out, and give the station in Flex exactly the location's name as its description.",
    },
  ];
}

function judgeStations(target: string, stations: readonly T2FlexStation[]): MappingFinding[] {
  const findings: MappingFinding[] = [];
  if (stations.length > 1) {
    findings.push({
      code: "target_ambiguous",
      severity: "error",
      message: `Flex has ${stations.length} stations with the description "${showName(target)}".`,
      hint: "Keep one Mobile Payment Station for each location, then re-run the ODC task.",
    });
  }
  if (stations.some(({ stationLocation }) => stationLocation?.trim() === "")) {
    findings.push({
      code: "target_not_linked",
      severity: "error",
      message: `Station "${showName(target)}" is not linked to a Station Location.`,
      hint: "Choose its Station Location in Flex, then re-run the ODC task.",
    });
  }
  return findings;
}

function judgeMissingStation(
  target: string,
  near: readonly NameCandidate[],
  { complete, unclaimed }: StationIndex,
): MappingFinding[] {
  const [nearest] = near;
  const { hint, details } = describeCandidates(near);
  if (nearest !== undefined && nearest.difference.kind !== "other") {
    return [
      {
        // Only a warning for an incomplete list: the exact station may be missing from it.
        code: "name_differs",
        severity: complete ? "error" : "warning",
        ...details,
        message: `Flex has no station "${showName(target)}"; "${showName(nearest.name)}" ${nearest.difference.message}.`,
        hint: `${nearest.tied ? hint : ""}Change the station's description in Flex to exactly "${showName(target)}", then re-run the ODC task.`,
      },
    ];
  }
  if (!complete) return isUntypeable(target) ? [malformedName(target)] : [];
  return [
    {
      code: "target_unknown",
      severity: "error",
      ...details,
      message: `Flex has no station with the description "${showName(target)}".`,
      hint: `${hint}${describeExhaustion(unclaimed)}Create the station with exactly this description, link it to its Station Location and re-run the ODC task.`,
    },
  ];
}

/** Whether a name has hidden characters that the report does not already name for every vendor. */
function isUntypeable(name: string): boolean {
  return hasHiddenCharacters(name) && !hasForbiddenCharacters(name);
}

function judgeZone(
  location: Location,
  stations: readonly T2FlexStation[],
  zones: ZoneNames,
): MappingFinding[] {
  const ofStation = judgeZoneName(location, stations);
  return ofStation.length > 0 ? ofStation : zones.judge(location);
}

function judgeZoneName({ zoneName }: Location, stations: readonly T2FlexStation[]): MappingFinding[] {
  const zone = stations.length === 1 ? stations[0]?.zone : undefined;
  const difference =
    zoneName === undefined || zone === undefined ? undefined : explainMismatch(zoneName, zone);
  if (difference === undefined) return [];
  return [
    {
      code: "zone_name_differs",
      severity: "error",
      difference,
      message: `Zone name "${difference.expected}" is "${difference.actual}" in Flex: ${difference.message}.`,
      hint: "Write both alike, to the letter, then re-run the ODC task.",
    },
  ];
}

/** Finds locations that share a station: equal names, or different names with one explicit target. */
function createNameSharing(
  mapping: ExaminedMapping,
): (location: Location, target: string) => MappingFinding[] {
  const byName = groupBy(mapping.enabled, ({ name }) => name);
  // Nearly every location has its own name as its station; only the others are grouped by target.
  const renamed = mapping.enabled.filter((location) => stationNameOf(location, mapping) !== location.name);
  const byTarget = groupBy(renamed, (location) => stationNameOf(location, mapping));
  // Cached per target, because a thousand locations may share one.
  const renamedTo = memoize((target: string) => findTwoNames(byTarget.get(target)));
  const calledSo = memoize((target: string) =>
    byName.get(target).find((other) => stationNameOf(other, mapping) === target),
  );
  return (location, target) => {
    const namesakes = byName.get(location.name);
    const neighbour =
      renamedTo(target).find(({ name }) => name !== location.name) ??
      (location.name === target ? undefined : calledSo(target));
    return [
      ...(namesakes.length > 1 ? [repeatedName(location, namesakes.length)] : []),
      ...(neighbour === undefined ? [] : [sharedTarget(target, neighbour)]),
    ];
  };
}

/** The first location, and the first one with another name. */
function findTwoNames(locations: readonly Location[]): readonly Location[] {
  const [first] = locations;
  if (first === undefined) return [];
  const other = locations.find(({ name }) => name !== first.name);
  return other === undefined ? [first] : [first, other];
}

function repeatedName({ name }: Location, count: number): MappingFinding {
  return {
    code: "location_name_duplicate",
    severity: "error",
    message: `${count} locations are called "${showName(name)}".`,
    hint: "Give each a name of its own: Flex finds a location by its name alone.",
  };
}

function malformedName(target: string): MappingFinding {
  return {
    code: "target_malformed",
    severity: "warning",
    message: `Name "${showName(target)}" holds invisible characters, which are lost when it is typed into Flex.`,
    hint: "Remove them from the location's name, or make sure that the station was copied, not typed.",
  };
}

function unusedStation(description: string): MappingFinding & { target: string } {
  return {
    code: "target_without_location",
    severity: "warning",
    target: description,
    message: `No location is called like the station "${showName(description)}".`,
    hint: "Add the location or rename it to match, or remove the station in Flex.",
  };
}

function readStation(value: unknown, field: string): T2FlexStation {
  const station = readRecord(value, field, ["description", "stationLocation", "zone"]);
  const description = readName(station["description"], `${field}.description`);
  const stationLocation = readCell(station["stationLocation"], `${field}.stationLocation`);
  const zone = readCell(station["zone"], `${field}.zone`);
  return {
    description,
    ...(stationLocation === undefined ? {} : { stationLocation }),
    ...(zone === undefined ? {} : { zone }),
  };
}

/** Reads a text that may be empty, like the cells of an export. */
function readCell(value: unknown, field: string): string | undefined {
  if (value === undefined || value === "") return value;
  if (typeof value !== "string") throw fieldError(field, "must be text.");
  return value.trim() === "" ? value : readName(value, field);
}
