import { median } from "../lookup/statistics.ts";
import { type Child, startChild } from "./child.ts";
import { percentile } from "./percentile.ts";
import { startVendor } from "./vendor.ts";

export interface LookupsPlan {
  readonly rounds: number;
  /** How many lookups a second, and for how long in each round. */
  readonly paces: readonly { readonly perSecond: number; readonly seconds: number }[];
  /** How long the backfill runs without lookups in each round. */
  readonly aloneSeconds: number;
  readonly warmUpSeconds: number;
  readonly permits: number;
}

/** Lookups at one pace. Times are in milliseconds. */
export interface PaceResult {
  readonly perSecond: number;
  /** p99 of all rounds, at rest, at rest once more, and during a backfill. */
  readonly atRest: number;
  readonly atRestAgain: number;
  readonly during: number;
  /** Registrations per second of the backfill meanwhile, median of the rounds. */
  readonly registrations: number;
}

export interface LookupsResult {
  readonly paces: readonly PaceResult[];
  /** Registrations per second of the backfill without lookups, median of the rounds. */
  readonly alone: number;
}

/** How much longer lookups may take during a backfill, in milliseconds. */
export const MAX_SLOWDOWN_MS = 20;

/** The share of its speed without lookups that a backfill keeps beside them. */
export const MIN_SHARE_BESIDE_LOOKUPS = 0.15;

/**
 * Asks lookups of a process at rest, while it brings its permits to the vendor, and at rest again; between that, lets it
 * bring permits to the vendor alone.
 */
export async function measureLookups(plan: LookupsPlan): Promise<LookupsResult> {
  const vendor = await startVendor();
  const server = startChild("lookup-server-process.ts", [vendor.origin, String(plan.permits)]);
  const children: { stop(): Promise<unknown> }[] = [server, vendor];
  try {
    const port = await server.hear<number>(300);
    const asker = startChild("asker-process.ts", [String(port), String(plan.permits)]);
    children.push(asker);
    await asker.hear(20);
    return await askInRounds(plan, { vendor, server, asker });
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

interface Cast {
  readonly vendor: Awaited<ReturnType<typeof startVendor>>;
  readonly server: Child;
  readonly asker: Child;
}

async function askInRounds(
  { rounds, paces, aloneSeconds, warmUpSeconds, permits }: LookupsPlan,
  { vendor, server, asker }: Cast,
): Promise<LookupsResult> {
  const ask = (perSecond: number, seconds: number) => asker.ask<number[]>({ perSecond, seconds });
  let delivered = 0;
  /** Lets the backfill go on during some work. Returns what came of it, and the registrations per second. */
  async function during<Value>(work: () => Promise<Value>): Promise<[Value, number]> {
    await vendor.reset();
    const begunAt = performance.now();
    await server.ask("start");
    const value = await work();
    const { registrations } = await vendor.count();
    const seconds = (performance.now() - begunAt) / 1_000;
    await server.ask("stop");
    delivered += registrations;
    return [value, registrations / seconds];
  }
  // Code that has not run yet is slow, and is compiled meanwhile: neither is measured.
  await ask(200, warmUpSeconds);
  await during(() => ask(200, warmUpSeconds));
  const alone: number[] = [];
  const found = paces.map(({ perSecond, seconds }) => ({
    ...{ perSecond, seconds, speeds: [] as number[] },
    ...{ atRest: [] as number[], atRestAgain: [] as number[], during: [] as number[] },
  }));
  for (let round = 0; round < rounds; round += 1) {
    // A second after the last lookup, a backfill uses all the time there is.
    await pause(1.5);
    alone.push((await during(() => pause(aloneSeconds)))[1]);
    for (const pace of found) {
      const { perSecond, seconds } = pace;
      pace.atRest.push(...(await ask(perSecond, seconds)));
      const [took, speed] = await during(() => ask(perSecond, seconds));
      pace.during.push(...took);
      pace.speeds.push(speed);
      pace.atRestAgain.push(...(await ask(perSecond, seconds)));
    }
  }
  if (delivered >= permits)
    throw new Error("The backfill ended before the lookups did; give it more permits.");
  return {
    alone: median(alone),
    paces: found.map((pace) => ({
      perSecond: pace.perSecond,
      atRest: percentile(pace.atRest, 0.99),
      atRestAgain: percentile(pace.atRestAgain, 0.99),
      during: percentile(pace.during, 0.99),
      registrations: median(pace.speeds),
    })),
  };
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, seconds * 1_000);
  });
}
