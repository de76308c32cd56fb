import { DAY_MS, formatInstant, timeOf } from "../../core/instant.ts";
import type { Registration } from "../../core/registration/registration.ts";
import type { Intent, RegistrationState } from "../ledger/delivery.ts";

const MIN_EXTENSION_MS = 60_000;

/**
 * When a right is over for the planner, in milliseconds: at the end that the vendor acknowledged, or at a later one that
 * may have reached it; a right that was only refused, at the end of its registration.
 *
 * `findLiveUntil`, by which a ledger erases, is another instant. A ledger does not know `openEndedDays` and takes an
 * open end that was asked for as endless; it does not wait for the cancellation of an acknowledged right beyond what was
 * acknowledged; and nothing of what was only refused can be live.
 */
export function overAt(right: RegistrationState, openEndedDays: number): number {
  const { receipt, intent, registration, mayLastUntil } = right;
  let until = receipt === null ? Number.NEGATIVE_INFINITY : timeOf(receipt.coveredUntil);
  // A cancellation carries no end and counts as an operation without one: it is repeated for `openEndedDays`.
  if (intent !== null) {
    until = Math.max(until, askedUntil(intent, registration.validFrom, openEndedDays));
  }
  if (mayLastUntil !== undefined) until = Math.max(until, timeOf(mayLastUntil));
  // What was refused is remembered as long as it could be asked for.
  return receipt === null && intent === null ? endOf(registration.validTo) : until;
}

/** Until when a vendor may have a right that was ended (`ProviderState.ended`), as milliseconds. */
export function endedUntil(right: RegistrationState, openEndedDays: number): number {
  const { intent } = right;
  if (intent?.operation !== "cancel") return overAt(right, openEndedDays);
  return Math.min(timeOf(intent.at), overAt({ ...right, intent: null }, openEndedDays));
}

/** `mayLastUntil` of a right of which something else is asked for: what was asked before may have been carried out. */
export function unconfirmedEndOf(right: RegistrationState, openEndedDays: number): string | undefined {
  const { intent, registration, mayLastUntil } = right;
  if (intent === null || intent.operation === "cancel") return mayLastUntil;
  const asked = askedUntil(intent, registration.validFrom, openEndedDays);
  return mayLastUntil !== undefined && timeOf(mayLastUntil) >= asked
    ? mayLastUntil
    : formatInstant(new Date(asked));
}

/** The end that a provider sends for an intent. */
function askedUntil({ validTo, at }: Intent, validFrom: string, openEndedDays: number): number {
  if (validTo !== null) return timeOf(validTo);
  return Math.max(timeOf(validFrom), timeOf(at)) + openEndedDays * DAY_MS;
}

/** When an open-ended right is extended: with a third of its days left, which is time for a long outage. */
export function extensionDue(
  { extendAt }: RegistrationState,
  coveredUntil: string,
  openEndedDays: number,
): number {
  return extendAt === undefined ? usualExtension(coveredUntil, openEndedDays) : timeOf(extendAt);
}

/**
 * `extendAt` of a right whose vendor covers so little that the usual instant was over when it was asked: with a third of
 * what it covers. Otherwise it would be extended without rest.
 */
export function extendAtOf(
  { validTo, at }: Intent,
  coveredUntil: string,
  openEndedDays: number,
): string | undefined {
  if (validTo !== null) return undefined;
  const asked = timeOf(at);
  if (usualExtension(coveredUntil, openEndedDays) > asked) return undefined;
  const covered = timeOf(coveredUntil) - asked;
  return formatInstant(new Date(asked + Math.max(MIN_EXTENSION_MS, (covered * 2) / 3)));
}

function usualExtension(coveredUntil: string, openEndedDays: number): number {
  return timeOf(coveredUntil) - (openEndedDays * DAY_MS) / 3;
}

/** An end as milliseconds; none is later than any. */
export function endOf(validTo: string | null): number {
  return validTo === null ? Number.POSITIVE_INFINITY : timeOf(validTo);
}

/** Where an officer sees a right. Some vendors keep only one right there, whatever its location, start and region. */
export function placeOf({ plate, target }: Registration): string {
  return `${plate.number}\0${target}`;
}

/** Whether the vendor has a right, by what it acknowledged. A cancellation that was refused in doubt leaves that open. */
export function isHolding({ receipt, intent, failure }: RegistrationState): boolean {
  return receipt !== null && (intent?.operation !== "cancel" || failure === null);
}
