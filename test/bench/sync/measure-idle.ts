import { startChild } from "./child.ts";
import { percentile } from "./percentile.ts";
import { startVendor } from "./vendor.ts";
import { LATENCY_MS } from "./wire.ts";

/** How much longer than the vendor itself takes, in milliseconds. */
export interface IdleResult {
  readonly samples: number;
  readonly ours: { readonly p50: number; readonly p99: number };
  readonly byHand: { readonly p50: number; readonly p99: number };
}

/** How much longer than the vendor itself one permit on an idle system may take, in milliseconds. */
export const MAX_IDLE_MS = 50;

const WARM_UP = 20;

export async function measureIdle(samples: number): Promise<IdleResult> {
  const vendor = await startVendor();
  const child = startChild("idle-process.ts", [vendor.origin]);
  try {
    await child.hear(20);
    await child.ask(WARM_UP);
    const { ours, byHand } = await child.ask<{ ours: number[]; byHand: number[] }>(samples);
    return { samples, ours: summarize(ours), byHand: summarize(byHand) };
  } finally {
    await child.stop();
    await vendor.stop();
  }
}

function summarize(values: readonly number[]): { p50: number; p99: number } {
  return { p50: percentile(values, 0.5) - LATENCY_MS, p99: percentile(values, 0.99) - LATENCY_MS };
}
