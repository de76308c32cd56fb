import type { MappingIssue } from "../../core/mapping.ts";
import { showName } from "../../core/visible-name.ts";
import { describeAge } from "../../setup/describe-age.ts";
import type { CheckedProvider, MappingCheck } from "../mapping-check.ts";
import { type Place, showPlace } from "../unusable-input.ts";
import { compareNames } from "./compare-names.ts";
import { type LocationNames, nameLocations, toSubject } from "./location-names.ts";
import type { Report, ReportItem, ReportSection, Verdict } from "./report.ts";
import { count, showInstant } from "./words.ts";

/** The report of a mapping check, for people. */
export function toMappingReport({ mapping, checkedAt, providers }: MappingCheck): Report {
  const names = nameLocations(mapping.locations.map(({ location }) => location));
  const issues = providers.flatMap(({ report }) => report.issues);
  return {
    kind: "Mapping check",
    title: showName(mapping.company.name),
    verdict: judge(issues, { verified: providers.every(({ report }) => report.verified) }),
    facts: [
      { label: "File", value: mapping.name },
      { label: "Checked", value: showInstant(checkedAt) },
    ],
    sections: providers.map((provider) => toSection(provider, { names, checkedAt })),
  };
}

function toSection(
  provider: CheckedProvider,
  { names, checkedAt }: { names: LocationNames; checkedAt: Date },
): ReportSection {
  const { providerId, commands, report, findPlaces } = provider;
  const { locations, enabled, matched } = report.summary;
  const compared = describeList(provider, checkedAt);
  return {
    heading: commands.title,
    id: providerId,
    verdict: judge(report.issues, report),
    facts: [
      { label: "Locations", value: String(locations) },
      { label: "Switched on", value: String(enabled) },
      { label: "In order", value: String(matched) },
      { label: "Compared with", value: compared },
    ],
    groups: [
      { items: report.issues.map((issue) => toIssueItem(issue, { names, places: findPlaces(issue) })) },
    ],
  };
}

function describeList({ commands, facts: { list }, report }: CheckedProvider, checkedAt: Date): string {
  if (list === undefined) return "nothing: no list given";
  const age = list.fetchedAt === undefined ? "" : `, fetched ${describeAge(list.fetchedAt, checkedAt)}`;
  return `${count(list.entries.length, commands.entry)}${report.verified ? "" : ", an incomplete list"}${age}`;
}

/** One issue; `names` are those of the locations by id. */
export function toIssueItem(
  issue: MappingIssue,
  { names, places }: { names: LocationNames; places: readonly Place[] },
): ReportItem {
  const { code, severity, locationId, message, hint, difference } = issue;
  return {
    mark: severity === "error" ? "bad" : "attention",
    label: severity,
    code,
    ...(locationId === null ? {} : { subject: toSubject(locationId, names) }),
    message,
    ...(difference === undefined ? {} : { comparison: compareNames(difference) }),
    action: hint,
    places: places.map(showPlace),
  };
}

function judge(issues: readonly MappingIssue[], { verified }: { verified: boolean }): Verdict {
  const errors = issues.filter(({ severity }) => severity === "error").length;
  const warnings = issues.length - errors;
  const found = [errors > 0 ? count(errors, "error") : "", warnings > 0 ? count(warnings, "warning") : ""];
  const text = found.filter((part) => part !== "").join(", ");
  if (errors > 0) return { mark: "bad", text };
  if (warnings > 0) return { mark: "attention", text };
  if (!verified) return { mark: "open", text: "nothing found, but not everything could be compared" };
  return { mark: "good", text: "everything matches" };
}
