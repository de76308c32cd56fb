import type { Location } from "../../core/directory/directory.ts";
import { readBoolean, readOptionalText, readRecord } from "../../core/fields.ts";
import { type Groups, groupBy } from "../../core/mapping/group-by.ts";
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

/** A SpotID as HotSpot lists it. */
export interface HotSpotSpot {
  /** Opaque text; leading zeros count. */
  readonly spotId: string;
  /** What HotSpot calls the place. */
  readonly name?: string;
}

/** What {@link validateHotSpotMapping} compares. */
export interface HotSpotMappingInput extends MappingInput {
  /** All SpotIDs that HotSpot has for the company, plain or with names. Empty: it has none. Absent: not known. */
  readonly spotIds?: readonly (string | HotSpotSpot)[];
  /** Whether a company token is configured. Absent: not checked. */
  readonly companyToken?: boolean;
}

/**
 * Compares a company's locations with HotSpot's SpotIDs: one for each location, equal to the letter. Where the list
 * has names, they are compared with the locations' names; HotSpot goes by the SpotID, so those are warnings.
 *
 * Pure; never throws: what cannot be read is an issue.
 */
export function validateHotSpotMapping(input: HotSpotMappingInput): MappingReport {
  return reportMapping(input, { vendor: "hotspot", keys: ["spotIds", "companyToken"], examine });
}

const TARGET_HINT =
  "Set the SpotID that HotSpot gave for this location as its target, leading zeros included.";

/** SpotIDs by their text, and by what is left without spaces and leading zeros. */
interface SpotBook {
  readonly complete: boolean;
  readonly byId: Groups<HotSpotSpot>;
  readonly byCore: Groups<HotSpotSpot>;
  /** What a SpotID is called in the list, each name once. */
  namesOf(spotId: string): ReadonlySet<string>;
}

function examine(mapping: ExaminedMapping): MappingExamination {
  const { entries, complete, problems } = readVendorList(mapping.options["spotIds"], ["spotIds"], readSpot);
  const byId = groupBy(entries, ({ spotId }) => spotId);
  const book: SpotBook = {
    complete,
    byId,
    byCore: groupBy(entries, ({ spotId }) => coreOf(spotId)),
    namesOf: createNameFinder(byId),
  };
  const findSharing = createTargetSharing(mapping, (target) => target);
  const judge = (location: Location): MappingJudgement => {
    const target = targetOf(location, mapping.providerId);
    if (target === undefined) {
      return { target: null, vendorTarget: null, findings: [missingTarget(location, TARGET_HINT)] };
    }
    const findings = [...judgeTarget(location, target, book), ...findSharing(location)];
    return { target, vendorTarget: byId.has(target) ? target : null, findings };
  };
  return {
    verified: complete,
    ofCompany: [...problems, ...judgeCompanyToken(mapping)],
    judge,
    findUnused: () => findUnused(mapping, book),
  };
}

function judgeTarget(location: Location, target: string, book: SpotBook): MappingFinding[] {
  if (book.byId.has(target)) return judgeNames(location, target, book.namesOf(target));
  const near = nearestSpotId(target, book);
  const difference = near === undefined ? undefined : explainMismatch(target, near);
  if (near !== undefined && difference !== undefined) return [almostTarget(target, near, difference)];
  if (/\s/.test(target) || hasHiddenCharacters(target)) return [malformedTarget(target)];
  return book.complete ? [unknownTarget(target)] : [];
}

/** Gathers the names of a SpotID once: it may stand in the list, and at locations, a thousand times. */
function createNameFinder(byId: Groups<HotSpotSpot>): SpotBook["namesOf"] {
  const found = new Map<string, ReadonlySet<string>>();
  return (spotId) => {
    const spots = byId.get(spotId);
    const known =
      found.get(spotId) ?? new Set(spots.flatMap(({ name }) => (name === undefined ? [] : [name])));
    if (spots.length > 1) found.set(spotId, known);
    return known;
  };
}

function judgeNames(location: Location, target: string, names: ReadonlySet<string>): MappingFinding[] {
  if (names.size > 1) {
    return [
      {
        code: "target_ambiguous",
        severity: "error",
        message: `SpotID "${showName(target)}" stands in HotSpot's list under ${names.size} names.`,
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
  book: SpotBook,
): (MappingFinding & { target: string })[] {
  // A location that almost points to a SpotID has an issue of its own; that is enough to find both.
  const used = new Set(
    locations.map((location) => {
      const target = targetOf(location, providerId);
      return target === undefined || book.byId.has(target) ? target : nearestSpotId(target, book);
    }),
  );
  const unused = [...book.byId.keys()].filter((spotId) => !used.has(spotId));
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

/** A SpotID of the list that equals the target but for spaces, invisible characters and leading zeros. */
function nearestSpotId(target: string, { byCore }: SpotBook): string | undefined {
  return byCore.get(coreOf(target))[0]?.spotId;
}

/** What two SpotIDs have in common when a spreadsheet or a careless copy made one of the other. */
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
