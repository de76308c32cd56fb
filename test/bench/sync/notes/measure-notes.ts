import { describeMachine } from "../../lookup/machine.ts";
import { comparisonTable, speedTable, table } from "../report-tables.ts";
import { count, ratioMisses } from "../results.ts";
import { countRegistrations } from "../same-registrations.ts";
import { askForRun, type Entry, startEntries, stopAll, takeTurns } from "../take-turns.ts";
import { again, type Measured, type Target, toMeasured } from "../targets.ts";
import { startVendor } from "../vendor.ts";
import { BARE, NOTED } from "./contenders.ts";

export interface NotesPlan {
  readonly rounds: number;
  readonly registrations: number;
}

export interface NotesResult {
  readonly measured: Measured;
  readonly registrations: number;
  /** Of the file of `sqliteLedger`. */
  readonly bytes: { readonly noted: number; readonly bare: number };
}

/** How much slower, and how much larger, what explanations need may make a ledger. */
const MAX_COST = 0.05;
const WARM_UP = 30_000;

const LEDGERS = ["memoryLedger", "sqliteLedger"];
const TARGETS: readonly Target[] = LEDGERS.map((ledger) => [
  `${ledger} ${NOTED}`,
  `${ledger} ${BARE}`,
  1 - MAX_COST,
]);

/** Backfills the same registrations with and without what explanations need, in turns. */
export async function measureNotes({ rounds, registrations }: NotesPlan): Promise<NotesResult> {
  const entries: Entry[] = LEDGERS.flatMap((ledger) => {
    const bare = `${ledger} ${BARE}`;
    const names: [string, string][] = [
      [`${ledger} ${NOTED}`, `${ledger} ${NOTED}`],
      [bare, bare],
      [again(bare), bare],
    ];
    return names.map(([name, contender]) => ({
      name,
      contender,
      permits: registrations,
      warmUp: Math.min(WARM_UP, registrations),
    }));
  });
  const vendor = await startVendor();
  const children = startEntries(entries, vendor);
  try {
    const before = () => vendor.reset();
    const turns = await takeTurns(children, entries, { rounds, before, check: countRegistrations(vendor) });
    const sizeOf = async (name: string) => {
      const child = children.get(`sqliteLedger ${name}`);
      if (child === undefined) throw new Error(`sqliteLedger ${name} was not started.`);
      await vendor.reset();
      return Number((await askForRun(child, { permits: registrations, isCompared: true })).left);
    };
    const bytes = { noted: await sizeOf(NOTED), bare: await sizeOf(BARE) };
    return {
      measured: toMeasured("registrations per second, backfill", turns, TARGETS),
      registrations,
      bytes,
    };
  } finally {
    await stopAll([...children.values(), vendor]);
  }
}

/** What was missed, one line each. */
export function notesMisses(result: NotesResult): string[] {
  const misses = ratioMisses([result.measured]);
  const growth = growthOf(result);
  if (!(growth <= MAX_COST))
    misses.push(`the file grows by ${percent(growth)}, promised at most ${percent(MAX_COST)}`);
  return misses;
}

/** The section of a run. */
export function toNotesText(result: NotesResult, command: string): string {
  const { measured, registrations, bytes } = result;
  const growth = growthOf(result);
  return `\`${command}\` on ${new Date().toISOString().slice(0, 10)}. ${describeMachine(["undici"])}.

What a ledger keeps so that \`explain\` can say where a permit is, against the same ledger without it: when each right was
acknowledged. Both sides copy every right on its way into the ledger; the copies of one side lack it. The file is that of
${count(registrations)} registrations and of those that came before them. Outages and readings of a vendor's list are a row for each
provider and each target, whatever the number of permits.

${speedTable(measured)}

${comparisonTable(measured.comparisons)}

${table([
  ["sqliteLedger", "bytes of the file", "more", "limit", "verdict"],
  [
    NOTED,
    count(bytes.noted),
    percent(growth),
    `≤ ${percent(MAX_COST)}`,
    growth <= MAX_COST ? "kept" : "missed",
  ],
  [BARE, count(bytes.bare), "", "", ""],
])}`;
}

function growthOf({ bytes }: NotesResult): number {
  return bytes.noted / bytes.bare - 1;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
