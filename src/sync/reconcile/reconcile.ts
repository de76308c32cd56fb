import { EnforcementError, isEnforcementError } from "../../core/errors.ts";
import type { PushProvider } from "../../core/provider.ts";
import type { CompanyViews } from "../deliver/company-views.ts";
import { MAX_UNSEEN, type ReadBack } from "../ledger/provider-notes.ts";
import { type Candidate, compareTarget, type Look } from "./compare-target.ts";
import { confirmMissing } from "./confirm-missing.ts";
import type { ReconcileOptions, ReconcileReport } from "./drift.ts";
import { readReconcileOptions } from "./options.ts";
import { type RepairContext, requireRunning } from "./repair-context.ts";
import { repairDrift } from "./repair-drift.ts";
import { ReconcileTally } from "./tally.ts";
import { listKnownTargets } from "./targets.ts";

const operation = "reconcile";

// A vendor that fails this often in a row is down, and every further target would cost a deadline.
const FAILURES_IN_A_ROW = 3;

/** What `reconcile` depends on. */
export interface ReconcileContext extends RepairContext {
  readonly views: Pick<CompanyViews, "read">;
  /** The ids of other push providers of the same vendor. Their rights are not extra, even at the same target. */
  readonly neighbours: readonly string[];
}

/**
 * Compares what a vendor lists with what it acknowledged, target by target, and repairs the differences.
 *
 * Memory holds one target at a time: a reference and a number per right of this package there. Only records with a
 * reference of this package are compared; others are only counted. Rights that are being delivered are left alone, and
 * a difference counts only when a second look confirms it. A list that may be incomplete makes nothing missing by
 * itself.
 *
 * @throws EnforcementError `unsupported` where the vendor cannot be listed (`reassert` is for those); `aborted`;
 * `unavailable` when the ledger fails; the vendor's error when it fails at three targets in a row
 */
export async function reconcileProvider(
  context: ReconcileContext,
  options: ReconcileOptions = {},
): Promise<ReconcileReport> {
  const { provider, ledger, views, clock, neighbours } = context;
  const providerId = provider.id;
  const { signal, repairs, testPlates, onProgress, targets: also } = readReconcileOptions(options, provider);
  requireListing(provider);
  requireRunning(signal, { providerId, operation });
  const targets = await listKnownTargets({ provider, ledger, views, also, signal });
  const tally = new ReconcileTally(providerId, { startedAt: clock(), targets: targets.length });
  let failuresInARow = 0;

  for (const { target, names, companyId } of targets) {
    requireRunning(signal, { providerId, operation });
    try {
      const look = await compareTarget({
        provider,
        ledger,
        target,
        names,
        neighbours,
        testPlates,
        clock,
        pace: context.pace,
        signal,
      });
      const { complete } = look;
      const wanted = await findWanted(context, look.candidates.values());
      const { confirmed, missed } = await confirmMissing(provider, wanted, { complete, signal });
      const isComplete = complete && !missed;
      if (isComplete) {
        const note = { providerId, targets: [...names], readBack: toReadBack(look) };
        await context.writeAt(look.readAt, () => ledger.noteReadBack(note));
      }
      const end = await repairDrift(confirmed, { ...context, repairs, companyId }, signal);
      tally.add(target, { look, confirmed, end, isComplete });
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

/** Null: too many rights were not seen to note each of them. */
function toReadBack({ readAt, unseen }: Look): ReadBack | null {
  return unseen.length > MAX_UNSEEN ? null : { at: readAt, unseen };
}

/**
 * The candidates without the rights of withdrawn permits, whose cancellation is on its way, and without extra ones that a
 * permit may have: after the clock was set back, sync plans them first.
 */
async function findWanted(
  { ledger, mayHaveEndedAhead }: Pick<ReconcileContext, "ledger" | "mayHaveEndedAhead">,
  candidates: Iterable<Candidate>,
): Promise<Candidate[]> {
  const wanted: Candidate[] = [];
  for (const candidate of candidates) {
    const isWanted =
      candidate.kind === "extra"
        ? !mayHaveEndedAhead()
        : (await ledger.getPermit(candidate.permitId))?.state === "active";
    if (isWanted) wanted.push(candidate);
  }
  return wanted;
}

function requireListing(provider: PushProvider): void {
  if (provider.capabilities.listRegistrations) return;
  const message = `${provider.setup.title} cannot be listed, so there is nothing to compare with; use reassert.`;
  throw new EnforcementError("unsupported", message, { providerId: provider.id, operation });
}

/** Whether the run may go on with the next target. Errors of the ledger end it. */
function isPassing(thrown: unknown): thrown is EnforcementError {
  if (!isEnforcementError(thrown) || thrown.providerId === undefined) return false;
  return !["aborted", "unsupported", "unauthorized", "invalid_config"].includes(thrown.code);
}
