import { startPostgres } from "../../../sync/postgres/process.ts";
import { median } from "../../lookup/statistics.ts";
import { type Child, startChild } from "../child.ts";
import { percentile } from "../percentile.ts";
import { startVendor } from "../vendor.ts";
import { LATENCY_MS } from "../wire.ts";
import type { ManyQuestion } from "./many-process.ts";

export interface ManyPlan {
  readonly providers: number;
  readonly backfill: number;
  readonly rounds: number;
  /** Permits that each round issues one by one, and companies that it refreshes. */
  readonly samples: number;
  readonly refreshes: number;
}

/** Enough for a median that one busy moment of the machine does not move. */
const BACKFILL_ROUNDS = 5;

export const KINDS = ["memory", "sqlite", "postgres"] as const;
type Kind = (typeof KINDS)[number];

/** One ledger with one number of providers. Times are in milliseconds; those of a permit are beyond the vendor's latency. */
export interface ManyFigures {
  readonly kind: Kind;
  readonly providers: number;
  readonly samples: number;
  readonly issue: { readonly p50: number; readonly p99: number };
  readonly byHand: { readonly p50: number; readonly p99: number };
  readonly refresh: number;
  readonly perSecond: number;
}

export interface ManyResult {
  /** For each ledger one provider, one provider once more, and many. */
  readonly figures: readonly (readonly [one: ManyFigures, again: ManyFigures, many: ManyFigures])[];
  readonly bytesPerProvider: number;
}

/** Measures each ledger with one provider and with many, in turns. */
export async function measureMany(plan: ManyPlan): Promise<ManyResult> {
  const vendor = await startVendor();
  const postgres = await startPostgres();
  try {
    const figures: [ManyFigures, ManyFigures, ManyFigures][] = [];
    for (const kind of KINDS) {
      figures.push(await measureLedger(kind, plan, { origin: vendor.origin, host: postgres.host }));
    }
    const memory = startChild("many/memory-process.ts", [String(plan.providers)], ["--expose-gc"]);
    const bytesPerProvider = await memory.hear<number>(120).finally(() => memory.stop());
    return { figures, bytesPerProvider };
  } finally {
    await vendor.stop();
    await postgres.stop();
  }
}

async function measureLedger(
  kind: Kind,
  { providers, backfill, rounds, samples, refreshes }: ManyPlan,
  { origin, host }: { origin: string; host: string },
): Promise<[ManyFigures, ManyFigures, ManyFigures]> {
  const counts = [1, 1, providers];
  const children: Child[] = [];
  const ask = <Answer>(child: Child, question: ManyQuestion) => child.ask<Answer>(question, 300);
  try {
    const entries = counts.map((count) => {
      const child = startChild("many/many-process.ts", [origin, kind, String(count), host]);
      children.push(child);
      return {
        count,
        child,
        ours: [] as number[],
        byHand: [] as number[],
        refresh: [] as number[],
        speeds: [] as number[],
      };
    });
    for (const { child } of entries) await child.hear(60);
    // Code that has not run yet is slow, and tokens are asked for once.
    for (const { child } of entries) await ask(child, { do: "backfill", permits: backfill });
    for (const { child } of entries) await ask(child, { do: "issue", samples: 20 });
    for (let round = 0; round < rounds; round += 1) {
      for (const entry of entries) {
        const { ours, byHand } = await ask<{ ours: number[]; byHand: number[] }>(entry.child, {
          do: "issue",
          samples,
        });
        entry.ours.push(...ours);
        entry.byHand.push(...byHand);
        for (let index = 0; index < refreshes; index += 1)
          entry.refresh.push(await ask<number>(entry.child, { do: "refresh" }));
      }
    }
    for (let round = 0; round < BACKFILL_ROUNDS; round += 1) {
      for (const { child, speeds } of entries)
        speeds.push(backfill / ((await ask<number>(child, { do: "backfill", permits: backfill })) / 1_000));
    }
    for (const { child } of entries) await ask(child, { do: "end" });
    const [one, again, many] = entries.map(({ count, ours, byHand, refresh, speeds }) => ({
      ...{ kind, providers: count, samples: ours.length },
      ...{ issue: summarize(ours), byHand: summarize(byHand) },
      ...{ refresh: median(refresh), perSecond: median(speeds) },
    }));
    if (one === undefined || again === undefined || many === undefined)
      throw new Error("An entry is missing.");
    return [one, again, many];
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

function summarize(values: readonly number[]): { p50: number; p99: number } {
  return { p50: percentile(values, 0.5) - LATENCY_MS, p99: percentile(values, 0.99) - LATENCY_MS };
}
