import { assertSameRegistrations, countRegistrations } from "./same-registrations.ts";
import { type Entry, startEntries, stopAll, takeTurns } from "./take-turns.ts";
import { again, type Measured, type Target, toMeasured } from "./targets.ts";
import { startVendor } from "./vendor.ts";

export interface BackfillPlan {
  readonly rounds: number;
  readonly registrations: number;
  /** Of the loop that sends one by one: it is sampled. */
  readonly sampled: number;
}

const MEMORY = "ours, memoryLedger";
const SQLITE = "ours, sqliteLedger";
const LOOP = "undici loop, 100 in a request";
const ONE_BY_ONE = "undici loop, one by one";

const TARGETS: readonly Target[] = [
  [MEMORY, ONE_BY_ONE, 20],
  [SQLITE, ONE_BY_ONE, 20],
  [MEMORY, LOOP, 0.9],
  [SQLITE, LOOP],
  [SQLITE, MEMORY, 0.7],
];

// V8 is done with what it compiles after some ten thousands: before, a run measures that.
const WARM_UP = 30_000;

/** Brings the same registrations to the vendor in every way, in turns. */
export async function measureBackfill({ rounds, registrations, sampled }: BackfillPlan): Promise<Measured> {
  const names = [MEMORY, again(MEMORY), SQLITE, LOOP, again(LOOP)];
  const entries: Entry[] = [
    ...names.map((name) => ({ ...entryOf(name), permits: registrations, warmUp: WARM_UP })),
    ...[ONE_BY_ONE, again(ONE_BY_ONE)].map((name) => ({ ...entryOf(name), permits: sampled, warmUp: 100 })),
  ];
  const vendor = await startVendor();
  const children = startEntries(entries, vendor);
  try {
    await assertSameRegistrations(vendor, children);
    const before = () => vendor.reset();
    const check = countRegistrations(vendor);
    const turns = await takeTurns(children, entries, { rounds, before, check });
    return toMeasured("registrations per second, backfill", turns, TARGETS);
  } finally {
    await stopAll([...children.values(), vendor]);
  }
}

function entryOf(name: string): Pick<Entry, "name" | "contender"> {
  return { name, contender: name.replace(/, again$/, "") };
}
