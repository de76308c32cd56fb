// Constant load for minutes: does memory stay flat, and is every handle let go?
// `npm run soak:lookup -- [--minutes 10] [--write]`
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { seededRandom } from "../../../support/seeded-random.ts";
import { writeSection } from "../../benchmarks-page.ts";
import { PATH } from "../contenders/contender.ts";
import { Conversation } from "../load/conversation.ts";
import { describeMachine } from "../machine.ts";
import { makeQuestions, toHttp } from "../questions.ts";
import { askAndLeave } from "./disconnecting-clients.ts";
import type { TimedSample } from "./sample.ts";
import { startSoakServer } from "./soak-server.ts";
import { judge, MAX_BYTES_PER_ANSWER, MAX_RSS_GROWTH } from "./verdict.ts";

const { values: flags } = parseArgs({
  options: { minutes: { type: "string", default: "10" }, write: { type: "boolean", default: false } },
});
const minutes = Number(flags.minutes);
if (!(minutes > 0 && minutes <= 24 * 60)) throw new Error("--minutes must be a number from above 0 to 1440.");

const CONNECTIONS = 32;
const LEAVING_CLIENTS = 4;
// Fifteen seconds, and at least twelve samples in a short soak.
const sampleEveryMs = Math.min(15_000, (minutes * 60_000) / 12);

const requests = makeQuestions(8_192, { permits: 20_000 }).map((question) => toHttp(question, PATH));
const server = await startSoakServer();
const before = await server.sample();

const statuses = new Map<number, number>();
const conversations = Array.from(
  { length: CONNECTIONS },
  (_, index) =>
    new Conversation(server.port, requests, {
      start: index * 200,
      onReply: (status) => statuses.set(status, (statuses.get(status) ?? 0) + 1),
    }),
);
const leaving = new AbortController();
const startedAt = performance.now();
for (const conversation of conversations) conversation.start();
const talks = Promise.all(conversations.map(({ ended }) => ended));
const leavers = Array.from({ length: LEAVING_CLIENTS }, (_, index) =>
  askAndLeave(server.port, requests, { random: seededRandom(index), signal: leaving.signal }),
);

const samples: TimedSample[] = [];
while (performance.now() - startedAt < minutes * 60_000) {
  await Promise.race([wait(sampleEveryMs), talks]);
  const sample = await server.sample();
  const atSeconds = (performance.now() - startedAt) / 1_000;
  samples.push({ atSeconds, ...sample });
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const { heapUsed, rss, answers, handles } = sample;
  console.log(
    `${atSeconds.toFixed(0)} s: heap ${megabytes(heapUsed)}, rss ${megabytes(rss)}, ${answers} answers, ${handles.length} handles`,
  );
}

leaving.abort();
for (const conversation of conversations) conversation.stop();
await talks;
const left = (await Promise.all(leavers)).reduce((sum, count) => sum + count, 0);
// Longer than the deadline of what was still asked, and than the server takes to close idle connections.
await wait(6_000);
const after = await server.sample();
await server.stop();

const verdict = judge(samples, before, after);
const { bytesPerAnswer, rssGrowth, leakedHandles, failures } = verdict;
const unexpected = [...statuses.keys()].filter((status) => status !== 200 && status !== 503);
if (unexpected.length > 0) failures.push(`there were replies with ${unexpected.join(", ")}`);

const whole = (value: number) => Math.round(value).toLocaleString("en-US");
const text = `\`npm run soak:lookup -- --minutes ${minutes}\` on ${new Date().toISOString().slice(0, 10)}. ${describeMachine()}.

\`toNodeHandler\` under constant load on ${CONNECTIONS} connections, ${whole(after.answers / (minutes * 60))} answers per second: hits and misses, ${whole(left)} clients that disconnected before
their answer or in the middle of their request, a source that is sometimes slow, failing or silent (${whole(statuses.get(503) ?? 0)} replies
of 503), and permits replaced, removed and restored all the time. The first quarter is warm-up.

| | measured | limit |
| --- | ---: | ---: |
| heap retained per answer, by regression over ${whole(samples.length)} samples | ${bytesPerAnswer.toFixed(3)} bytes | ${MAX_BYTES_PER_ANSWER} byte |
| growth of the whole process, by regression | ${(rssGrowth * 100).toFixed(1)} % | ${MAX_RSS_GROWTH * 100} % |
| open handles after the load | ${leakedHandles.length} | 0 |

${failures.length === 0 ? "Memory does not grow, and every handle was closed." : `Failed: ${failures.join("; ")}.`}`;
console.log(`\n${text}`);
if (flags.write) writeSection("Lookup, soaked", text);
if (failures.length > 0) process.exitCode = 1;
