import { showName } from "../../core/names/visible-name.ts";
import type {
  LocationReadiness,
  ReadinessReport,
  RequirementReadiness,
} from "../../setup/readiness/readiness.ts";
import { toIssueItem } from "./mapping-report.ts";
import type { Mark, Report, ReportItem, ReportSection, Verdict } from "./report.ts";
import { toJsonVerdict } from "./verdict.ts";
import { count, inCommandWords, nameLocations, showInstant } from "./words.ts";

/** What a readiness report was made of. */
export interface ReadinessContext {
  readonly file: string;
  readonly companyName: string;
  readonly checkedAt: Date;
}

const STATE_MARKS: Readonly<Record<RequirementReadiness["state"], Mark>> = {
  done: "good",
  missing: "bad",
  blocked: "open",
  unknown: "attention",
};

const STAGES: readonly LocationReadiness["stage"][] = ["setup", "testing", "live"];

const PARTIES: Readonly<Record<RequirementReadiness["providedBy"], string>> = {
  operator: "the operator",
  offstreet: "Offstreet",
  vendor: "the vendor",
};

/** The report of a readiness check, for people. */
export function toReadinessReport(reports: readonly ReadinessReport[], context: ReadinessContext): Report {
  return {
    kind: "Readiness",
    title: showName(context.companyName),
    verdict: judge(reports),
    facts: [
      { label: "File", value: context.file },
      { label: "Checked", value: showInstant(context.checkedAt) },
    ],
    sections: reports.map(toSection),
  };
}

/** A readiness check for programs. `version` grows when a key changes its meaning or goes. */
export function toReadinessJson(reports: readonly ReadinessReport[], context: ReadinessContext) {
  return {
    schema: "offstreet-enforcement/readiness",
    version: 1,
    file: context.file,
    checkedAt: context.checkedAt.toISOString(),
    verdict: toJsonVerdict(judge(reports), isReady(reports)),
    reports: reports.map((report) => ({
      ...report,
      verdict: toJsonVerdict(judgeReport(report), report.ready),
    })),
  };
}

function toSection({ title, providerId, ready, summary, ...report }: ReadinessReport): ReportSection {
  const { requirements, locations, mapping, existing } = report;
  const needed = requirements.filter(({ optional }) => !optional);
  const names = nameLocations(locations.map(({ locationId: id, name }) => ({ id, name })));
  return {
    heading: title,
    id: providerId,
    verdict: judgeReport({ ready }),
    note: [summary, existing?.message].filter((text) => text !== undefined).join(" "),
    facts: [
      { label: "Requirements met", value: `${countDone(needed)} of ${needed.length}` },
      { label: "Locations on", value: String(locations.filter(({ enabled }) => enabled).length) },
      {
        label: "Ready to be live",
        value: String(locations.filter(({ reached }) => reached === "live").length),
      },
    ],
    groups: [
      { heading: "What is needed", items: requirements.map(toRequirementItem) },
      { heading: "Locations", items: locations.map(toLocationItem) },
      {
        heading: "Mapping",
        items: mapping.issues.map((issue) => toIssueItem({ ...issue, places: [] }, names)),
      },
    ],
  };
}

function toRequirementItem(requirement: RequirementReadiness): ReportItem {
  const { id, item, providedBy, detail, optional, state, findings, next, email } = requirement;
  return {
    mark: optional && state !== "done" ? "open" : STATE_MARKS[state],
    label: optional ? `${state}, optional` : state,
    code: id,
    subject: { name: item },
    message: detail,
    notes: [...findings, `Comes from ${PARTIES[providedBy]}.`],
    ...(next === null ? {} : { action: next }),
    ...(email === undefined ? {} : { letter: `Subject: ${email.subject}\n\n${email.body}` }),
    places: [],
  };
}

function toLocationItem({ locationId, name, ...location }: LocationReadiness): ReportItem {
  const { enabled, target, stage, issues, next } = location;
  const mapped = target === null ? "It has no target." : `Its target is ${showName(target)}.`;
  const found = issues.length === 0 ? [] : [`The mapping has ${count(issues.length, "issue")} there.`];
  return {
    mark: markLocation(location),
    label: enabled ? stage : "switched off",
    subject: { name: showName(name), id: showName(locationId) },
    message: enabled
      ? [mapped, ...found, describeTest(location), describeStage(location)].join(" ")
      : "The provider is switched off here, or for the whole company.",
    ...(next === null ? {} : { action: inCommandWords(next) }),
    places: [],
  };
}

/** The stage that the mapping file gives a location, and the one that the checks would allow. */
function describeStage({ stage, reached }: Pick<LocationReadiness, "stage" | "reached">): string {
  if (stage === reached) return `Its stage is ${stage}.`;
  return STAGES.indexOf(reached) > STAGES.indexOf(stage)
    ? `Its stage is ${stage} in the mapping file; it is ready for ${reached}.`
    : `Its stage is ${stage} in the mapping file, but the checks allow no more than ${reached}.`;
}

function describeTest({ testPlate }: Pick<LocationReadiness, "testPlate">): string {
  if (testPlate === null) return "The test plate was not run there.";
  const left = testPlate.leftOpen ? " The run was not closed: sweep it." : "";
  const by = testPlate.by === null ? "" : ` (${testPlate.by})`;
  return `The test plate was ${testPlate.seen ? "" : "not "}seen on ${showInstant(testPlate.at)}${by}.${left}`;
}

function markLocation({
  enabled,
  reached,
  issues,
  testPlate,
}: Omit<LocationReadiness, "locationId" | "name">): Mark {
  if (!enabled) return "open";
  if (issues.some(({ severity }) => severity === "error")) return "bad";
  if (reached === "live" && testPlate?.leftOpen !== true) return "good";
  return "attention";
}

/** Whether every provider is ready. */
export function isReady(reports: readonly ReadinessReport[]): boolean {
  return reports.every(({ ready }) => ready);
}

function judgeReport({ ready }: Pick<ReadinessReport, "ready">): Verdict {
  return { mark: ready ? "good" : "bad", text: ready ? "ready" : "not ready" };
}

function judge(reports: readonly ReadinessReport[]): Verdict {
  const open = reports.filter(({ ready }) => !ready).map(({ title }) => title);
  if (open.length === 0) return { mark: "good", text: "ready to go live" };
  return { mark: "bad", text: `not ready: ${open.join(", ")}` };
}

function countDone(requirements: readonly RequirementReadiness[]): number {
  return requirements.filter(({ state }) => state === "done").length;
}
