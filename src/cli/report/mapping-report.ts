import { describeAge } from "../../core/describe-time.ts";
import { showName } from "../../core/names/visible-name.ts";
import {
  type CheckedProvider,
  isCompared,
  isPassed,
  type MappingCheck,
  type PlacedIssue,
} from "../mapping-check.ts";
import { type Problem, showPlace } from "../unusable-input.ts";
import { compareNames } from "./compare-names.ts";
import type { Report, ReportItem, ReportSection, Verdict } from "./report.ts";
import { toJsonVerdict } from "./verdict.ts";
import { count, type LocationNames, nameLocations, showInstant, toSubject } from "./words.ts";

/** The report of a mapping check, for people. */
export function toMappingReport(check: MappingCheck): Report {
  const { mapping, checkedAt, providers, warnings } = check;
  const names = nameLocations(mapping.locations.map(({ location }) => location));
  return {
    kind: "Mapping check",
    title: showName(mapping.company.name),
    verdict: judge(findAll(check)),
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
export function toMappingJson(check: MappingCheck, allows: { readonly warnings: boolean }) {
  const { mapping, checkedAt, providers, warnings } = check;
  return {
    schema: "offstreet-enforcement/mapping-check",
    version: 1,
    file: mapping.name,
    checkedAt: checkedAt.toISOString(),
    verdict: toJsonVerdict(judge(findAll(check)), isPassed(check, allows)),
    warnings: warnings.map(({ place, message }) => ({ message, places: place === undefined ? [] : [place] })),
    company: { id: mapping.company.id, name: mapping.company.name },
    reports: providers.map((provider) => {
      const { providerId, vendor, report, issues, lacksList } = provider;
      return {
        providerId,
        vendor: vendor.name,
        verdict: toJsonVerdict(
          judge(findIn(provider)),
          isPassed({ providers: [provider], warnings: [] }, allows),
        ),
        verified: report.verified,
        compared: isCompared(provider),
        ...(lacksList ? { lacksList } : {}),
        summary: report.summary,
        issues,
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
  const { providerId, vendor, report, issues, lacksList } = provider;
  const { locations, enabled, matched } = report.summary;
  const compared = describeList(provider, checkedAt);
  return {
    heading: vendor.setup.title,
    id: providerId,
    verdict: judge(findIn(provider)),
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
          ...issues.map((issue) => toIssueItem(issue, names)),
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
export function toIssueItem(issue: PlacedIssue, names: LocationNames): ReportItem {
  const { code, severity, locationId, message, hint, difference } = issue;
  return {
    mark: severity === "error" ? "bad" : "attention",
    label: severity,
    code,
    ...(locationId === null ? {} : { subject: toSubject(locationId, names) }),
    message,
    ...(difference === undefined ? {} : { comparison: compareNames(difference) }),
    action: hint,
    places: showPlaces(issue),
  };
}

function showPlaces({ places, morePlaces }: PlacedIssue): string[] {
  const shown = places.map(showPlace);
  return morePlaces === undefined ? shown : [...shown, `${morePlaces.toLocaleString("en")} more`];
}

/** What was found, and how far names were compared: with any list of the vendors, and with lists that hold all of it. */
interface Found {
  readonly errors: number;
  readonly warnings: number;
  readonly compared: boolean;
  readonly verified: boolean;
}

function findAll({ providers, warnings }: MappingCheck): Found {
  const found = providers.map(findIn);
  return {
    errors: found.reduce((sum, { errors }) => sum + errors, 0),
    warnings: found.reduce((sum, one) => sum + one.warnings, warnings.length),
    compared: found.some(({ compared }) => compared),
    verified: found.every(({ verified }) => verified),
  };
}

function findIn(provider: CheckedProvider): Found {
  const { summary, verified } = provider.report;
  const errors = summary.errors + (provider.lacksList ? 1 : 0);
  return { errors, warnings: summary.warnings, compared: isCompared(provider), verified };
}

function judge({ errors, warnings, compared, verified }: Found): Verdict {
  const found = [errors > 0 ? count(errors, "error") : "", warnings > 0 ? count(warnings, "warning") : ""];
  const text = found.filter((part) => part !== "").join(", ");
  if (errors > 0) return { mark: "bad", text };
  if (warnings > 0) return { mark: "attention", text };
  if (!compared) return { mark: "open", text: "nothing was compared: there is no list from the vendor" };
  if (!verified) return { mark: "open", text: "nothing found, but not everything could be compared" };
  return { mark: "good", text: "everything matches" };
}
