import type { Directory } from "../../core/directory/directory.ts";
import { EnforcementError, isEnforcementError } from "../../core/errors.ts";
import type { PushProvider } from "../../core/provider.ts";
import type { Emit } from "../deliver/events.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { type Candidate, compareTarget } from "./compare-target.ts";
import { confirmMissing } from "./confirm-missing.ts";
import type { ReconcileOptions, ReconcileReport } from "./drift.ts";
import { readReconcileOptions } from "./options.ts";
import { repairDrift } from "./repair-drift.ts";
import { requireRunning } from "./require-running.ts";
import { ReconcileTally } from "./tally.ts";
import { listTargetNames } from "./targets.ts";

const operation = "reconcile";

// A vendor that fails so often in a row is down, and every further target would cost a deadline.
const FAILURES_IN_A_ROW = 3;

/** What `reconcile` works with. */
export interface ReconcileContext {
  readonly provider: PushProvider;
  readonly ledger: Ledger;
  readonly directory: Directory;
  readonly clock: () => Date;
  /** Other push providers of the same vendor: what they have is theirs, also where it is at the same target. */
  readonly neighbours: readonly string[];
  /** Called when deliveries became due. */
  readonly onDue: () => void;
  readonly emit: Emit;
}

/**
 * Compares what a vendor lists with what it acknowledged, target by target, and repairs what differs.
 *
 * One target at a time is in memory, as a reference and a number for each right of ours there. Only records that carry a
 * reference of ours are ours; others are counted and nothing else. What is just being delivered is left alone, and
 * whatever differs is looked at twice before it counts. A list that may be incomplete makes nothing missing by itself.
 *
 * @throws EnforcementError `unsupported` where the vendor cannot be listed: `reassert` is for those; `aborted`;
 * `unavailable` when the ledger fails; what the vendor says when it fails at three targets in a row
 */
export async function reconcileProvider(
  context: ReconcileContext,
  options: ReconcileOptions = {},
): Promise<ReconcileReport> {
  const { provider, ledger, directory, clock, neighbours, onDue, emit } = context;
  const providerId = provider.id;
  const { signal, repairs, testPlates, onProgress, targets: also } = readReconcileOptions(options, provider);
  requireListing(provider);
  requireRunning(signal, { providerId, operation });
  const targets = await listTargetNames({ provider, ledger, directory, also, signal });
  const tally = new ReconcileTally(providerId, { startedAt: clock(), targets: targets.length });
  let failuresInARow = 0;

  for (const [target, names] of targets) {
    requireRunning(signal, { providerId, operation });
    try {
      const comparison = { ...{ provider, ledger, target, names, neighbours, testPlates, clock, signal } };
      const look = await compareTarget(comparison);
      const { complete } = look;
      const wanted = await findWanted(ledger, look.candidates.values());
      const { confirmed, missed } = await confirmMissing(provider, wanted, { complete, signal });
      const repairing = { provider, ledger, clock, signal, repairs, emit };
      const end = await repairDrift(confirmed, repairing);
      if (confirmed.length > 0) onDue();
      tally.add(target, { look, confirmed, end, isComplete: complete && !missed });
      failuresInARow = 0;
    } catch (thrown) {
      failuresInARow += 1;
      if (!isPassing(thrown) || failuresInARow === FAILURES_IN_A_ROW) throw thrown;
      tally.fail(target, thrown);
    }
    onProgress(tally.progress());
  }
  return tally.report(clock());
}

/** Without the rights of permits that were withdrawn: their cancellation is on its way. */
async function findWanted(ledger: Ledger, candidates: Iterable<Candidate>): Promise<Candidate[]> {
  const wanted: Candidate[] = [];
  for (const candidate of candidates) {
    if (candidate.kind === "extra" || (await ledger.getPermit(candidate.permitId))?.state === "active") {
      wanted.push(candidate);
    }
  }
  return wanted;
}

function requireListing(provider: PushProvider): void {
  if (provider.capabilities.listRegistrations && provider.listRegistrations !== undefined) return;
  const message = `${provider.setup.title} cannot be listed, so there is nothing to compare with; use reassert.`;
  throw new EnforcementError("unsupported", message, { providerId: provider.id, operation });
}

/** Whether the next target may do better. What the ledger or the directory throws is no vendor's. */
function isPassing(thrown: unknown): thrown is EnforcementError {
  if (!isEnforcementError(thrown) || thrown.providerId === undefined) return false;
  return !["aborted", "unsupported", "unauthorized", "invalid_config"].includes(thrown.code);
}
