import type { Registration } from "../../core/registration/registration.ts";
import type { Intent, Refusal, RegistrationState } from "../ledger/delivery.ts";
import { SAME_CLOCK_MS } from "../ledger/delivery-facts.ts";
import { MAX_BACKOFF_MS } from "../pace/backoff.ts";
import { isOfTakenPlace } from "./plan-order.ts";
import { decideRepair, isRepairOf, isToRepair, type RightToRepair, withoutRepair } from "./plan-repair.ts";
import { sentAgainAt, type TakenPlaceContext } from "./plan-taken-place.ts";
import { extensionDue, unconfirmedEndOf } from "./right-terms.ts";

/** What one right needs, before the other rights of its permit are considered. */
export type Step =
  /** Nothing now. `dueAt`, in milliseconds: plan again at that instant. */
  | { readonly kind: "rest"; readonly right: RegistrationState; readonly dueAt?: number }
  /** Its intent is sent, whatever the other rights need. */
  | { readonly kind: "send"; readonly right: RegistrationState }
  /** As `send`, once the cancel leaves no driver uncovered. Until then the right stays as it was, or as `held`. */
  | { readonly kind: "cancel"; readonly right: RegistrationState; readonly held?: RegistrationState }
  | { readonly kind: "drop"; readonly right: RegistrationState };

export interface StepContext extends TakenPlaceContext {
  /** The instant of new decisions, as ISO text. */
  readonly at: string;
  /** Whether the vendor finds a right by our reference alone. */
  readonly ownReferences: boolean;
}

/**
 * Plans one right. `wish` is the registration that is wanted of it; undefined when none is.
 *
 * An intent without a refusal is open: it is repeated exactly as it was decided before anything else is, because the
 * vendor may have carried it out. An intent that surely did not reach the vendor is withdrawn when it is no longer
 * wanted. An intent *with* a refusal was refused after an attempt without a known result.
 */
export function planRight(
  kept: RegistrationState,
  wish: Registration | undefined,
  context: StepContext,
): Step {
  const right = isAskedAgain(kept) ? { ...kept, failure: null } : kept;
  if (right.intent !== null && right.failure === null) {
    const { operation } = right.intent;
    const isUnsent = isSurelyUnsent(right.intent);
    if (isUnsent && !isIntentWanted(right, right.intent, wish)) {
      const before = withoutIntent(right);
      const step = wish === undefined ? planUnwanted(before, context) : planWanted(before, wish, context);
      // While the cancel waits, the right is kept without the withdrawn intent.
      return step.kind === "cancel" ? { ...step, held: before } : step;
    }
    const step = repeat(right, right.intent, context);
    // Since the cancel was decided, a driver may have come to depend on this right: the cancel waits like a new one.
    if (isUnsent && operation === "cancel" && step.kind === "send") {
      return { kind: "cancel", right: step.right, held: withoutIntent(right) };
    }
    return step;
  }
  if (isToRepair(right)) return planRepair(right, wish, context);
  return wish === undefined ? planUnwanted(right, context) : planWanted(right, wish, context);
}

/** Plans a right that is to be sent again. Whatever else the permit asks for replaces the repair. */
function planRepair(right: RightToRepair, wish: Registration | undefined, context: StepContext): Step {
  const before = withoutRepair(right);
  if (wish === undefined) return planUnwanted(before, context);
  // A vendor that lost the right says so when it is amended, and it is registered again then.
  const step = planWanted(before, wish, context);
  return step.kind === "rest" ? { kind: "send", right: decideRepair(right, context.at) } : step;
}

function planWanted(right: RegistrationState, wish: Registration, context: StepContext): Step {
  const { receipt, intent, failure, mayLastUntil } = right;
  const { validTo } = wish;
  const attempts = intent === null ? 0 : Math.max(1, intent.attempts);
  // The right may be cancelled already, and a cancelled right can neither be amended nor registered.
  if (failure?.operation === "cancel" && intent !== null) return repeat(right, intent, context);
  if (receipt === null) {
    if (failure?.validTo === validTo) return planRefused(right, failure, context);
    return { kind: "send", right: decide(right, "register", { validTo, attempts }, context) };
  }
  if (failure?.operation === "amend" && failure.validTo === validTo) return { kind: "rest", right };

  const extendAt =
    validTo === null
      ? extensionDue(right, receipt.coveredUntil, context.openEndedDays)
      : Number.POSITIVE_INFINITY;
  const isInDoubt = intent !== null || mayLastUntil !== undefined;
  if (isInDoubt || receipt.registration.validTo !== validTo || extendAt <= context.now) {
    return { kind: "send", right: decide(right, "amend", { validTo, attempts }, context) };
  }
  const settled = failure === null ? right : { ...right, failure: null };
  return { kind: "rest", right: settled, ...(validTo === null ? { dueAt: extendAt } : {}) };
}

/** Plans a registration that was refused and is still wanted with the same end. */
function planRefused(right: RegistrationState, failure: Refusal, context: StepContext): Step {
  if (failure.dismissed || !isOfTakenPlace(failure)) return { kind: "rest", right };
  const dueAt = sentAgainAt(right, failure, context);
  if (dueAt > context.now) return { kind: "rest", right, dueAt };
  const { validTo } = failure;
  // After an attempt without an answer, the earlier decision is kept.
  const asked = right.intent ?? decide(right, "register", { validTo, attempts: 0 }, context).intent;
  if (asked === null) return { kind: "rest", right };
  const { waitMs: _, ...intent } = asked;
  const repeats = (failure.repeats ?? 0) + 1;
  return {
    kind: "send",
    right: { ...right, intent: { ...intent, notBefore: null, repeats }, failure: null },
  };
}

function planUnwanted(right: RegistrationState, context: StepContext): Step {
  const { receipt, intent, failure } = right;
  if (receipt === null) {
    // Only an attempt without an answer can have left a right at the vendor. Dismissing a refused registration does not
    // dismiss its withdrawal.
    const canWithdraw = context.ownReferences && failure?.operation !== "cancel";
    if (intent === null || (failure?.dismissed && !canWithdraw)) return { kind: "drop", right };
    if (!context.ownReferences || intent.operation === "cancel") return repeat(right, intent, context);
    const attempts = Math.max(1, intent.attempts);
    return { kind: "cancel", right: decide(right, "cancel", { validTo: null, attempts }, context) };
  }
  if (failure?.operation === "cancel") return { kind: "rest", right };
  return { kind: "cancel", right: decide(right, "cancel", { validTo: null, attempts: 0 }, context) };
}

/**
 * Whether a refused operation was being sent again at the last write, so that its refusal may be outdated. A dismissed
 * refusal stays.
 */
function isAskedAgain({ intent, failure }: RegistrationState): boolean {
  return intent?.notBefore === null && failure !== null && failure.dismissed !== true;
}

/**
 * Whether an open intent surely never reached the vendor. Without `notBefore` it may have been sent since the last
 * write.
 */
function isSurelyUnsent({ attempts, notBefore }: Intent): boolean {
  return attempts === 0 && notBefore !== null;
}

/** Whether what an open intent asks for is still to be asked for. */
function isIntentWanted(right: RegistrationState, intent: Intent, wish: Registration | undefined): boolean {
  if (intent.operation === "cancel") return wish === undefined;
  return wish !== undefined && (wish.validTo === intent.validTo || isRepairOf(right, intent, wish));
}

/** A right without its intent, as it was before the decision. */
function withoutIntent(right: RegistrationState): RegistrationState {
  const { receipt, registration } = right;
  if (receipt === null) return { ...right, intent: null };
  if (right.repair !== undefined) return withoutRepair(right);
  const { gaveWay: _, ...rest } = right;
  const { validTo } = receipt.registration;
  return { ...rest, registration: { ...registration, validTo }, intent: null };
}

/** Sends an open intent again, unless it has to wait. */
export function repeat(
  right: RegistrationState,
  intent: Intent,
  { now }: Pick<StepContext, "now">,
): Extract<Step, { kind: "rest" | "send" }> {
  const { waitMs = MAX_BACKOFF_MS, ...asked } = intent;
  const notBefore = intent.notBefore === null ? Number.NEGATIVE_INFINITY : Date.parse(intent.notBefore);
  // A wait that is longer than when it was set was set before the clock went back: it is over.
  if (notBefore > now && notBefore - now <= waitMs + SAME_CLOCK_MS)
    return { kind: "rest", right, dueAt: notBefore };
  // Without `notBefore` it may have been sent since the last write: that counts as an attempt.
  const attempts = intent.notBefore === null ? Math.max(1, intent.attempts) : intent.attempts;
  return { kind: "send", right: { ...right, intent: { ...asked, attempts, notBefore: null } } };
}

function decide(
  right: RegistrationState,
  operation: Intent["operation"],
  { validTo, attempts }: Pick<Intent, "validTo" | "attempts">,
  { at, openEndedDays }: StepContext,
): RegistrationState {
  const mayLastUntil = unconfirmedEndOf(right, openEndedDays);
  return {
    ...right,
    ...(mayLastUntil === undefined ? {} : { mayLastUntil }),
    registration: operation === "cancel" ? right.registration : { ...right.registration, validTo },
    intent: { operation, at, validTo, attempts, notBefore: null },
    failure: null,
  };
}
