import type { Location } from "../../core/directory/directory.ts";
import { readBoolean, readOptionalText, readRecord } from "../../core/fields.ts";
import { type Groups, groupBy, memoize } from "../../core/mapping/group-by.ts";
import type { MappingInput, MappingReport } from "../../core/mapping/mapping.ts";
import {
  attempt,
  type ExaminedMapping,
  type MappingFinding,
  readName,
  readVendorList,
  targetOf,
} from "../../core/mapping/read-mapping.ts";
import {
  createTargetSharing,
  type MappingExamination,
  type MappingJudgement,
  missingTarget,
  reportMapping,
} from "../../core/mapping/report-mapping.ts";
import { explainMismatch } from "../../core/names/explain-mismatch.ts";
import type { NameDifference } from "../../core/names/rank-candidates.ts";
import { hasHiddenCharacters, showName } from "../../core/names/visible-name.ts";

/** A SpotID in HotSpot's list. */
export interface HotSpotSpot {
  /** Opaque text. Leading zeros are significant. */
  readonly spotId: string;
  /** HotSpot's name for the place. Absent when it is not known. */
  readonly name?: string;
}

/** The input of {@link validateHotSpotMapping}. */
export interface HotSpotMappingInput extends MappingInput {
  /** All of HotSpot's SpotIDs of the company, with or without names. Empty: HotSpot has none. Absent: the list is not known. */
  readonly spotIds?: readonly (string | HotSpotSpot)[];
  /** Whether a company token is configured. Absent: not checked. */
  readonly companyToken?: boolean;
}

/**
 * Compares the targets of a company's locations with HotSpot's SpotIDs. Each location needs a SpotID of its own, exactly as
 * HotSpot lists it. Names in the list are compared with the locations' names; a difference is only a warning, because HotSpot
 * finds a place by its SpotID.
 *
 * A pure function that never throws: input that cannot be read becomes an issue of the report.
 */
export function validateHotSpotMapping(input: HotSpotMappingInput): MappingReport {
  return reportMapping(input, { vendor: "hotspot", keys: ["spotIds", "companyToken"], examine });
}

const TARGET_HINT =
  "Set the SpotID that HotSpot gave for this location as its target, leading zeros included.";

/** HotSpot's SpotIDs by their exact text, and by their text without spaces and leading zeros. */
interface SpotIndex {
  readonly complete: boolean;
  readonly byId: Groups<HotSpotSpot>;
  readonly byCore: Groups<HotSpotSpot>;
  /** The different names of a SpotID in the list. */
  namesOf(spotId: string): ReadonlySet<string>;
}

function examine(mapping: ExaminedMapping): MappingExamination {
  const { entries, complete, problems } = readVendorList(mapping.options["spotIds"], ["spotIds"], readSpot);
  const byId = groupBy(entries, ({ spotId }) => spotId);
  const index: SpotIndex = {
    complete,
    byId,
    byCore: groupBy(entries, ({ spotId }) => coreOf(spotId)),
    namesOf: memoize(
      (spotId) => new Set(byId.get(spotId).flatMap(({ name }) => (name === undefined ? [] : [name]))),
    ),
  };
  const findSharing = createTargetSharing(mapping, (target) => target);
  const judge = (location: Location): MappingJudgement => {
    const target = targetOf(location, mapping.providerId);
    if (target === undefined) {
      return { target: null, vendorTarget: null, findings: [missingTarget(location, TARGET_HINT)] };
    }
    const findings = [...judgeTarget(location, target, index), ...findSharing(location)];
    return { target, vendorTarget: byId.has(target) ? target : null, findings };
  };
  return {
    verified: complete,
    ofCompany: [...problems, ...judgeCompanyToken(mapping)],
    judge,
    findUnused: () => findUnused(mapping, index),
  };
}

function judgeTarget(location: Location, target: string, index: SpotIndex): MappingFinding[] {
  if (index.byId.has(target)) return judgeNames(location, target, index.namesOf(target));
  const near = nearestSpotId(target, index);
  const difference = near === undefined ? undefined : explainMismatch(target, near);
  if (near !== undefined && difference !== undefined) return [almostTarget(target, near, difference)];
  if (/\s/.test(target) || hasHiddenCharacters(target)) return [malformedTarget(target)];
  return index.complete ? [unknownTarget(target)] : [];
}

function judgeNames(location: Location, target: string, names: ReadonlySet<string>): MappingFinding[] {
  if (names.size > 1) {
    return [
      {
        code: "target_ambiguous",
        severity: "error",
        message: `SpotID "${showName(target)}" is in HotSpot's list under ${names.size} names.`,
        hint: "Ask HotSpot which place it is for; one SpotID is one location.",
      },
    ];
  }
  const [name] = names;
  const difference = name === undefined ? undefined : explainMismatch(location.name, name);
  if (name === undefined || difference === undefined) return [];
  return [
    {
      code: "name_differs",
      severity: "warning",
      difference,
      message: `SpotID "${showName(target)}" is "${showName(name)}" at HotSpot, location "${showName(location.name)}" here: ${difference.message}.`,
      hint: "Make sure that it is the same place; then use one name on both sides, so that people find it.",
    },
  ];
}

function judgeCompanyToken({ options, enabled }: ExaminedMapping): MappingFinding[] {
  const { value: companyToken, problem } = attempt(["companyToken"], () =>
    readBoolean(options["companyToken"] ?? true, "companyToken"),
  );
  if (problem !== undefined) return [problem];
  if (companyToken || enabled.length === 0) return [];
  return [
    {
      code: "company_token_missing",
      severity: "warning",
      path: ["companyToken"],
      message: "No company token is configured for HotSpot.",
      hint: "If permits do not appear, ask HotSpot for the company's token and set it as companyToken.",
    },
  ];
}

function findUnused(
  { locations, providerId }: ExaminedMapping,
  index: SpotIndex,
): (MappingFinding & { target: string })[] {
  // A SpotID that a location's target nearly equals counts as used: the location's own issue names it.
  const used = new Set(
    locations.map((location) => {
      const target = targetOf(location, providerId);
      return target === undefined || index.byId.has(target) ? target : nearestSpotId(target, index);
    }),
  );
  const unused = [...index.byId.keys()].filter((spotId) => !used.has(spotId));
  return unused.map((spotId) => ({
    code: "target_without_location",
    severity: "warning",
    target: spotId,
    message: `No location has the SpotID "${showName(spotId)}".`,
    hint: "Set it as the target of its location, or tell HotSpot that it is not needed.",
  }));
}

function almostTarget(target: string, near: string, difference: NameDifference): MappingFinding {
  const message = `SpotID "${showName(target)}" is not in HotSpot's list; "${showName(near)}" is: it ${difference.message}.`;
  if (withoutSpaces(target) !== target) {
    return {
      code: "target_malformed",
      severity: "error",
      difference,
      message,
      hint: `If "${showName(near)}" is meant, write it exactly so, without the spaces or invisible characters around it.`,
    };
  }
  if (withoutSpaces(near) !== near) {
    return {
      code: "target_malformed",
      severity: "error",
      difference,
      message,
      hint: "The list has a space or an invisible character there. Ask HotSpot whether it belongs to the SpotID; if not, remove it from the list.",
    };
  }
  return {
    code: "leading_zeros_differ",
    severity: "error",
    difference,
    message,
    hint: `If "${showName(near)}" is meant, write it exactly so. Spreadsheets drop leading zeros; keep SpotIDs as text.`,
  };
}

function malformedTarget(target: string): MappingFinding {
  return {
    code: "target_malformed",
    severity: "error",
    message: `SpotID "${showName(target)}" holds spaces or characters that cannot be seen.`,
    hint: "Copy the SpotID alone, without the text around it.",
  };
}

function unknownTarget(target: string): MappingFinding {
  return {
    code: "target_unknown",
    severity: "error",
    message: `SpotID "${showName(target)}" is not in HotSpot's list.`,
    hint: `${TARGET_HINT} Ask HotSpot for a new list if it was added lately.`,
  };
}

/** A SpotID of the list that differs from the target only by spaces, invisible characters or leading zeros. */
function nearestSpotId(target: string, { byCore }: SpotIndex): string | undefined {
  return byCore.get(coreOf(target))[0]?.spotId;
}

/** A SpotID without the parts that a spreadsheet or a careless copy changes: spaces and leading zeros. */
function coreOf(spotId: string): string {
  return withoutSpaces(spotId).replace(/^0+(?=.)/, "");
}

function withoutSpaces(text: string): string {
  return text.replace(/[\p{Z}\p{C}]/gu, "");
}

function readSpot(value: unknown, field: string): HotSpotSpot {
  if (typeof value === "string") return { spotId: readName(value, field) };
  const spot = readRecord(value, field, ["spotId", "name"]);
  const spotId = readName(spot["spotId"], `${field}.spotId`);
  const name = readOptionalText(spot["name"], `${field}.name`);
  return name === undefined ? { spotId } : { spotId, name: readName(name, `${field}.name`) };
}
