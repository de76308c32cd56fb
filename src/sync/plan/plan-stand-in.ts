import type { StoredRegistration } from "../../core/registration/registration.ts";
import type { Right } from "../ledger/delivery.ts";
import type { Pending, StandInFate } from "./plan-order.ts";
import { planRight, type Step, type StepContext } from "./plan-right.ts";
import { placeOf } from "./right-terms.ts";

// A right whose place another one needs is cancelled first at a vendor that keeps one right for a plate and target. Its
// registration is kept until the other one is acknowledged, so that it can be registered again when that is refused.

/** What becomes of a stand-in: as of any right, or it is registered again as `wish`. */
export type StandInStep = Step | { readonly kind: "restore"; readonly wish: StoredRegistration };

/** Whether a right made way for another one and is not there, or not yet again. */
export function isStandIn({ gaveWay, receipt }: Right): boolean {
  return gaveWay === true && receipt === null;
}

/** Whether a stand-in is neither on its way back nor refused. */
export function isAway({ intent, failure }: Right): boolean {
  return intent === null && failure === null;
}

/** What a right that made way needs. It comes back with its own start, and with the end that its permit has by now. */
export function planStandIn(
  right: Right,
  fate: StandInFate,
  { wishedEnd, context }: { wishedEnd: string | null; context: StepContext },
): StandInStep {
  const wish = { ...right.registration, validTo: wishedEnd };
  if (!isAway(right)) return planRight(right, fate === "drop" ? undefined : wish, context);
  if (fate === "restore") return { kind: "restore", wish };
  return fate === "wait" ? { kind: "rest", right } : { kind: "drop", right };
}

/** What was planned of one right. */
export interface PlannedStep {
  readonly key: string;
  readonly before: Right;
  /** Undefined: it made way for another right, and what becomes of it depends on that. */
  readonly step: Exclude<Step, { kind: "drop" }> | undefined;
}

/** What becomes of a right that made way for another one. */
export function fateOf(
  standIn: StoredRegistration,
  { steps, pending }: { steps: readonly PlannedStep[]; pending: Pending | undefined },
): StandInFate {
  const place = placeOf(standIn);
  if (steps.some((other) => covers(other, place))) return "drop";
  // Another one is still making way, and the one that they make way for is sent after that.
  if (steps.some((other) => leaves(other, place))) return "wait";
  return pending?.fateOf(standIn) ?? "drop";
}

function leaves({ step }: PlannedStep, place: string): boolean {
  if (step === undefined || placeOf(step.right.registration) !== place) return false;
  return step.kind === "cancel" || (step.right.intent?.operation === "cancel" && step.right.failure === null);
}

/** Whether the vendor has acknowledged a right at a place, and none of it is being cancelled. */
export function covers({ step }: PlannedStep, place: string): boolean {
  if (step === undefined || step.kind === "cancel") return false;
  const { receipt, intent, registration } = step.right;
  return receipt !== null && intent?.operation !== "cancel" && placeOf(registration) === place;
}
