import type { Location } from "../../core/directory/directory.ts";
import { isCompanyEnabled, providerEntry } from "../../core/directory/switches.ts";
import { fieldError, isUuid, readBoolean } from "../../core/fields.ts";
import type { MappingInput, MappingReport } from "../../core/mapping/mapping.ts";
import {
  attempt,
  type ExaminedMapping,
  type MappingFinding,
  targetOf,
} from "../../core/mapping/read-mapping.ts";
import {
  createTargetSharing,
  describeCandidates,
  type MappingExamination,
  type MappingJudgement,
  missingTarget,
  reportMapping,
} from "../../core/mapping/report-mapping.ts";
import { describeExhaustion } from "../../core/names/closest-names.ts";
import { explainMismatch } from "../../core/names/explain-mismatch.ts";
import type { NameCandidate } from "../../core/names/rank-candidates.ts";
import { hasHiddenCharacters, showName } from "../../core/names/visible-name.ts";
import type { Zone, ZoneList } from "../../core/provider.ts";
import { passportCompanyCode } from "./company-code.ts";
import { createZoneIndex, type PassportZone, readZones, type ZoneIndex } from "./zone-index.ts";

/** The input of {@link validatePassportMapping}. */
export interface PassportMappingInput extends MappingInput {
  /**
   * The operator's zones. An array counts as complete; a `ZoneList` says whether it is. A zone that names another operator
   * than `operatorId` does not count. Empty: the operator has none. Absent: the list is not known.
   */
  readonly zones?: ZoneList | readonly PassportZone[];
  /** The configured Operator ID. It must be a UUID. Absent: not checked. */
  readonly operatorId?: string;
  /**
   * Which ids the targets are. `passport` (default): a zone's id, number or name. `external`: the host's own ids, which the
   * operator entered at Passport; no list has them, so the report is never `verified`.
   */
  readonly zoneIds?: "passport" | "external";
  /** Whether several locations of the company may have one zone. Default false. */
  readonly sharedZones?: boolean;
}

/**
 * Compares the targets of a company's locations with Passport's zones. A target is a zone's id (in either case; it is sent in
 * lower case), its number or its name. Numbers and names must be unique and match exactly. `zoneName` is compared with the
 * name of the zone that the target names. Zones without a location are no issue, because an operator has many.
 *
 * A pure function that never throws: input that cannot be read becomes an issue of the report.
 */
export function validatePassportMapping(input: PassportMappingInput): MappingReport {
  const keys = ["zones", "operatorId", "zoneIds", "sharedZones"];
  return reportMapping(input, { vendor: "passport", keys, examine });
}

const TARGET_HINT = "Set the zone's id, as Passport lists it, as this location's target.";

function examine(mapping: ExaminedMapping): MappingExamination {
  const problems: MappingFinding[] = [];
  const readOption = <Value>(key: string, read: (value: unknown) => Value): Value | undefined => {
    const { value, problem } = attempt([key], () => read(mapping.options[key]));
    if (problem !== undefined) problems.push(problem);
    return value;
  };
  const external = readOption("zoneIds", readZoneIds) === "external";
  const shared = readOption("sharedZones", (value) => readBoolean(value ?? false, "sharedZones"));
  const list = readZones(mapping.options["zones"]);
  const { operatorId } = mapping.options;
  const index = createZoneIndex(external ? undefined : list, {
    operatorId: typeof operatorId === "string" ? operatorId : undefined,
  });
  const findSharing = createTargetSharing(mapping, (target) => index.keyOf(target));
  const judge = (location: Location): MappingJudgement => {
    const target = targetOf(location, mapping.providerId);
    if (target === undefined) {
      return { target: null, vendorTarget: null, findings: [missingTarget(location, TARGET_HINT)] };
    }
    const zones = index.resolve(target);
    const findings = [
      ...judgeTarget(target, zones, index),
      ...judgeZoneName(location, zones),
      ...findSharing(location, { shared: shared === true }),
    ];
    return { target, vendorTarget: zones.length === 1 ? (zones[0]?.id ?? null) : null, findings };
  };
  return {
    verified: index.complete,
    ofCompany: [
      ...problems,
      ...(list?.problems ?? []),
      ...judgeOperator(mapping),
      ...judgeCompanyCode(mapping),
    ],
    judge,
  };
}

function judgeTarget(target: string, zones: readonly Zone[], index: ZoneIndex): MappingFinding[] {
  const unresolved = index.canResolve(target) ? [] : [unresolvedTarget(target)];
  if (zones.length === 1) return unresolved;
  if (zones.length > 1) return [ambiguousTarget(target, zones)];
  const [foreign] = index.resolveForeign(target);
  if (foreign !== undefined) return [foreignZone(target, foreign)];
  const near = index.names().closest(target);
  const nearest = near[0];
  if (nearest !== undefined && nearest.difference.kind !== "other")
    return [almostTarget(target, near, index)];
  if (isDamagedId(target)) return [malformedTarget(target, "error")];
  // A zone's name may itself hold invisible characters, so this is an error only for a complete list.
  if (hasHiddenCharacters(target)) return [malformedTarget(target, index.complete ? "error" : "warning")];
  return index.complete ? [unknownTarget(target, near, index)] : unresolved;
}

function judgeZoneName(location: Location, zones: readonly Zone[]): MappingFinding[] {
  const zone = zones.length === 1 ? zones[0] : undefined;
  if (zone === undefined || location.zoneName === undefined) return [];
  const difference = explainMismatch(location.zoneName, zone.name);
  if (difference === undefined) return [];
  return [
    {
      code: "zone_name_differs",
      severity: "error",
      difference,
      message: `Zone name "${showName(location.zoneName)}" is "${showName(zone.name)}" at Passport: ${difference.message}.`,
      hint: "Write the location's zoneName exactly as Passport does, or point its target to the right zone.",
    },
  ];
}

function judgeOperator({ options }: ExaminedMapping): MappingFinding[] {
  const operatorId = options["operatorId"];
  if (operatorId === undefined || (typeof operatorId === "string" && isUuid(operatorId))) return [];
  return [
    {
      code: "operator_malformed",
      severity: "error",
      path: ["operatorId"],
      message: "The operator id is not a UUID.",
      hint: "Ask Passport for the operator's id; it looks like 8f2b0c5e-0000-4000-8000-000000000000.",
    },
  ];
}

function judgeCompanyCode({ company, enabled, providerId }: ExaminedMapping): MappingFinding[] {
  if (company === undefined || (enabled.length === 0 && !isCompanyEnabled(company, providerId))) return [];
  const name = showName(company.name);
  const code = providerEntry(company.providers, providerId)?.code;
  const wanted = attempt(["company"], () => passportCompanyCode(company.name)).value;
  if (code === undefined) {
    return [
      {
        code: "company_code_missing",
        severity: "warning",
        path: ["company"],
        message: `Company "${name}" has no Passport company code.`,
        hint: `Note the code that Passport uses for it${wanted === undefined ? "" : `, by convention ${showName(wanted)}`}.`,
      },
    ];
  }
  const difference = wanted === undefined ? undefined : explainMismatch(wanted, code);
  if (difference === undefined) return [];
  return [
    {
      code: "company_code_differs",
      severity: "warning",
      difference,
      path: ["company"],
      message: `The Passport company code of "${name}" is not the conventional one: it ${difference.message}.`,
      hint: `By convention it is ${difference.expected}; check with Passport which one is meant.`,
    },
  ];
}

function ambiguousTarget(target: string, zones: readonly Zone[]): MappingFinding {
  const meanings = zones.slice(0, 3).map((zone) => `${describeMeaning(target, zone)} ${showName(zone.id)}`);
  return {
    code: "target_ambiguous",
    severity: "error",
    message: `Target "${showName(target)}" stands for ${zones.length} zones: the ${meanings.join(", the ")}${zones.length > 3 ? ", …" : ""}.`,
    hint: "Set the id of the right one as the target.",
  };
}

function describeMeaning(target: string, { number, name }: Zone): string {
  if (target === number) return target === name ? "number and name of" : "number of";
  return target === name ? "name of" : "id";
}

function foreignZone(target: string, { id, name }: PassportZone): MappingFinding {
  return {
    code: "target_of_other_operator",
    severity: "error",
    message: `Target "${showName(target)}" is zone "${showName(name)}" (${showName(id)}) of another operator.`,
    hint: "Check the operator id, or set a zone of this operator as the target.",
  };
}

function almostTarget(target: string, near: readonly NameCandidate[], index: ZoneIndex): MappingFinding {
  const { hint, details } = describeCandidates(near);
  const [nearest] = near;
  return {
    // Only a warning for an incomplete list: the exact zone may be missing from it.
    code: "name_differs",
    severity: index.complete ? "error" : "warning",
    ...details,
    message: `Target "${showName(target)}" is no zone; "${showName(nearest?.name ?? "")}" ${nearest?.difference.message}.`,
    hint: `${nearest?.tied ? hint : ""}Write it exactly as Passport does, or set the zone's id.`,
  };
}

function malformedTarget(target: string, severity: MappingFinding["severity"]): MappingFinding {
  return {
    code: "target_malformed",
    severity,
    message: `Target "${showName(target)}" is neither a zone's id as Passport writes it nor a plain number or name.`,
    hint: "Remove stray spaces and invisible characters; an id is 36 characters long, hyphens included.",
  };
}

function unresolvedTarget(target: string): MappingFinding {
  return {
    code: "target_unresolved",
    severity: "warning",
    message: `Target "${showName(target)}" is a number or name, and Passport's zone list is incomplete: another zone may have it too.`,
    hint: `${TARGET_HINT} Permits for a number or name are refused as long as the list is incomplete.`,
  };
}

function unknownTarget(target: string, near: readonly NameCandidate[], index: ZoneIndex): MappingFinding {
  const { hint, details } = describeCandidates(near);
  return {
    code: "target_unknown",
    severity: "error",
    ...details,
    message: `Target "${showName(target)}" is no id, number or name of a zone of this operator.`,
    hint: `${hint}${describeExhaustion(index.names())}${TARGET_HINT} Fetch the zones again if it is new.`,
  };
}

/** Whether a target is 32 hex digits with other separators than a UUID has: a damaged id. */
function isDamagedId(target: string): boolean {
  return !isUuid(target) && /^[0-9a-f]{32}$/i.test(target.replace(/[-{}()\s]/g, ""));
}

function readZoneIds(value: unknown): "passport" | "external" {
  if (value === undefined || value === "passport") return "passport";
  if (value === "external") return "external";
  throw fieldError("zoneIds", 'must be "passport" or "external".');
}
