import { describeAge } from "../../core/describe-time.ts";
import type { MappingIssue } from "../../core/mapping/mapping.ts";
import { showName } from "../../core/names/visible-name.ts";
import { type IssuePlaces, showPlaces } from "../input/issue-places.ts";
import { type CheckedProvider, isClean, isCompared, type MappingCheck } from "../mapping-check.ts";
import { type Problem, showPlace } from "../unusable-input.ts";
import { compareNames } from "./compare-names.ts";
import type { Report, ReportItem, ReportSection, Verdict } from "./report.ts";
import { count, type LocationNames, nameLocations, showInstant, toSubject } from "./words.ts";

/** The report of a mapping check, for people. */
export function toMappingReport(check: MappingCheck): Report {
  const { mapping, checkedAt, providers, warnings } = check;
  const names = nameLocations(mapping.locations.map(({ location }) => location));
  return {
    kind: "Mapping check",
    title: showName(mapping.company.name),
    verdict: judgeAll(check),
    facts: [
      { label: "File", value: mapping.name },
      { label: "Checked", value: showInstant(checkedAt) },
    ],
    sections: [
      ...(warnings.length === 0 ? [] : [toFileSection(warnings)]),
      ...providers.map((provider) => toSection(provider, { names, checkedAt })),
    ],
  };
}

/**
 * A mapping check for programs. `version` grows when a key changes its meaning or goes; keys may be added at any time.
 */
export function toMappingJson(check: MappingCheck) {
  const { mapping, checkedAt, providers, warnings } = check;
  return {
    schema: "offstreet-enforcement/mapping-check",
    version: 1,
    file: mapping.name,
    checkedAt: checkedAt.toISOString(),
    clean: isClean(check),
    warnings: warnings.map(({ place, message }) => ({ message, places: place === undefined ? [] : [place] })),
    company: { id: mapping.company.id, name: mapping.company.name },
    reports: providers.map((provider) => {
      const { providerId, vendor, report, findPlaces, lacksList } = provider;
      return {
        providerId,
        vendor: vendor.name,
        ok: report.ok,
        verified: report.verified,
        compared: isCompared(provider),
        ...(lacksList ? { lacksList } : {}),
        summary: report.summary,
        issues: report.issues.map((issue) => {
          const { places, morePlaces } = findPlaces(issue);
          return morePlaces === 0 ? { ...issue, places } : { ...issue, places, morePlaces };
        }),
        matches: report.matches,
      };
    }),
  };
}

/** What is about the files themselves, whatever the vendor. */
function toFileSection(warnings: readonly Problem[]): ReportSection {
  return {
    heading: "Files",
    id: "files",
    verdict: { mark: "attention", text: count(warnings.length, "warning") },
    facts: [],
    groups: [{ items: warnings.map(toWarningItem) }],
  };
}

function toWarningItem({ place, message }: Problem): ReportItem {
  return {
    mark: "attention",
    label: "warning",
    message,
    places: place === undefined ? [] : [showPlace(place)],
  };
}

function toSection(
  provider: CheckedProvider,
  { names, checkedAt }: { names: LocationNames; checkedAt: Date },
): ReportSection {
  const { providerId, vendor, report, findPlaces, lacksList } = provider;
  const { locations, enabled, matched } = report.summary;
  const compared = describeList(provider, checkedAt);
  return {
    heading: vendor.setup.title,
    id: providerId,
    verdict: judge(countFound(provider), { verified: report.verified, compared: isCompared(provider) }),
    facts: [
      { label: "Locations", value: String(locations) },
      { label: "Switched on", value: String(enabled) },
      { label: "In order", value: String(matched) },
      { label: "Compared with", value: compared },
    ],
    groups: [
      {
        items: [
          ...(lacksList ? [toMissingList(provider)] : []),
          ...report.issues.map((issue) => toIssueItem(issue, names, findPlaces(issue))),
        ],
      },
    ],
  };
}

function toMissingList({ providerId, vendor }: CheckedProvider): ReportItem {
  const { setup, list } = vendor;
  return {
    mark: "bad",
    label: "error",
    message: `There is no list from ${setup.title} to compare with, and --require-lists is given.`,
    action: `Name a file with --${list.flag}, or write the list into the mapping file under vendors.${providerId}.${list.key}.`,
    places: [],
  };
}

function describeList({ vendor, facts: { list }, report }: CheckedProvider, checkedAt: Date): string {
  if (list === undefined) return `nothing: no list given (--${vendor.list.flag})`;
  const age = list.fetchedAt === undefined ? "" : `, fetched ${describeAge(list.fetchedAt, checkedAt)}`;
  return `${count(list.entries.length, vendor.list.entry)}${report.verified ? "" : ", an incomplete list"}${age}`;
}

/** One issue; `names` are those of the locations by id. */
export function toIssueItem(issue: MappingIssue, names: LocationNames, places: IssuePlaces): ReportItem {
  const { code, severity, locationId, message, hint, difference } = issue;
  return {
    mark: severity === "error" ? "bad" : "attention",
    label: severity,
    code,
    ...(locationId === null ? {} : { subject: toSubject(locationId, names) }),
    message,
    ...(difference === undefined ? {} : { comparison: compareNames(difference) }),
    action: hint,
    places: showPlaces(places),
  };
}

interface Found {
  readonly errors: number;
  readonly warnings: number;
}

/** How far the names were compared with what the vendors have. */
interface Comparing {
  /** With a list that holds all of it. */
  readonly verified: boolean;
  /** With any list. */
  readonly compared: boolean;
}

function judgeAll({ providers, warnings }: MappingCheck): Verdict {
  const found = providers.map(countFound);
  return judge(
    {
      errors: found.reduce((sum, { errors }) => sum + errors, 0),
      warnings: found.reduce((sum, one) => sum + one.warnings, warnings.length),
    },
    {
      verified: providers.every(({ report }) => report.verified),
      compared: providers.some(isCompared),
    },
  );
}

function countFound({ report, lacksList }: CheckedProvider): Found {
  const { errors, warnings } = report.summary;
  return { errors: errors + (lacksList ? 1 : 0), warnings };
}

function judge({ errors, warnings }: Found, { verified, compared }: Comparing): Verdict {
  const found = [errors > 0 ? count(errors, "error") : "", warnings > 0 ? count(warnings, "warning") : ""];
  const text = found.filter((part) => part !== "").join(", ");
  if (errors > 0) return { mark: "bad", text };
  if (warnings > 0) return { mark: "attention", text };
  if (!compared) return { mark: "open", text: "nothing was compared: there is no list from the vendor" };
  if (!verified) return { mark: "open", text: "nothing found, but not everything could be compared" };
  return { mark: "good", text: "everything matches" };
}
