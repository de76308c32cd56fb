import { median, medianRatio, typicalSpread } from "../lookup/statistics.ts";
import { startChild } from "./child.ts";
import { percentile } from "./percentile.ts";
import { startVendor } from "./vendor.ts";

export interface LookupsPlan {
  readonly rounds: number;
  readonly secondsEach: number;
  readonly warmUpSeconds: number;
  readonly permits: number;
}

export interface LookupsResult {
  readonly perSecond: number;
  /** p99 in milliseconds, one for each round. */
  readonly atRest: readonly number[];
  readonly atRestAgain: readonly number[];
  readonly during: readonly number[];
  /** Slower during a backfill by this factor; medians of the rounds. */
  readonly factor: number;
  readonly control: number;
  readonly spread: number;
  /** Registrations per second of the backfill meanwhile. */
  readonly registrations: number;
}

/** How much slower lookups may be during a backfill. */
export const MAX_SLOWDOWN = 2;

const PER_SECOND = 200;

/** Asks lookups of a process at rest, at rest again, and while it brings its permits to the vendor. */
export async function measureLookups({
  rounds,
  secondsEach,
  warmUpSeconds,
  permits,
}: LookupsPlan): Promise<LookupsResult> {
  const vendor = await startVendor();
  const server = startChild("lookup-server-process.ts", [vendor.origin, String(permits)]);
  const children = [server, vendor];
  try {
    const port = await server.hear<number>(60);
    const asker = startChild("asker-process.ts", [String(port), String(permits)]);
    children.push(asker);
    await asker.hear(20);
    const ask = async (seconds = secondsEach) =>
      percentile(await asker.ask<number[]>({ perSecond: PER_SECOND, seconds }), 0.99);
    // Code that has not run yet is slow, and is compiled meanwhile: neither is measured.
    await ask(warmUpSeconds);
    await server.ask("start");
    await ask(warmUpSeconds);
    await server.ask("stop");
    const [atRest, atRestAgain, during, speeds]: [number[], number[], number[], number[]] = [[], [], [], []];
    for (let round = 0; round < rounds; round += 1) {
      atRest.push(await ask());
      await vendor.reset();
      await server.ask("start");
      during.push(await ask());
      const { registrations } = await vendor.count();
      await server.ask("stop");
      speeds.push(registrations / secondsEach);
      atRestAgain.push(await ask());
    }
    if (speeds.reduce((sum, speed) => sum + speed * secondsEach, 0) >= permits)
      throw new Error("The backfill ended before the lookups did; give it more permits.");
    return {
      perSecond: PER_SECOND,
      atRest,
      atRestAgain,
      during,
      factor: medianRatio(during, atRest),
      control: medianRatio(atRestAgain, atRest),
      spread: typicalSpread(atRest, atRestAgain),
      registrations: median(speeds),
    };
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}
