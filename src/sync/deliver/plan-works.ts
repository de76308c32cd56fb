import { formatInstant } from "../../core/instant.ts";
import type { DeliveryUpdate } from "../ledger/ledger.ts";
import type { Pace } from "../pace/pace.ts";
import type { DeliveryPlan, PlanInput, PlanRules } from "../plan/delivery-plan.ts";
import { heldAt, NOTHING_DESIRED } from "../plan/desired.ts";
import { planDelivery } from "../plan/planner.ts";
import type { QueuedOperation } from "./operation-queue.ts";
import { hasOpenIntent, toUpdate, type Work } from "./work.ts";

/** The updates to write, and the operations that may be sent once they are written. */
export interface PlannedWorks {
  /** One per work, in order. */
  readonly updates: readonly DeliveryUpdate[];
  readonly operations: readonly QueuedOperation[];
}

interface PlanContext {
  readonly pace: Pace;
  readonly now: Date;
  /** Works claimed before this instant are released, by the monotonic clock. */
  readonly claimedAfter: number;
  /** When the clock is trusted again; undefined: it is. */
  readonly steadyAt: Date | undefined;
  readonly rules: PlanRules;
  /** False where no new operation may begin under this claim: the work is released. */
  readonly mayBegin: (work: Work) => boolean;
}

const UNREADABLE_MS = 60_000;

/** Plans works in slices. All decisions get the same instant, so that their operations may share a request. */
export async function planWorks(works: readonly Work[], context: PlanContext): Promise<PlannedWorks> {
  const slicer = context.pace.createSlicer();
  const moment = { ...context, at: formatInstant(context.now) };
  const updates: DeliveryUpdate[] = [];
  const operations: QueuedOperation[] = [];
  for (let index = 0; index < works.length; index += 1) {
    updates.push(planWork(works[index] as Work, moment, operations));
    if (slicer.isOver) await slicer.nextTurn();
  }
  return { updates, operations };
}

function planWork(
  work: Work,
  { now, at, claimedAfter, steadyAt, rules, mayBegin }: PlanContext & { at: string },
  operations: QueuedOperation[],
): DeliveryUpdate {
  if (work.isStale || work.claimedAt < claimedAfter) return planAgain(work, now);
  const { delivery, desired = NOTHING_DESIRED } = work;
  const plan = findPlan({ desired, delivery, now, at, steadyAt, rules });
  // A delivery that cannot be planned must not end the others. It stays pending, so its age shows in `status()`.
  if (plan === undefined) return planAgain(work, new Date(now.getTime() + UNREADABLE_MS));
  if (plan.operations.length > 0 && !mayBegin(work)) return planAgain(work, now);
  work.delivery = plan.delivery;
  work.outstanding = plan.operations.length;
  for (const right of plan.operations) {
    if (right.intent !== null) operations.push({ work, right, intent: right.intent });
  }
  if (work.outstanding > 0) return toUpdate(work);
  return toUpdate(work, {
    dueAt: plan.dueAt,
    settled: !hasOpenIntent(work) && heldAt(desired, now) === undefined,
  });
}

/** Releases a work as it is, to be claimed and planned again. */
function planAgain(work: Work, dueAt: Date): DeliveryUpdate {
  return toUpdate(work, { dueAt, settled: false });
}

function findPlan(input: PlanInput): DeliveryPlan | undefined {
  try {
    return planDelivery(input);
  } catch {
    return undefined;
  }
}
