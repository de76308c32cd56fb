import { assertSameResult, type Entry, startEntries, stopAll, takeTurns } from "./take-turns.ts";
import { again, type Measured, type Target, toMeasured } from "./targets.ts";

export interface RecordingPlan {
  readonly rounds: number;
  /** Permits of one turn: of `issue`, of those that wait for the disk each time, of `issueMany`. */
  readonly issued: number;
  readonly synced: number;
  readonly many: number;
}

const ISSUE = "issue, 64 callers at once";
const APPEND = "append and fsync for each call";
const TRANSACTION = "node:sqlite, a transaction for each call";
const MANY = "issueMany, one call";
const LOOP = "node:sqlite loop, one transaction";

// How many appends a second a disk takes differs from machine to machine more than what SQLite's writing thread does. The
// slower a disk is to confirm a write, the more a commit gains that callers share.
const ISSUE_TARGETS: readonly Target[] = [
  [ISSUE, APPEND, 4],
  [ISSUE, TRANSACTION, 4],
];

const MANY_TARGETS: readonly Target[] = [[MANY, LOOP, 0.4]];

/** Records permits in a ledger's file, and by hand on the same disk. */
export async function measureRecording(plan: RecordingPlan): Promise<Measured[]> {
  const { rounds, issued, synced, many } = plan;
  const issue: Entry[] = [
    { name: ISSUE, contender: ISSUE, permits: issued },
    ...[APPEND, again(APPEND)].map((name) => ({ name, contender: APPEND, permits: synced })),
    ...[TRANSACTION, again(TRANSACTION)].map((name) => ({ name, contender: TRANSACTION, permits: synced })),
  ];
  const inOneCall: Entry[] = [
    { name: MANY, contender: MANY, permits: many },
    ...[LOOP, again(LOOP)].map((name) => ({ name, contender: LOOP, permits: many })),
  ];
  const children = startEntries([...issue, ...inOneCall]);
  try {
    await assertSameResult(children, [ISSUE, TRANSACTION, MANY, LOOP], 500);
    return [
      toMeasured("permits per second, issue", await takeTurns(children, issue, { rounds }), ISSUE_TARGETS),
      toMeasured(
        "permits per second, issueMany",
        await takeTurns(children, inOneCall, { rounds }),
        MANY_TARGETS,
      ),
    ];
  } finally {
    await stopAll(children.values());
  }
}
