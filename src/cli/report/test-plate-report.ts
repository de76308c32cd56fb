import { showName } from "../../core/names/visible-name.ts";
import type { SweptTestPlate, TestPlateResult } from "../../setup/test-plate/test-plate.ts";
import type { ConnectedProvider } from "../connect.ts";
import type { MappingFile } from "../input/mapping-file.ts";
import type { Report, ReportItem, ReportSection, Verdict } from "./report.ts";
import { toJsonVerdict } from "./verdict.ts";
import { count, inCommandWords, type LocationNames, nameLocations, showInstant, toSubject } from "./words.ts";

/** A run at one location: its result, or why it did not take place. */
export type TestPlateRun = { readonly providerId: string; readonly locationId: string } & (
  | { readonly result: TestPlateResult }
  | { readonly problem: string }
);

/** What happened. */
export interface TestPlateOutcome {
  readonly runs: readonly TestPlateRun[];
  readonly swept: readonly SweptTestPlate[];
}

/** What it happened to. */
export interface TestPlateContext {
  readonly mapping: MappingFile;
  readonly record: string;
  readonly checkedAt: Date;
  readonly providers: readonly ConnectedProvider[];
}

/** The report of a go-live test, for people. */
export function toTestPlateReport({ runs, swept }: TestPlateOutcome, context: TestPlateContext): Report {
  const { mapping, record, checkedAt, providers } = context;
  const names = nameLocations(mapping.locations.map(({ location }) => location));
  return {
    kind: "Go-live test",
    title: showName(mapping.company.name),
    verdict: judge(runs, swept),
    facts: [
      { label: "Evidence", value: record },
      { label: "Ended", value: showInstant(checkedAt) },
    ],
    sections: [
      ...providers.map(({ providerId, vendor }) => {
        const own = runs.filter((run) => run.providerId === providerId);
        const sweptHere = swept.filter((one) => one.providerId === providerId);
        return toSection(
          { heading: vendor.setup.title, id: providerId },
          { runs: own, swept: sweptHere },
          names,
        );
      }),
      ...toOthers(swept, { providers, names }),
    ],
  };
}

/** Old runs of providers that this command is not about: the evidence is one file for all. */
function toOthers(
  swept: readonly SweptTestPlate[],
  { providers, names }: Pick<TestPlateContext, "providers"> & { names: LocationNames },
): ReportSection[] {
  const others = swept.filter((one) => !providers.some(({ providerId }) => providerId === one.providerId));
  if (others.length === 0) return [];
  const id = [...new Set(others.map(({ providerId }) => providerId))].join(", ");
  return [toSection({ heading: "Other providers", id }, { runs: [], swept: others }, names)];
}

function toSection(
  title: Pick<ReportSection, "heading" | "id">,
  { runs, swept }: TestPlateOutcome,
  names: LocationNames,
): ReportSection {
  return {
    ...title,
    verdict: judge(runs, swept),
    facts: [],
    groups: [
      { items: runs.map((run) => toRunItem(run, names)) },
      { heading: "Swept", items: swept.map((one) => toSweptItem(one, names)) },
    ].filter(({ items }) => items.length > 0),
  };
}

/** The same for programs. It holds no plate but the test plate. */
export function toTestPlateJson(outcome: TestPlateOutcome, { mapping, checkedAt }: TestPlateContext) {
  const { runs, swept } = outcome;
  return {
    schema: "offstreet-enforcement/test-plate",
    version: 1,
    file: mapping.name,
    endedAt: checkedAt.toISOString(),
    verdict: toJsonVerdict(judge(runs, swept), isAllPassed(outcome)),
    runs: runs.map((run) => {
      const verdict = toJsonVerdict(judgeRun(run), isPassed(run));
      if ("problem" in run) return { ...run, verdict };
      const { target, seen, seenBy, gone, cancelled, message } = run.result;
      return {
        providerId: run.providerId,
        locationId: run.locationId,
        verdict,
        target,
        seen,
        seenBy,
        gone,
        cancelled,
        message,
      };
    }),
    swept,
  };
}

function toRunItem(run: TestPlateRun, names: LocationNames): ReportItem {
  const subject = toSubject(run.locationId, names);
  const { mark, text: label } = judgeRun(run);
  if ("problem" in run) return { mark, label, subject, message: inCommandWords(run.problem), places: [] };
  const { cancelled, message } = run.result;
  return {
    mark,
    label,
    subject,
    message: inCommandWords(message),
    ...(cancelled ? {} : { action: "Withdraw it with --sweep." }),
    places: [],
  };
}

function toSweptItem({ locationId, end, message }: SweptTestPlate, names: LocationNames): ReportItem {
  return {
    mark: end === "left" ? "bad" : "good",
    label: end,
    subject: toSubject(locationId, names),
    message,
    places: [],
  };
}

function judgeRun(run: TestPlateRun): Verdict {
  if ("problem" in run) return { mark: "bad", text: "failed" };
  if (isPassed(run)) return { mark: "good", text: "seen and gone" };
  const { seen, seenBy } = run.result;
  if (seen) return { mark: "bad", text: "seen, not gone" };
  return { mark: "bad", text: seenBy === null ? "not looked for" : "not seen" };
}

/** Whether every run passed, and no old test plate is left. */
export function isAllPassed({ runs, swept }: TestPlateOutcome): boolean {
  return runs.every(isPassed) && swept.every(({ end }) => end !== "left");
}

/** Whether the plate was seen, withdrawn, and is not shown any more. */
function isPassed(run: TestPlateRun): boolean {
  return "result" in run && run.result.seen && run.result.cancelled && run.result.gone !== false;
}

function judge(runs: readonly TestPlateRun[], swept: readonly SweptTestPlate[]): Verdict {
  const bad = runs.filter((run) => !isPassed(run));
  const left = swept.filter(({ end }) => end === "left");
  const parts = [
    ...(runs.length > 0 ? [`${runs.length - bad.length} of ${count(runs.length, "location")} passed`] : []),
    ...(swept.length > 0
      ? [`${swept.length - left.length} of ${count(swept.length, "old run")} cleaned up`]
      : []),
  ];
  const text = parts.length === 0 ? "nothing to do" : parts.join(", ");
  return { mark: bad.length + left.length > 0 ? "bad" : "good", text };
}
