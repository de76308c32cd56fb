import { DAY_MS, formatInstant, timeOf } from "../../core/instant.ts";
import type { Receipt } from "../../core/registration/registration.ts";
import type { ProviderState, RegistrationState } from "../ledger/delivery.ts";
import { isAhead, SAME_CLOCK_MS } from "../ledger/delivery-facts.ts";
import { endedUntil, unconfirmedEndOf } from "./right-terms.ts";

// Corrects what a clock that was ahead has left in a delivery, once the clock is right again. An open intent gets the
// current instant, a right that was ended at an instant ahead of the clock counts as a right again, and the planner
// goes on from there.

const REMEMBERED_MS = DAY_MS;

/**
 * A right by the current clock: its open intent is not dated ahead. An end that was computed from an instant ahead goes
 * into `mayLastUntil`, so that the planner asks for the right end.
 */
export function datedNow(
  right: RegistrationState,
  context: { now: number; openEndedDays: number; isBehind: boolean },
): RegistrationState {
  const { receipt, intent, mayLastUntil } = right;
  const isTooLong = context.isBehind && receipt !== null && isExtendedTooFar(receipt, context);
  const before =
    isTooLong && mayLastUntil === undefined ? { ...right, mayLastUntil: receipt.coveredUntil } : right;
  if (intent === null || !isAhead(intent.at, context.now)) return before;
  // An intent that was sent may have been carried out with its earlier date.
  const wasSent = intent.attempts > 0 || intent.notBefore === null;
  const doubt = wasSent ? unconfirmedEndOf(before, context.openEndedDays) : before.mayLastUntil;
  return {
    ...before,
    ...(doubt === undefined ? {} : { mayLastUntil: doubt }),
    intent: { ...intent, at: formatInstant(new Date(context.now)) },
  };
}

/** Whether an open-ended right was extended from an instant ahead of the clock. */
function isExtendedTooFar(
  { coveredUntil, registration }: Receipt,
  { now, openEndedDays }: { now: number; openEndedDays: number },
): boolean {
  if (registration.validTo !== null) return false;
  const start = Math.max(now, timeOf(registration.validFrom));
  return timeOf(coveredUntil) > start + openEndedDays * DAY_MS + SAME_CLOCK_MS;
}

/** The ended rights whose end is ahead of the clock. The vendor may have them until then. */
export function endedAhead(
  { ended }: ProviderState,
  context: { now: number; openEndedDays: number },
): RegistrationState[] {
  if (ended === undefined) return [];
  return ended.filter((right) => isEndedAhead(right, context));
}

/**
 * The ended rights to keep: those of the delivery, and `over`, which have ended since. Each is kept for a day after its
 * end.
 */
export function rememberedEnds(
  { ended = [] }: ProviderState,
  over: readonly RegistrationState[],
  context: { now: number; openEndedDays: number; isSteady: boolean },
): readonly RegistrationState[] {
  if (ended.length + over.length === 0) return ended;
  const { now, openEndedDays, isSteady } = context;
  const isOld = (right: RegistrationState) =>
    isSteady && endedUntil(right, openEndedDays) + REMEMBERED_MS <= now;
  const all = [...ended.filter((right) => !isEndedAhead(right, context)), ...over];
  return all.filter((right) => !isOld(right));
}

function isEndedAhead(
  right: RegistrationState,
  { now, openEndedDays }: { now: number; openEndedDays: number },
): boolean {
  return endedUntil(right, openEndedDays) > now + SAME_CLOCK_MS;
}
