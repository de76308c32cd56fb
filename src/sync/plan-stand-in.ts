import type { StoredRegistration } from "../core/registration.ts";
import type { Right } from "./delivery.ts";
import type { StandInFate } from "./plan-order.ts";
import { planRight, type Step, type StepContext } from "./plan-right.ts";

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
