import type { EnforcementError } from "../../core/errors.ts";
import { formatInstant } from "../../core/instant.ts";
import type { Outcome } from "../../core/provider.ts";
import type { Receipt } from "../../core/registration/registration.ts";
import {
  type Intent,
  MAX_WITHDRAWN,
  type ProviderState,
  type Refusal,
  type RegistrationState,
  type Trouble,
  type WithdrawnRight,
} from "../ledger/delivery.ts";
import { existingBackoff, heldBackoff, itemBackoff, refusalBackoff } from "../pace/backoff.ts";
import { refusedRegistration, withoutRepair } from "../plan/plan-repair.ts";
import { extendAtOf, isHolding, overAt, placeOf } from "../plan/right-terms.ts";
import { isAlreadyThere, isNotFound, isOfOneItem, isRefusal } from "./send/judge-error.ts";

interface ErrorContext {
  readonly error: EnforcementError;
  readonly now: Date;
  readonly random: () => number;
  /** The provider's own `openEndedDays`. */
  readonly openEndedDays: number;
  /** All rights of the permit at this vendor. */
  readonly rights: readonly RegistrationState[];
}

/** The outcome of an intent, and what is needed to apply it at `now`. */
interface OutcomeContext {
  readonly outcome: Outcome<Receipt | undefined>;
  readonly now: Date;
  readonly random: () => number;
  /** The provider's own `openEndedDays`. */
  readonly openEndedDays: number;
}

/** Applies the outcome of one right's intent to the delivery. */
export function applyOutcome(
  delivery: ProviderState,
  reference: string,
  { outcome, now, random, openEndedDays }: OutcomeContext,
): ProviderState {
  const rights: RegistrationState[] = [];
  let { ended, withdrawn } = delivery;
  for (const right of delivery.rights) {
    const { intent } = right;
    if (right.reference !== reference || intent === null) {
      rights.push(right);
      continue;
    }
    const after = outcome.ok
      ? afterSuccess(right, intent, { receipt: outcome.value, now, openEndedDays })
      : afterError(right, intent, {
          error: outcome.error,
          now,
          random,
          openEndedDays,
          rights: delivery.rights,
        });
    if (after !== undefined) rights.push(after);
    // Kept, because a cancel dated by a clock that is ahead leaves the right at the vendor until that instant.
    if (outcome.ok && intent.operation === "cancel") {
      ended = [...(ended ?? []), { ...right, intent: endedBy(intent), failure: null }];
    }
    const isGone = outcome.ok ? intent.operation === "cancel" : isCancelledAlready(intent, outcome.error);
    if (isGone) withdrawn = [...(withdrawn ?? []), withdrawnAt(right, now)].slice(-MAX_WITHDRAWN);
  }
  return {
    ...delivery,
    rights,
    ...(ended === undefined ? {} : { ended }),
    ...(withdrawn === undefined ? {} : { withdrawn }),
  };
}

function withdrawnAt({ reference, registration }: RegistrationState, now: Date): WithdrawnRight {
  const { locationId, plate, target } = registration;
  return { reference, locationId, plate, target, at: formatInstant(now) };
}

/** The cancel that ended a right, as an intent that was sent once. */
function endedBy({ operation, at, validTo }: Intent): Intent {
  return { operation, at, validTo, attempts: 1, notBefore: null };
}

/** Sets a decided intent that was not sent to wait until `notBefore`. */
export function postpone(
  delivery: ProviderState,
  reference: string,
  { notBefore, now }: { notBefore: Date; now: Date },
): ProviderState {
  const waitMs = Math.max(0, notBefore.getTime() - now.getTime());
  const rights = delivery.rights.map((right) =>
    right.reference !== reference || right.intent === null
      ? right
      : { ...right, intent: { ...right.intent, notBefore: notBefore.toISOString(), waitMs } },
  );
  return { ...delivery, rights };
}

/** Whether a cancellation was refused because the vendor has no such right. */
export function isCancelledAlready({ operation }: Intent, error: EnforcementError): boolean {
  return operation === "cancel" && isNotFound(error);
}

/**
 * Whether the vendor lost a right, so that it is registered again: under its reference, or under the next generation's
 * where the vendor has the reference but cannot find the right, because it is over there.
 */
export function isLost(
  { lost }: RegistrationState,
  { operation, attempts }: Intent,
  error: EnforcementError,
): boolean {
  if (operation === "amend") return isNotFound(error);
  return operation === "register" && lost === true && attempts === 0 && isAlreadyThere(error);
}

function afterSuccess(
  right: RegistrationState,
  intent: Intent,
  {
    receipt = right.receipt,
    now,
    openEndedDays,
  }: { receipt: Receipt | null | undefined; now: Date; openEndedDays: number },
): RegistrationState | undefined {
  if (intent.operation === "cancel") return cancelled(right);
  const { reference, repair } = right;
  // The refusal of another end still waits for the host.
  const failure = repair?.failure ?? null;
  const registration = refusedRegistration(right.registration, failure);
  const acknowledgedAt = right.receipt === null ? formatInstant(now) : right.acknowledgedAt;
  const after =
    receipt === null || acknowledgedAt === undefined
      ? { reference, registration, receipt, intent: null, failure }
      : { reference, registration, receipt, acknowledgedAt, intent: null, failure };
  const extendAt = receipt === null ? undefined : extendAtOf(intent, receipt.coveredUntil, openEndedDays);
  return extendAt === undefined ? after : { ...after, extendAt };
}

function afterError(
  right: RegistrationState,
  intent: Intent,
  context: ErrorContext,
): RegistrationState | undefined {
  const { error } = context;
  if (isCancelledAlready(intent, error)) return cancelled(right);
  if (isLost(right, intent, error)) return intent.operation === "amend" ? lose(right) : undefined;
  if (!isRefusal(error)) return wait(right, intent, context);
  const isRepeat = right.repair?.operation === "register" && intent.operation === "register";
  if (isRepeat && attemptsAfter(intent, error) === 0) return afterRefusedRepeat(right);
  return refuse(right, intent, context);
}

/** What is kept of a right whose repeated registration was refused; nothing where the next generation replaces it. */
function afterRefusedRepeat(right: RegistrationState): RegistrationState | undefined {
  return right.repair?.whenRefused === "replace" ? undefined : withoutRepair(right);
}

/** What is kept of a cancelled right: nothing, unless it made way for another one and may be registered again. */
function cancelled({
  reference,
  registration,
  receipt,
  gaveWay,
}: RegistrationState): RegistrationState | undefined {
  if (gaveWay !== true || receipt === null) return undefined;
  return { reference, registration, receipt: null, intent: null, failure: null, gaveWay };
}

/** A right that the vendor lost. Nothing of it is live, whatever was asked for before, so it is decided anew. */
function lose({ reference, registration }: RegistrationState): RegistrationState {
  return { reference, registration, receipt: null, intent: null, failure: null, lost: true };
}

/** Keeps the intent, to be sent again after a wait. */
function wait(
  right: RegistrationState,
  intent: Intent,
  { error, now, random }: ErrorContext,
): RegistrationState {
  const attempts = attemptsAfter(intent, error);
  const isHeld = isOfOneItem(error);
  // An operation whose request was never sent was not tried.
  const wasTried = isHeld || error.outcome === "unknown" || error.attempts > 0;
  const tries = (intent.tries ?? 0) + (wasTried ? 1 : 0);
  const waitMs = isHeld
    ? heldBackoff(tries - 1, error.retryAfterMs, random)
    : itemBackoff(Math.max(attempts, tries), error.retryAfterMs, random);
  // An operation without a known result may have been carried out, so an earlier refusal of it no longer holds.
  const failure = error.outcome === "unknown" ? null : right.failure;
  const trouble = wasTried ? toTrouble(error, now) : intent.trouble;
  return { ...right, failure, intent: waiting(intent, { attempts, tries, waitMs, now, trouble }) };
}

function refuse(
  { repair: _, ...right }: RegistrationState,
  intent: Intent,
  context: ErrorContext,
): RegistrationState {
  const { error, now } = context;
  const attempts = attemptsAfter(intent, error);
  const failure = {
    ...toRefusal(intent, error, now),
    ...takenPlaceOf(right, intent, context),
  };
  if (attempts === 0) return { ...right, failure, intent: null };
  // An earlier attempt may have been carried out, and only asking again finds what it left at the vendor: at once when
  // something else is wanted, and ever more slowly when that was refused too.
  const isNews = right.failure === null && !isCancelOfDoubt(right, intent);
  const waitMs = isNews ? 0 : refusalBackoff(attempts);
  return { ...right, failure, intent: waiting(intent, { attempts: attempts + 1, tries: 0, waitMs, now }) };
}

/** The fields of a refusal when another right has the place of a new one. */
function takenPlaceOf(
  { reference, registration, receipt }: RegistrationState,
  { operation, repeats }: Intent,
  { error, now, openEndedDays, rights }: ErrorContext,
): Pick<Refusal, "reason" | "retryAt" | "repeats" | "behind"> {
  if (operation !== "register" || receipt !== null || !isAlreadyThere(error)) return {};
  const place = placeOf(registration);
  const time = now.getTime();
  // A right that is over holds no place, although it is kept while the clock is not trusted.
  const isBehind = rights.some(
    (other) =>
      other.reference !== reference &&
      placeOf(other.registration) === place &&
      isHolding(other) &&
      overAt(other, openEndedDays) > time,
  );
  return {
    reason: "already_exists",
    retryAt: new Date(now.getTime() + existingBackoff(repeats ?? 0)).toISOString(),
    ...(repeats === undefined ? {} : { repeats }),
    ...(isBehind ? { behind: true } : {}),
  };
}

/** Whether a cancellation withdraws a registration that was sent and never acknowledged. */
function isCancelOfDoubt({ receipt }: RegistrationState, { operation }: Intent): boolean {
  return operation === "cancel" && receipt === null;
}

function attemptsAfter({ attempts }: Intent, { outcome }: EnforcementError): number {
  return attempts + (outcome === "unknown" ? 1 : 0);
}

function waiting(
  { operation, at, validTo, repeats }: Intent,
  {
    attempts,
    tries,
    waitMs,
    now,
    trouble,
  }: { attempts: number; tries: number; waitMs: number; now: Date; trouble?: Trouble | undefined },
): Intent {
  const notBefore = new Date(now.getTime() + waitMs).toISOString();
  const intent = { operation, at, validTo, attempts, notBefore, waitMs };
  return {
    ...intent,
    ...(tries === 0 ? {} : { tries }),
    ...(repeats === undefined ? {} : { repeats }),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

function toTrouble(error: EnforcementError, now: Date): Trouble {
  const { code, message, status, vendorCode, vendorMessage } = error;
  return {
    at: formatInstant(now),
    code,
    message,
    ...(status === undefined ? {} : { status }),
    ...(vendorCode === undefined ? {} : { vendorCode }),
    ...(vendorMessage === undefined ? {} : { vendorMessage }),
  };
}

function toRefusal({ operation, validTo }: Intent, error: EnforcementError, now: Date): Refusal {
  const { code, message, status, vendorCode, vendorMessage, field } = error;
  return {
    operation,
    validTo,
    failedAt: now.toISOString(),
    code,
    message,
    ...(status === undefined ? {} : { status }),
    ...(vendorCode === undefined ? {} : { vendorCode }),
    ...(vendorMessage === undefined ? {} : { vendorMessage }),
    ...(field === undefined ? {} : { field }),
  };
}
