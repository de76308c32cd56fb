import { median, medianRatio, typicalSpread } from "../../lookup/statistics.ts";
import { startChild } from "../child.ts";
import { assertSameRegistrations, countRegistrations } from "../same-registrations.ts";
import { type Entry, startEntries, stopAll, takeTurns } from "../take-turns.ts";
import { again } from "../targets.ts";
import { startVendor } from "../vendor.ts";
import type { Shares } from "./profile-shares.ts";

export interface PushingPlan {
  readonly rounds: number;
  /** Of one turn. */
  readonly registrations: number;
  readonly warmUp: number;
  /** Pushed under the profiler. */
  readonly profiled: number;
}

const OURS = "HotSpot, ours";
const FETCH = "HotSpot, bare fetch loop";
const REQUEST = "HotSpot, undici request loop";
const POOLED = "HotSpot, ours over the host's pool";

const ENTRIES = [
  OURS,
  "HotSpot, ours with undici's fetch",
  POOLED,
  "HotSpot, durable sync",
  "HotSpot, durable sync over the host's pool",
  FETCH,
  again(FETCH),
  REQUEST,
];

/** With `fetch` over the host's own pool, a registration may cost so many times what it costs the bare `fetch` loop. */
export const MAX_POOLED_RATIO = 1.3;

const LATENCIES_MS = [0, 20];

/** Processor time for each registration at a vendor of one latency. */
export interface Pushing {
  readonly latencyMs: number;
  readonly costs: readonly Cost[];
  /** {@link MAX_POOLED_RATIO} is promised of this one. */
  readonly pooled: Cost;
  /** The bare `fetch` loop against itself: the ratio, and how far the two come out from each other. */
  readonly control: number;
  readonly spread: number;
}

export interface Cost {
  readonly name: string;
  readonly microseconds: number;
  /** Times the processor time of the bare `fetch` loop in the same round. */
  readonly ratio: number;
  readonly perSecond: number;
}

export interface PushingResult {
  readonly atLatencies: readonly Pushing[];
  /** Where the time of this package and of the bare loop goes, at a vendor that answers at once. */
  readonly profiles: ReadonlyMap<string, Shares>;
}

/** Pushes the same registrations to HotSpot in every way, in turns: one request for each. */
export async function measurePushing(plan: PushingPlan): Promise<PushingResult> {
  const atLatencies: Pushing[] = [];
  for (const latencyMs of LATENCIES_MS) atLatencies.push(await measureAt(latencyMs, plan));
  return { atLatencies, profiles: await profile(plan.profiled) };
}

async function profile(count: number): Promise<ReadonlyMap<string, Shares>> {
  const vendor = await startVendor(0, "hotspot/vendor-process.ts");
  const profiles = new Map<string, Shares>();
  for (const name of [OURS, POOLED, FETCH]) {
    const child = startChild("hotspot/profile-process.ts", [name, vendor.origin]);
    profiles.set(name, await child.ask<Shares>(count));
    await child.stop();
  }
  await vendor.stop();
  return profiles;
}

async function measureAt(
  latencyMs: number,
  { rounds, registrations, warmUp }: PushingPlan,
): Promise<Pushing> {
  const entries: Entry[] = ENTRIES.map((name) => ({
    name,
    contender: name.replace(/, again$/, ""),
    permits: registrations,
    warmUp,
  }));
  const vendor = await startVendor(latencyMs, "hotspot/vendor-process.ts");
  const children = startEntries(entries, vendor);
  try {
    await assertSameRegistrations(vendor, children);
    const turns = await takeTurns(children, entries, {
      rounds,
      before: () => vendor.reset(),
      check: countRegistrations(vendor),
    });
    const costsOf = (name: string) => turns.cpuRounds.get(name) ?? [];
    const bare = costsOf(FETCH);
    const costOf = (name: string): Cost => ({
      name,
      microseconds: turns.cpu.get(name) ?? Number.NaN,
      ratio: medianRatio(costsOf(name), bare),
      perSecond: median(turns.rounds.get(name) ?? []),
    });
    return {
      latencyMs,
      costs: ENTRIES.map(costOf),
      pooled: costOf(POOLED),
      control: medianRatio(costsOf(again(FETCH)), bare),
      spread: typicalSpread(bare, costsOf(again(FETCH))),
    };
  } finally {
    await stopAll([...children.values(), vendor]);
  }
}
