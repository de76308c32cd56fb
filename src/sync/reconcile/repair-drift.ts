import type { ListedRegistration, PushProvider } from "../../core/provider.ts";
import type { Emit } from "../deliver/events.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { cancelExtras } from "./cancel-extras.ts";
import type { Candidate, DifferingRight } from "./compare-target.ts";
import type { DriftKind } from "./drift.ts";
import { requireRunning } from "./require-running.ts";
import { type Resend, resendRights } from "./resend.ts";

/** What repairing depends on. */
export interface RepairContext {
  readonly provider: PushProvider;
  readonly ledger: Ledger;
  readonly clock: () => Date;
  readonly signal: AbortSignal | undefined;
  readonly repairs: ReadonlySet<DriftKind>;
  readonly emit: Emit;
}

/** The results of repairs, by reference. */
export interface RepairEnd {
  /** Correct now, or being delivered: when the vendor did not answer clearly, durable sync repeats the repair. */
  readonly repaired: ReadonlySet<string>;
  /** Changed meanwhile, so they are not drift. */
  readonly changed: ReadonlySet<string>;
}

/** Repairs differences in batches. */
export async function repairDrift(drift: readonly Candidate[], context: RepairContext): Promise<RepairEnd> {
  const { provider, clock, signal, repairs } = context;
  const [repaired, changed] = [new Set<string>(), new Set<string>()];
  const differing: DifferingRight[] = [];
  const extras: ListedRegistration[] = [];
  for (const candidate of drift) {
    if (!repairs.has(candidate.kind)) continue;
    if (candidate.kind !== "extra") differing.push(candidate);
    else if (candidate.entry !== undefined) extras.push(candidate.entry);
  }
  for (const batch of inBatches(differing, provider)) {
    requireRunning(signal, { providerId: provider.id, operation: "reconcile" });
    const ends = await resendRights(batch.map(toResend), { ...context, whenRefused: "replace" });
    for (const [index, { reference }] of batch.entries()) {
      const end = ends[index]?.end;
      if (end === "changed") changed.add(reference);
      else if (end !== "refused") repaired.add(reference);
    }
  }
  for (const batch of inBatches(extras, provider)) {
    requireRunning(signal, { providerId: provider.id, operation: "reconcile" });
    for (const reference of await cancelExtras(provider, batch, { now: clock(), signal }))
      repaired.add(reference);
  }
  return { repaired, changed };
}

function toResend({ kind, permitId, right }: DifferingRight): Resend {
  const { reference, receipt } = right;
  const operation = kind === "missing" ? "register" : "amend";
  return { operation, permitId, reference, coveredUntil: receipt.coveredUntil };
}

/** Batches of at least 20: a vendor that takes one operation per request may have many open requests at once. */
export function inBatches<Item>(items: readonly Item[], { capabilities }: PushProvider): Item[][] {
  const size = Math.max(capabilities.batchSize, 20);
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
