import type { Registration } from "../../core/registration/registration.ts";
import type { RegistrationState } from "../ledger/delivery.ts";
import type { Pending, StandInFate } from "./plan-order.ts";
import { planRight, type Step, type StepContext } from "./plan-right.ts";
import { placeOf } from "./right-terms.ts";

// Some vendors keep one right per plate and target. There, a right whose place another right needs is cancelled first.
// Its registration is kept until the other right is acknowledged, so that it can be registered again when that one is
// refused.

/** What a right that made way needs: a step as of any right, or to be registered again as `wish`. */
export type StandInStep = Step | { readonly kind: "restore"; readonly wish: Registration };

/** Whether a right was cancelled to make way for another one, and is not acknowledged again. */
export function isStandIn({ gaveWay, receipt }: RegistrationState): boolean {
  return gaveWay === true && receipt === null;
}

/** Whether a right that made way is neither being registered again nor refused. */
export function isAway({ intent, failure }: RegistrationState): boolean {
  return intent === null && failure === null;
}

/** Plans a right that made way. It is registered again with its own start, and with the current end of its permit. */
export function planStandIn(
  right: RegistrationState,
  fate: StandInFate,
  { wishedEnd, context }: { wishedEnd: string | null; context: StepContext },
): StandInStep {
  const wish = { ...right.registration, validTo: wishedEnd };
  if (!isAway(right)) return planRight(right, fate === "drop" ? undefined : wish, context);
  if (fate === "restore") return { kind: "restore", wish };
  return fate === "wait" ? { kind: "rest", right } : { kind: "drop", right };
}

export interface PlannedStep {
  readonly key: string;
  readonly before: RegistrationState;
  /** Undefined: the right made way for another one, and its step depends on what becomes of that one. */
  readonly step: Exclude<Step, { kind: "drop" }> | undefined;
}

/** What becomes of a right that made way for another one. */
export function fateOf(
  standIn: Registration,
  { steps, pending }: { steps: readonly PlannedStep[]; pending: Pending | undefined },
): StandInFate {
  const place = placeOf(standIn);
  if (steps.some((other) => covers(other, place))) return "drop";
  // Another right is still being cancelled there. The right that both make way for is sent after that.
  if (steps.some((other) => leaves(other, place))) return "wait";
  return pending?.fateOf(standIn) ?? "drop";
}

function leaves({ step }: PlannedStep, place: string): boolean {
  if (step === undefined || placeOf(step.right.registration) !== place) return false;
  return step.kind === "cancel" || (step.right.intent?.operation === "cancel" && step.right.failure === null);
}

/** Whether the planned right is acknowledged at a place, and is not being cancelled. */
export function covers({ step }: PlannedStep, place: string): boolean {
  if (step === undefined || step.kind === "cancel") return false;
  const { receipt, intent, registration } = step.right;
  return receipt !== null && intent?.operation !== "cancel" && placeOf(registration) === place;
}
