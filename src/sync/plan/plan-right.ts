import type { StoredRegistration } from "../../core/registration/registration.ts";
import type { Intent, Refusal, Right } from "../ledger/delivery.ts";
import { SAME_CLOCK_MS } from "../ledger/delivery-facts.ts";
import { LONGEST_BACKOFF_MS } from "../pace/backoff.ts";
import { isOfTakenPlace } from "./plan-order.ts";
import { sentAgainAt, type TakenPlaceContext } from "./plan-taken-place.ts";
import { doubtOf, extensionDue } from "./right-terms.ts";

/** What is to be done about one right, before the others of its permit are looked at. */
export type Step =
  /** Nothing now; `dueAt` in milliseconds: look again. */
  | { readonly kind: "rest"; readonly right: Right; readonly dueAt?: number }
  /** Its intent is sent, whatever the others do. */
  | { readonly kind: "send"; readonly right: Right }
  /** As `send`, once no driver is left uncovered by it; until then it is left as it was, or as `held`. */
  | { readonly kind: "cancel"; readonly right: Right; readonly held?: Right }
  | { readonly kind: "drop"; readonly right: Right };

export interface StepContext extends TakenPlaceContext {
  /** The instant of new decisions. */
  readonly at: string;
  /** Whether the vendor finds a right by our reference alone. */
  readonly ownReferences: boolean;
}

/**
 * What one right needs. `wish` is the registration that is wanted of it, undefined when none is.
 *
 * An intent without a refusal is open: it is repeated exactly as it stands before anything else is decided, because the
 * vendor may have carried it out. What surely did not reach it is taken back when it is not what is wanted any more. An
 * intent *with* a refusal was refused after an attempt whose end nobody knows.
 */
export function planRight(kept: Right, wish: StoredRegistration | undefined, context: StepContext): Step {
  const right = isAskedAgain(kept) ? { ...kept, failure: null } : kept;
  if (right.intent !== null && right.failure === null) {
    const { operation } = right.intent;
    const isUnsent = isSurelyUnsent(right, right.intent);
    if (isUnsent && (operation === "cancel" ? wish !== undefined : wish?.validTo !== right.intent.validTo)) {
      const before = takenBack(right);
      const step = wish === undefined ? planUnwanted(before, context) : planWanted(before, wish, context);
      // What was taken back is not on its way while what takes its place has to wait.
      return step.kind === "cancel" ? { ...step, held: before } : step;
    }
    const step = repeat(right, right.intent, context);
    // Somebody may be left uncovered by it by now who was not when it was decided.
    if (isUnsent && operation === "cancel" && step.kind === "send") {
      return { kind: "cancel", right: step.right, held: takenBack(right) };
    }
    return step;
  }
  return wish === undefined ? planUnwanted(right, context) : planWanted(right, wish, context);
}

function planWanted(right: Right, wish: StoredRegistration, context: StepContext): Step {
  const { receipt, intent, failure, mayLastUntil } = right;
  const { validTo } = wish;
  const attempts = intent === null ? 0 : Math.max(1, intent.attempts);
  // It may be cancelled already, and what is cancelled can neither be amended nor registered.
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

/** What a refused registration needs that is still wanted as it was asked for. */
function planRefused(right: Right, failure: Refusal, context: StepContext): Step {
  if (failure.dismissed || !isOfTakenPlace(failure)) return { kind: "rest", right };
  const dueAt = sentAgainAt(right, failure, context);
  if (dueAt > context.now) return { kind: "rest", right, dueAt };
  const { validTo } = failure;
  // After an attempt without an answer it is the same decision still.
  const asked = right.intent ?? decide(right, "register", { validTo, attempts: 0 }, context).intent;
  if (asked === null) return { kind: "rest", right };
  const { waitMs: _, ...intent } = asked;
  const repeats = (failure.repeats ?? 0) + 1;
  return {
    kind: "send",
    right: { ...right, intent: { ...intent, notBefore: null, repeats }, failure: null },
  };
}

function planUnwanted(right: Right, context: StepContext): Step {
  const { receipt, intent, failure } = right;
  if (receipt === null) {
    // Only an attempt without an answer can have left something there. A person who dismissed the refused registration has
    // not dismissed its withdrawal.
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
 * Whether something refused was on its way again when we last wrote: its refusal is not the vendor's last word any more.
 * What a person let be stays as it is.
 */
function isAskedAgain({ intent, failure }: Right): boolean {
  return intent?.notBefore === null && failure !== null && failure.dismissed !== true;
}

/** Whether an open intent never reached the vendor. Without an instant to wait for it was on its way when we last wrote. */
function isSurelyUnsent({ receipt }: Right, { operation, attempts, notBefore }: Intent): boolean {
  // Repairs register what was acknowledged before: the vendor does not have it, and it has to be there first.
  return attempts === 0 && notBefore !== null && (operation !== "register" || receipt === null);
}

/** A right as it was before its intent. */
function takenBack(right: Right): Right {
  const { receipt, registration } = right;
  if (receipt === null) return { ...right, intent: null };
  const { gaveWay: _, ...rest } = right;
  const { validTo } = receipt.registration;
  return { ...rest, registration: { ...registration, validTo }, intent: null };
}

/** Asks once more for what is on its way, unless it has to wait. */
export function repeat(
  right: Right,
  intent: Intent,
  { now }: Pick<StepContext, "now">,
): Extract<Step, { kind: "rest" | "send" }> {
  const { waitMs = LONGEST_BACKOFF_MS, ...asked } = intent;
  const notBefore = intent.notBefore === null ? Number.NEGATIVE_INFINITY : Date.parse(intent.notBefore);
  // A wait that is longer than it was when it was set was set before the clock went back.
  if (notBefore > now && notBefore - now <= waitMs + SAME_CLOCK_MS)
    return { kind: "rest", right, dueAt: notBefore };
  // Without a wait it was on its way when we last wrote, and nobody knows how far it came.
  const attempts = intent.notBefore === null ? Math.max(1, intent.attempts) : intent.attempts;
  return { kind: "send", right: { ...right, intent: { ...asked, attempts, notBefore: null } } };
}

function decide(
  right: Right,
  operation: Intent["operation"],
  { validTo, attempts }: Pick<Intent, "validTo" | "attempts">,
  { at, openEndedDays }: StepContext,
): Right {
  const mayLastUntil = doubtOf(right, openEndedDays);
  return {
    ...right,
    ...(mayLastUntil === undefined ? {} : { mayLastUntil }),
    registration: operation === "cancel" ? right.registration : { ...right.registration, validTo },
    intent: { operation, at, validTo, attempts, notBefore: null },
    failure: null,
  };
}
