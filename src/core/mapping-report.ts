import type { Location } from "./directory.ts";
import type { MappingIssue, MappingMatch, MappingReport } from "./mapping.ts";
import { judgeCompany } from "./mapping-company.ts";
import { type MappingFinding, type ReadMapping, readMapping, targetOf } from "./mapping-input.ts";
import { judgeLocationNames } from "./mapping-names.ts";
import { providerEntry } from "./switches.ts";
import { showName } from "./visible-name.ts";

/** What one vendor's validator adds to what all of them do. */
export interface MappingRules {
  /** The vendor's name, and the provider id where the input names none. */
  readonly vendor: string;
  /** The keys that this validator takes besides those of `MappingInput`. */
  readonly keys: readonly string[];
  /** Compares the whole mapping once. */
  examine(mapping: ExaminedMapping): MappingExamination;
}

/** A mapping whose locations are known to be readable and the company's own. */
export interface ExaminedMapping extends ReadMapping {
  readonly locations: readonly Location[];
  /** Those that have the provider switched on. */
  readonly enabled: readonly Location[];
}

/** What a vendor's validator found. */
export interface MappingExamination {
  /** Whether there is a complete list from the vendor that targets could be compared with. */
  readonly verified: boolean;
  readonly ofCompany: readonly MappingFinding[];
  /** One for each enabled location. */
  readonly judgements: ReadonlyMap<Location, MappingJudgement>;
  /** What the vendor has and no location points to. */
  readonly ofVendor?: readonly (MappingFinding & { readonly target: string })[];
}

/** What was found about one location. */
export interface MappingJudgement {
  readonly target: string | null;
  readonly vendorTarget: string | null;
  readonly findings: readonly MappingFinding[];
}

/**
 * Runs one vendor's rules over an input. It never throws and changes nothing that it was given; the report is frozen.
 * Issues stand in this order: the input and the company, each location in turn, the vendor's side.
 */
export function reportMapping(input: unknown, rules: MappingRules): MappingReport {
  const mapping = examinable(readMapping(input, rules.vendor, rules.keys));
  const { verified, ofCompany, judgements, ofVendor = [] } = rules.examine(mapping);
  const issues: MappingIssue[] = [...mapping.problems, ...judgeCompany(mapping), ...ofCompany].map(
    (finding) => toIssue(finding, null, null),
  );
  const matches: MappingMatch[] = [];
  const isRepeated = findRepeatedIds(mapping);
  for (const { id, reading } of mapping.entries) {
    const location = reading.value;
    const judgement = location === undefined ? undefined : judgements.get(location);
    const findings = [
      ...(reading.problem === undefined ? [] : [reading.problem]),
      ...(location === undefined || isOwn(location, mapping) ? [] : [foreignLocation(location)]),
      ...(location !== undefined && isRepeated(location.id) ? [repeatedId(location)] : []),
      ...(location === undefined || !isOwn(location, mapping) ? [] : judgeLocationNames(location)),
      ...(judgement?.findings ?? []),
    ];
    const target = judgement?.target ?? null;
    issues.push(...findings.map((finding) => toIssue(finding, id, target)));
    if (judgement === undefined || id === null || target === null || findings.some(isError)) continue;
    matches.push(Object.freeze({ locationId: id, target, vendorTarget: judgement.vendorTarget }));
  }
  issues.push(...ofVendor.map(({ target, ...finding }) => toIssue(finding, null, target)));
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

/** Finds who else has a location's target; `key` is what counts as the same target. `shared` allows siblings. */
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
    const neighbour = own.get(key(target))?.find((other) => other !== location);
    const foreigner = foreign.get(key(target))?.[0];
    return [
      ...(neighbour === undefined || shared ? [] : [sharedTarget(target, neighbour)]),
      ...(foreigner === undefined ? [] : [foreignTarget(target, foreigner.company.name, foreigner.location)]),
    ];
  };
}

/** Entries by key, in order of first appearance. Entries without a key are left out. */
export function groupBy<Entry>(
  entries: Iterable<Entry>,
  keyOf: (entry: Entry) => string | undefined,
): ReadonlyMap<string, readonly Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return groups;
}

/** The finding about a location that is switched on and has no target. */
export function missingTarget(location: Location, hint: string): MappingFinding {
  const message = `Location "${showName(location.name)}" is switched on but has no target.`;
  return { code: "target_missing", severity: "error", message, hint };
}

function examinable(mapping: ReadMapping): ExaminedMapping {
  const locations = mapping.entries.flatMap(({ reading: { value } }) =>
    value !== undefined && isOwn(value, mapping) ? [value] : [],
  );
  const enabled = locations.filter(
    ({ providers }) => providerEntry(providers, mapping.providerId)?.enabled === true,
  );
  return { ...mapping, locations, enabled };
}

function isOwn(location: Location, { company }: ReadMapping): boolean {
  return company === undefined || location.companyId === company.id;
}

function findRepeatedIds({ entries }: ReadMapping): (id: string) => boolean {
  const byId = groupBy(entries, ({ id }) => id ?? undefined);
  return (id) => (byId.get(id)?.length ?? 0) > 1;
}

function repeatedId(location: Location): MappingFinding {
  return {
    ...{ code: "location_id_duplicate", severity: "error" },
    message: `Location id "${showName(location.id)}" is used for more than one location.`,
    hint: "Give each location an id of its own; permits name locations by it.",
  };
}

function foreignLocation(location: Location): MappingFinding {
  return {
    ...{ code: "location_of_other_company", severity: "error" },
    message: `Location "${showName(location.name)}" belongs to company "${showName(location.companyId)}".`,
    hint: "Validate each company with its own locations; give the others as otherCompanies. This one was not checked.",
  };
}

/** The finding about a location that has the same target as another one of its company. */
export function sharedTarget(target: string, neighbour: Location): MappingFinding {
  return {
    ...{ code: "target_duplicate", severity: "error" },
    message: `Target "${showName(target)}" is also that of location "${showName(neighbour.name)}".`,
    hint: "Give each location a target of its own; with one for two, officers see the permits of both at each.",
  };
}

function foreignTarget(target: string, companyName: string, location: Location): MappingFinding {
  return {
    ...{ code: "target_of_other_company", severity: "error" },
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
