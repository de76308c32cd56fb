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

All servers do the same work: they know the asking party by an API key (SHA-256, compared in constant time), validate the
JSON, look a plate up among ${PERMITS.toLocaleString("en-US")} permits of five companies, compare company, place, interval and region, keep a
deadline of two seconds and notice a client that goes, write an audit record for a listener, and answer the
same bytes with the same headers, which is checked before anything is measured. Each runs in a process of its own;
${CONNECTIONS} connections ask one lookup at a time, and ${percent(http.hitShare)} of the lookups find a permit. The load generator shares the
machine; it was busy at most ${percent(http.generatorBusy)} of a core's time.

"By hand" is the lookup as a good host team writes it for itself, without a line of this package. Express by hand reads
the body with \`express.json()\` and replies with \`response.json()\`, as Express's own guide does; "stripped" has neither
ETag nor Express's header and writes its reply past \`response.json()\`. "Express, ours" is \`toExpressHandler\` mounted without a parser, so that it reads the
body itself, and "Express with express.json(), ours" is mounted behind it. The two adapters serve the lookup by hand as
a fetch handler and leave the global objects as they are. "Source with a promise" takes the abort signal and answers in
a later turn, as a database does; all others answer from memory.

Ours reads all requests that have arrived before it answers, and answers before it writes: see
[the decision](decisions/read-first-answer-then.md). That is where most of the difference comes from, as "source with a promise"
shows, which makes the lookup by hand do the same.

${toTables(results)}

The index of a permit is what becomes free when \`memoryPermits\` is dropped while all permits are still held. The bare
loop is ours to beat as well: \`createBareLoop\` in test/bench/lookup/by-hand hashes the key, validates the JSON, asks one
Map, compares the permit and writes JSON, with neither HTTP nor deadline, audit or promise.`;

console.log(text);
if (flags.write) writeSection("Lookup", text);
const misses = missesOf(results);
for (const miss of misses) console.log(`MISSED: ${miss}`);
if (flags.assert && misses.length > 0) process.exitCode = 1;
