import { type Comparison, compare, type Rounds } from "../lookup/comparison.ts";
import { median } from "../lookup/statistics.ts";
import { type Child, startChild } from "./child.ts";
import { startVendor, type Vendor } from "./vendor.ts";

export interface BackfillPlan {
  readonly rounds: number;
  readonly registrations: number;
  /** Of the loop that sends one by one: it is sampled. */
  readonly sampled: number;
}

export interface BackfillResult {
  /** Registrations per second. */
  readonly rounds: Rounds;
  readonly comparisons: readonly Comparison[];
  /** Processor time for each registration, in microseconds; medians. */
  readonly cpu: ReadonlyMap<string, number>;
}

const MEMORY = "ours, memoryLedger";
const SQLITE = "ours, sqliteLedger";
const LOOP = "undici loop, 100 in a request";
const ONE_BY_ONE = "undici loop, one by one";
const again = (name: string) => `${name}, again`;

/** Every entry of the table, and the contender behind it. */
const ENTRIES: ReadonlyArray<readonly [name: string, contender: string]> = [
  [MEMORY, MEMORY],
  [again(MEMORY), MEMORY],
  [SQLITE, SQLITE],
  [LOOP, LOOP],
  [again(LOOP), LOOP],
  [ONE_BY_ONE, ONE_BY_ONE],
  [again(ONE_BY_ONE), ONE_BY_ONE],
];

/** What is compared with what, and how it must come out. */
const TARGETS: ReadonlyArray<readonly [ours: string, theirs: string, target?: number]> = [
  [MEMORY, ONE_BY_ONE, 20],
  [SQLITE, ONE_BY_ONE, 20],
  [MEMORY, LOOP, 0.9],
  [SQLITE, LOOP],
  [SQLITE, MEMORY, 0.7],
];

const WARM_UP = 12_000;

/** Brings the same registrations to the vendor in every way, in turns. */
export async function measureBackfill(plan: BackfillPlan): Promise<BackfillResult> {
  const vendor = await startVendor();
  const children = new Map(
    ENTRIES.map(([name, contender]) => [
      name,
      startChild("backfill-process.ts", [contender, vendor.origin], ["--expose-gc"]),
    ]),
  );
  try {
    await assertSameRegistrations(vendor, children);
    return await takeTurns(vendor, children, plan);
  } finally {
    await Promise.all([...children.values(), vendor].map((child) => child.stop()));
  }
}

/** All of them say the same to the vendor, instants of decision and order aside. */
async function assertSameRegistrations(vendor: Vendor, children: ReadonlyMap<string, Child>): Promise<void> {
  const said = new Map<string, string>();
  for (const [name, child] of children) {
    await vendor.keep();
    await child.ask(250, 30);
    said.set(name, await vendor.digest());
  }
  if (new Set(said.values()).size > 1) throw new Error(`Not the same work: ${JSON.stringify([...said])}`);
}

async function takeTurns(
  vendor: Vendor,
  children: ReadonlyMap<string, Child>,
  plan: BackfillPlan,
): Promise<BackfillResult> {
  const countOf = (name: string) => (name.startsWith(ONE_BY_ONE) ? plan.sampled : plan.registrations);
  for (const [name, child] of children) {
    if (countOf(name) === plan.registrations) await child.ask(Math.min(WARM_UP, plan.registrations));
  }
  const speeds = new Map<string, number[]>([...children.keys()].map((name) => [name, []]));
  const cpu = new Map<string, number[]>([...children.keys()].map((name) => [name, []]));
  for (let round = 0; round < plan.rounds; round += 1) {
    // There and back again, so that nobody is always measured after the same one.
    for (const [name, child] of round % 2 === 0 ? [...children] : [...children].toReversed()) {
      await vendor.reset();
      const asked = countOf(name);
      const { seconds, cpuSeconds } = await child.ask<{ seconds: number; cpuSeconds: number }>(asked);
      const { registrations } = await vendor.count();
      if (registrations !== asked) throw new Error(`${name}: the vendor got ${registrations} of ${asked}.`);
      speeds.get(name)?.push(asked / seconds);
      cpu.get(name)?.push((cpuSeconds * 1e6) / asked);
    }
  }
  return {
    rounds: speeds,
    comparisons: TARGETS.map(([ours, theirs, target]) =>
      compare(speeds, { ours, theirs, control: [theirs, again(theirs)] }, target),
    ),
    cpu: new Map([...cpu].map(([name, values]) => [name, median(values)])),
  };
}
