import { excusedBy } from "../../lookup/comparison.ts";
import { describeMachine } from "../../lookup/machine.ts";
import { count } from "../results.ts";
import { MAX_POOLED_RATIO, type Pushing, type PushingResult } from "./measure-pushing.ts";
import type { Owner, Shares } from "./profile-shares.ts";
import { CONNECTIONS } from "./work.ts";

const OWNERS: readonly Owner[] = ["fetch", "ky", "p-retry", "this package", "garbage collection", "the rest"];

/** The section of a run. */
export function toPushingText(result: PushingResult, command: string): string {
  return `\`${command}\` on ${new Date().toISOString().slice(0, 10)}. ${describeMachine(["undici", "ky", "p-retry"])}.

HotSpot gets one request per registration, so the HTTP client is most of the work. The vendor runs in a process of its own, takes 0
or 20 ms for every request and counts registrations. Every contender has a process of its own, keeps ${CONNECTIONS} requests in progress, derives
the same reference by SHA-256 and sends the same body, which is checked before anything is measured; the order of turns alternates.
Figures are processor time of the contender's whole process for each registration, medians of the rounds; ratios are those to
the bare \`fetch\` loop of the same round. The bare loop reads the reply and keeps the vendor's reference in a Map: it has no time
limit, no signal, no retry, no check and no masking. "ours" is one call of \`registerMany\`; "durable sync" starts from permits in a
\`memoryLedger\`. "over the host's pool" gives the provider the \`fetch\` of [its page](vendors/hotspot.md#more-requests-per-second), and "with
undici's fetch" gives it that of the package undici with a pool as its dispatcher.

${result.atLatencies.map(costTable).join("\n\n")}

Where the time goes, by V8's sampling profiler at a vendor that answers at once. What Node does for ky (its Request, its
signal) counts to ky; "the rest" is Node's sockets, timers and queue of promises. See
[the decision](decisions/ky-and-p-retry-stay.md).

${profileTable(result.profiles)}`;
}

/** What was missed, one line each. */
export function pushingMisses({ atLatencies }: PushingResult): string[] {
  return atLatencies
    .filter((pushing) => !isReached(pushing))
    .map(
      ({ latencyMs, pooled }) =>
        `${pooled.name} at ${latencyMs} ms: ${pooled.ratio.toFixed(2)}, promised ${MAX_POOLED_RATIO}`,
    );
}

function isReached({ pooled, control, spread }: Pushing): boolean {
  const excused = excusedBy({ ours: "", theirs: "", ratio: pooled.ratio, control, spread });
  return pooled.ratio <= MAX_POOLED_RATIO + excused;
}

function costTable(pushing: Pushing): string {
  const { latencyMs, costs, pooled, control, spread } = pushing;
  const rows = costs.map(({ name, microseconds, ratio, perSecond }) => {
    const isPromised = name === pooled.name;
    return [
      ...[name.replace("HotSpot, ", ""), `${count(microseconds)} µs`, ratio.toFixed(2), count(perSecond)],
      isPromised ? `≤ ${MAX_POOLED_RATIO.toFixed(2)}` : "–",
      isPromised ? (isReached(pushing) ? "reached" : "missed") : "–",
    ];
  });
  const head = [`vendor takes ${latencyMs} ms`, "processor time", "ratio", "registrations per second"];
  const beside = `A/A control ${control.toFixed(2)}, its spread ${spread.toFixed(2)}.`;
  return `${table([[...head, "target", "verdict"], ...rows])}\n\n${beside}`;
}

function profileTable(profiles: ReadonlyMap<string, Shares>): string {
  const rows = [...profiles].map(([name, shares]) => [
    name.replace("HotSpot, ", ""),
    ...OWNERS.map((owner) => `${(100 * shares[owner]).toFixed(1)} %`),
  ]);
  return table([["", ...OWNERS], ...rows]);
}

function table([head = [], ...rows]: string[][]): string {
  const lines = [head, head.map((_, column) => (column === 0 ? "---" : "---:")), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
