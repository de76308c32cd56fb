import { statSync } from "node:fs";
import { median } from "../lookup/statistics.ts";
import { startChild } from "./child.ts";
import { makeFile } from "./contenders/bench-folder.ts";
import { percentile } from "./percentile.ts";
import { startVendor, type Vendor } from "./vendor.ts";
import { LATENCY_MS } from "./wire.ts";

export interface MillionPlan {
  readonly registrations: number;
  readonly restarts: number;
  readonly lookups: number;
}

/** One entry of each list for each restart. */
export interface MillionResult {
  readonly registrations: number;
  readonly fileMegabytes: number;
  /** From the start of the process until the vendor had the first registration. */
  readonly firstDeliverySeconds: readonly number[];
  readonly lookupP50: readonly number[];
  readonly lookupP99: readonly number[];
  readonly peakMegabytes: readonly number[];
}

export const MAX_RESTART_SECONDS = 3;
export const MAX_LOOKUP_MS = 1;
export const MAX_MEGABYTES = 250;

/** Kills a process over a large ledger, and starts another. */
export async function measureMillion(plan: MillionPlan): Promise<MillionResult> {
  const { path, remove } = makeFile();
  const vendor = await startVendor();
  try {
    await fill(path, plan.registrations);
    // With its log, in which all of a small one is.
    const fileMegabytes = (statSync(path).size + statSync(`${path}-wal`).size) / 1024 ** 2;
    const restarts: Restart[] = [];
    for (let count = 1; count <= plan.restarts; count += 1) {
      restarts.push(await restart(path, vendor, { ...plan, registrations: plan.registrations + count }));
    }
    return {
      registrations: plan.registrations,
      fileMegabytes,
      firstDeliverySeconds: restarts.map(({ seconds }) => seconds),
      lookupP50: restarts.map(({ took }) => percentile(took, 0.5)),
      lookupP99: restarts.map(({ took }) => percentile(took, 0.99)),
      peakMegabytes: restarts.map(({ megabytes }) => megabytes),
    };
  } finally {
    await vendor.stop();
    remove();
  }
}

async function fill(path: string, registrations: number): Promise<void> {
  const child = startChild("fill-process.ts", [path]);
  try {
    await child.ask(registrations, 600);
  } finally {
    // SIGKILL: the next process finds what a crash leaves.
    await child.stop();
  }
}

interface Restart {
  readonly seconds: number;
  readonly took: readonly number[];
  readonly megabytes: number;
}

async function restart(
  path: string,
  vendor: Vendor,
  { registrations, lookups }: { registrations: number; lookups: number },
): Promise<Restart> {
  await vendor.reset();
  const startedAt = Date.now();
  const child = startChild("restart-process.ts", [path, vendor.origin]);
  try {
    await child.hear(60);
    const { firstAt, registrations: delivered } = await vendor.count();
    if (firstAt === null || delivered !== 1) throw new Error(`${delivered} registrations after a restart.`);
    const asked = { permits: registrations, lookups };
    const { took, megabytes } = await child.ask<{ took: number[]; megabytes: number }>(asked, 120);
    // The token was asked for first, and the vendor takes its time for that.
    return { seconds: (firstAt - startedAt + LATENCY_MS) / 1_000, took, megabytes };
  } finally {
    await child.stop();
  }
}

/** The bounds of a result, as medians of the restarts. */
export function summarizeMillion(result: MillionResult): { seconds: number; p99: number; megabytes: number } {
  return {
    seconds: median(result.firstDeliverySeconds),
    p99: median(result.lookupP99),
    megabytes: median(result.peakMegabytes),
  };
}
