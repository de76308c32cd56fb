// How fast the lookup is, side by side with what a host team would write by hand and with fetch adapters.
// `npm run bench:lookup -- [--quick] [--assert] [--write]`
import { writeSection } from "../benchmarks-page.ts";
import { readFlags } from "./flags.ts";
import { describeMachine } from "./machine.ts";
import { measureCore } from "./measure-core.ts";
import { CONNECTIONS, measureHttp } from "./measure-http.ts";
import { measureIndex } from "./measure-index.ts";
import { measureScaling } from "./measure-scaling.ts";
import { missesOf, toTables } from "./report-lines.ts";
import type { LookupResults } from "./results.ts";
import { PERMITS } from "./world.ts";

const flags = readFlags();
const plan = flags.quick
  ? { http: { rounds: 3, secondsEach: 0.4, warmUpRequests: 2_000 }, loop: { rounds: 5, answersEach: 10_000 } }
  : {
      http: { rounds: 9, secondsEach: 1.5, warmUpRequests: 20_000 },
      loop: { rounds: 15, answersEach: 40_000 },
    };

const results: LookupResults = {
  indexes: [await measureIndex(PERMITS), ...(flags.quick ? [] : [await measureIndex(1_000_000)])],
  core: await measureCore(plan.loop),
  scaling: await measureScaling(flags.quick ? 100_000 : 1_000_000, plan.loop),
  http: await measureHttp(plan.http),
};

const { http } = results;
const command = `npm run bench:lookup${flags.quick ? " -- --quick" : ""}`;
const percent = (share: number) => `${Math.round(share * 100)} %`;
const text = `\`${command}\` on ${new Date().toISOString().slice(0, 10)}. ${describeMachine()}.

All servers do the same work: they authenticate the client by an API key (SHA-256, compared in constant time), validate the
JSON, look a plate up among ${PERMITS.toLocaleString("en-US")} permits of five companies, compare company, place, interval and region, keep a
deadline of two seconds, notice when a client disconnects, pass an audit record to a listener, and reply with the
same bytes and the same headers, which the benchmark checks before it measures. Each server runs in a process of its own;
each of ${CONNECTIONS} connections sends one lookup at a time, and ${percent(http.hitShare)} of the lookups find a permit. The load generator shares the
machine; it used at most ${percent(http.generatorBusy)} of a core.

"By hand" is the lookup as a good host team writes it for itself, without a line of this package. Express by hand reads
the body with \`express.json()\` and replies with \`response.json()\`, as Express's own guide does; "stripped" has neither
ETag nor Express's header and writes its reply past \`response.json()\`. "Express, ours" is \`toExpressHandler\` mounted without a parser, so that it reads the
body itself, and "Express with express.json(), ours" is mounted behind it. The two adapters serve the lookup by hand as
a fetch handler and do not change global objects. "Source with a promise" accepts the abort signal and returns in a later turn
of the event loop, as a database does; all other sources return from memory.

This package reads all requests that have arrived before it answers any, and answers all of them before it writes replies: see
[the decision](decisions/read-first-answer-then.md). Most of the difference comes from this order: with "source with a promise"
the lookup by hand runs in the same order.

${toTables(results)}

The size of the index is the memory that becomes free when \`memoryPermits\` is released while all permits are still held. The
bare loop is a lower bound: \`createBareLoop\` in test/bench/lookup/by-hand hashes the key, validates the JSON, looks the plate up
in one Map, compares the permit and writes JSON, without HTTP, deadline, audit and promises.`;

console.log(text);
if (flags.write) writeSection("Lookup", text);
const misses = missesOf(results);
for (const miss of misses) console.log(`MISSED: ${miss}`);
if (flags.assert && misses.length > 0) process.exitCode = 1;
