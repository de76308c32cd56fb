import type { Location } from "../directory/directory.ts";
import { providerEntry } from "../directory/switches.ts";
import type { NameCandidate } from "../names/rank-candidates.ts";
import { showName } from "../names/visible-name.ts";
import { groupBy } from "./group-by.ts";
import { judgeCompany, judgeLocationNames } from "./judge-directory.ts";
import type { MappingIssue, MappingMatch, MappingReport } from "./mapping.ts";
import {
  type ExaminedMapping,
  isUnreadable,
  type LocationEntry,
  type MappingFinding,
  type ReadMapping,
  readMapping,
  targetOf,
} from "./read-mapping.ts";

/** The rules of one vendor's validator. `reportMapping` does what all validators share. */
export interface MappingRules {
  /** The vendor's name, and the provider id where the input names none. */
  readonly vendor: string;
  /** The keys of its input besides those of `MappingInput`. */
  readonly keys: readonly string[];
  /** Examines the whole mapping. Called once. */
  examine(mapping: ExaminedMapping): MappingExamination;
}

/** The result of a vendor's rules. */
export interface MappingExamination {
  /** Whether targets were compared with a complete list from the vendor. */
  readonly verified: boolean;
  readonly ofCompany: readonly MappingFinding[];
  /** Judges one enabled location. Called once for each, in their order. */
  judge(location: Location): MappingJudgement;
  /** Finds what the vendor has and no location points to. Called after the last location was judged. */
  findUnused?(): readonly (MappingFinding & { readonly target: string })[];
}

/** The findings about one location. */
export interface MappingJudgement {
  readonly target: string | null;
  readonly vendorTarget: string | null;
  readonly findings: readonly MappingFinding[];
}

/**
 * Runs one vendor's rules over an input. Never throws, and does not change the input. The report is frozen. The order of its
 * issues: the input and the company, each location in turn, the vendor's side.
 */
export function reportMapping(input: unknown, rules: MappingRules): MappingReport {
  const mapping = examinable(readMapping(input, rules.vendor, rules.keys));
  const { verified, ofCompany, judge, findUnused } = rules.examine(mapping);
  const issues: MappingIssue[] = [...mapping.problems, ...judgeCompany(mapping), ...ofCompany].map(
    (finding) => toIssue(finding, null, null),
  );
  const matches: MappingMatch[] = [];
  const repeatedIds = countRepeatedIds(mapping);
  const isNew = createRepeatFilter(repeatedIds);
  for (const entry of mapping.entries) {
    const { target, vendorTarget, findings } = judgeEntry(entry, mapping, { judge, repeatedIds });
    for (const finding of findings) {
      if (isNew(entry.id, finding)) issues.push(toIssue(finding, entry.id, target));
    }
    if (entry.id === null || target === null || findings.some(isError)) continue;
    matches.push(Object.freeze({ locationId: entry.id, target, vendorTarget }));
  }
  for (const { target, ...finding } of findUnused?.() ?? []) issues.push(toIssue(finding, null, target));
  const errors = issues.filter(isError).length;
  return Object.freeze({
    providerId: mapping.providerId,
    ok: errors === 0,
    verified,
    issues: Object.freeze(issues),
    matches: Object.freeze(matches),
    summary: Object.freeze({
      locations: mapping.entries.length,
      enabled: mapping.enabled.length,
      matched: matches.length,
      errors,
      warnings: issues.length - errors,
    }),
  });
}

/**
 * Creates a search for other locations with a location's target. Two targets with one `key` are the same. With `shared`,
 * locations of the same company may have one target.
 */
export function createTargetSharing(
  mapping: ExaminedMapping,
  key: (target: string) => string,
): (location: Location, options?: { shared?: boolean }) => MappingFinding[] {
  const { providerId } = mapping;
  const own = groupBy(mapping.enabled, (location) => {
    const target = targetOf(location, providerId);
    return target === undefined ? undefined : key(target);
  });
  const foreign = groupBy(mapping.foreignTargets, ({ target }) => key(target));
  return (location, { shared = false } = {}) => {
    const target = targetOf(location, providerId);
    if (target === undefined) return [];
    const neighbour = own.get(key(target)).find((other) => other !== location);
    const foreigner = foreign.get(key(target))[0];
    return [
      ...(neighbour === undefined || shared ? [] : [sharedTarget(target, neighbour)]),
      ...(foreigner === undefined ? [] : [foreignTarget(target, foreigner.company.name, foreigner.location)]),
    ];
  };
}

/** The finding about a location that is switched on and has no target. */
export function missingTarget(location: Location, hint: string): MappingFinding {
  const message = `Location "${showName(location.name)}" is switched on but has no target.`;
  return { code: "target_missing", severity: "error", message, hint };
}

/** The part of a finding about the vendor's names that are closest to an unknown one. */
export function describeCandidates(candidates: readonly NameCandidate[]): {
  /** The beginning of a hint: `Closest: "Lot 101". `. Empty when no name is close. */
  readonly hint: string;
  readonly details: Pick<MappingFinding, "difference" | "candidates">;
} {
  const [nearest] = candidates;
  if (nearest === undefined) return { hint: "", details: {} };
  const tied = candidates.filter(({ tied: isTied, edits }) => isTied && edits === nearest.edits);
  const shown = nearest.tied ? tied : candidates;
  const names = shown.map(({ name }) => `"${showName(name)}"`).join(", ");
  return {
    hint: nearest.tied
      ? `Equally close: ${names}; only a person who knows the place can tell. `
      : `Closest: ${names}. `,
    details: {
      candidates: Object.freeze([...candidates]),
      ...(nearest.tied ? {} : { difference: nearest.difference }),
    },
  };
}

function examinable(mapping: ReadMapping): ExaminedMapping {
  const locations = mapping.entries.filter(
    (entry): entry is Location => !isUnreadable(entry) && isOwn(entry, mapping),
  );
  return { ...mapping, locations, enabled: locations.filter((location) => isOn(location, mapping)) };
}

function judgeEntry(
  entry: LocationEntry,
  mapping: ReadMapping,
  rules: Pick<MappingExamination, "judge"> & { repeatedIds: RepeatedIds },
): MappingJudgement {
  if (isUnreadable(entry)) return { ...NOT_COMPARED, findings: [entry.problem] };
  const count = rules.repeatedIds.get(entry.id);
  const repeated = count === undefined ? [] : [repeatedId(entry, count)];
  if (!isOwn(entry, mapping)) return { ...NOT_COMPARED, findings: [foreignLocation(entry), ...repeated] };
  const { target, vendorTarget, findings } = isOn(entry, mapping) ? rules.judge(entry) : NOT_COMPARED;
  return { target, vendorTarget, findings: [...repeated, ...judgeLocationNames(entry), ...findings] };
}

const NOT_COMPARED: MappingJudgement = { target: null, vendorTarget: null, findings: [] };

function isOn({ providers }: Location, { providerId }: ReadMapping): boolean {
  return providerEntry(providers, providerId)?.enabled === true;
}

function isOwn(location: Location, { company }: ReadMapping): boolean {
  return company === undefined || location.companyId === company.id;
}

/** The ids that more than one location has, with how many. */
type RepeatedIds = ReadonlyMap<string, number>;

function countRepeatedIds({ entries }: ReadMapping): RepeatedIds {
  const seen = new Set<string>();
  const repeated = new Map<string, number>();
  for (const { id } of entries) {
    if (id === null) continue;
    if (seen.has(id)) repeated.set(id, (repeated.get(id) ?? 1) + 1);
    else seen.add(id);
  }
  return repeated;
}

/** Creates a filter for findings that repeat one about another location with the same id: a report cannot tell these apart. */
function createRepeatFilter(repeatedIds: RepeatedIds) {
  const made = new Map<string, Set<string>>();
  return (id: string | null, { code, message, field }: MappingFinding): boolean => {
    // A finding about an unreadable entry names that entry's own field.
    if (id === null || field !== undefined || !repeatedIds.has(id)) return true;
    const known = made.get(id) ?? new Set<string>();
    made.set(id, known);
    const before = known.size;
    known.add(`${code} ${message}`);
    return known.size > before;
  };
}

function repeatedId(location: Location, count: number): MappingFinding {
  return {
    code: "location_id_duplicate",
    severity: "error",
    message: `Location id "${showName(location.id)}" is used for ${count} locations.`,
    hint: "Give each location an id of its own; permits name locations by it.",
  };
}

function foreignLocation(location: Location): MappingFinding {
  return {
    code: "location_of_other_company",
    severity: "error",
    message: `Location "${showName(location.name)}" belongs to company "${showName(location.companyId)}".`,
    hint: "Validate each company with its own locations; give the others as otherCompanies. This one was not checked.",
  };
}

/** The finding about a location that has the same target as another one of its company. */
export function sharedTarget(target: string, neighbour: Location): MappingFinding {
  return {
    code: "target_duplicate",
    severity: "error",
    message: `Target "${showName(target)}" is also that of location "${showName(neighbour.name)}".`,
    hint: "Give each location a target of its own; with one for two, officers see the permits of both at each.",
  };
}

function foreignTarget(target: string, companyName: string, location: Location): MappingFinding {
  return {
    code: "target_of_other_company",
    severity: "error",
    message: `Target "${showName(target)}" is also that of location "${showName(location.name)}" of company "${showName(companyName)}".`,
    hint: "Find out from the vendor whose it is, and correct the other; permits would appear at the wrong customer.",
  };
}

function toIssue(finding: MappingFinding, locationId: string | null, target: string | null): MappingIssue {
  const { code, severity, message, hint, ...details } = finding;
  return Object.freeze({ code, severity, locationId, target, message, hint, ...details });
}

function isError({ severity }: { readonly severity: "error" | "warning" }): boolean {
  return severity === "error";
}
