import type { ListedRegistration } from "../../core/provider.ts";
import type { WatchedEnd } from "../deliver/watched-outcomes.ts";
import { cancelExtras } from "./cancel-extras.ts";
import type { Candidate, DifferingRight } from "./compare-target.ts";
import type { DriftKind } from "./drift.ts";
import { inBatches, type RepairContext, repairBatchSize, requireRunning } from "./repair-context.ts";
import { type RightToSend, sendAgain } from "./send-again.ts";

/** The results of repairs, by reference. */
export interface RepairEnd {
  /** Correct now, or being delivered. */
  readonly repaired: ReadonlySet<string>;
  /** Changed meanwhile, so they are not drift. */
  readonly changed: ReadonlySet<string>;
}

/** Repairs the differences at one target, in batches: writes what is wanted, and the provider's loop sends it. */
export async function repairDrift(
  drift: readonly Candidate[],
  context: RepairContext & { readonly repairs: ReadonlySet<DriftKind>; readonly companyId: string },
  signal: AbortSignal | undefined,
): Promise<RepairEnd> {
  const { provider, repairs } = context;
  const size = repairBatchSize(provider);
  const [repaired, changed] = [new Set<string>(), new Set<string>()];
  const note = (ends: ReadonlyMap<string, WatchedEnd>) => {
    for (const [reference, { end }] of ends) if (end !== "refused") repaired.add(reference);
  };
  const differing: RightToSend[] = [];
  const extras: ListedRegistration[] = [];
  for (const candidate of drift) {
    if (!repairs.has(candidate.kind)) continue;
    if (candidate.kind !== "extra") differing.push(toRightToSend(candidate));
    else if (candidate.entry !== undefined) extras.push(candidate.entry);
  }
  for (const batch of inBatches(differing, size)) {
    requireRunning(signal, { providerId: provider.id, operation: "reconcile" });
    const ends = await sendAgain(batch, context, signal);
    for (const { reference } of batch) if (!ends.has(reference)) changed.add(reference);
    note(ends);
  }
  for (const batch of inBatches(extras, size)) {
    requireRunning(signal, { providerId: provider.id, operation: "reconcile" });
    note(await cancelExtras(batch, context, signal));
  }
  return { repaired, changed };
}

function toRightToSend({ kind, permitId, right }: DifferingRight): RightToSend {
  const { reference, receipt } = right;
  const operation = kind === "missing" ? ("register" as const) : ("amend" as const);
  const repair = { operation, whenRefused: "replace" as const };
  return { permitId, reference, coveredUntil: receipt.coveredUntil, repair };
}
