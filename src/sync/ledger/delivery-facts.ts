import { timeOf } from "../../core/instant.ts";
import { type Failure, NO_DELIVERY, type ProviderState, type RegistrationState } from "./delivery.ts";

// What ledgers index and count of a delivery.

/** Where a right is on the vendor's side: the target that went on the wire, where the vendor acknowledged one. */
export function targetOf(right: RegistrationState): string {
  return right.receipt?.target ?? right.registration.target;
}

/** Every target at which a delivery has a right, live or over. */
export function targetsOf({ rights }: ProviderState): ReadonlySet<string> {
  if (rights.length === 0) return NO_TARGETS;
  const targets = new Set<string>();
  for (const right of rights) targets.add(targetOf(right));
  return targets;
}

const NO_TARGETS: ReadonlySet<string> = new Set();

/** The refusals of a delivery that wait for a person. */
export function failuresOf(delivery: ProviderState): Failure[] {
  const failures: Failure[] = [];
  for (const right of delivery.rights) {
    const { failure, reference, registration } = right;
    if (failure === null || failure.dismissed === true) continue;
    const { locationId } = registration;
    failures.push({ ...failure, key: reference, locationId, target: targetOf(right) });
  }
  return failures;
}

/**
 * Until when a vendor may have a live right of a delivery, in milliseconds: what was acknowledged and what was asked
 * for, whichever ends later. `Infinity`: a right without an end was asked for, and not acknowledged yet. `null`: there
 * is nothing that could be live. For erasing alone: the planner's `overAt` says when a right is over, by the provider's
 * rules.
 */
export function findLiveUntil({ rights, ended = NONE }: ProviderState): number | null {
  let until: number | null = null;
  for (const right of rights) until = later(until, rightLiveUntil(right));
  for (const right of ended) {
    const end = rightLiveUntil(right);
    if (end === null) continue;
    until = later(until, right.intent?.operation === "cancel" ? Math.min(end, timeOf(right.intent.at)) : end);
  }
  return until;
}

const NONE: readonly RegistrationState[] = [];

function rightLiveUntil({ receipt, intent, registration, mayLastUntil }: RegistrationState): number | null {
  let until: number | null = null;
  if (receipt !== null) until = timeOf(receipt.coveredUntil);
  if (mayLastUntil !== undefined) until = later(until, timeOf(mayLastUntil));
  if (intent === null) return until;
  const asked = intent.operation === "cancel" ? registration.validTo : intent.validTo;
  // A right that was acknowledged is withdrawn within what was acknowledged, or was in doubt.
  if (intent.operation === "cancel" && receipt !== null) return until;
  return later(until, asked === null ? Number.POSITIVE_INFINITY : timeOf(asked));
}

/** The later of two instants; null is never. */
function later(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.max(one, other);
}

/** What remains of a delivery when its permit is erased. */
export function eraseDelivery({ generation, rights }: ProviderState): ProviderState {
  const highest = rights.reduce((max, right) => Math.max(max, right.registration.generation), generation);
  return { ...NO_DELIVERY, generation: highest, erased: true };
}

/** A clock that is being adjusted goes back by less, in milliseconds. */
export const SAME_CLOCK_MS = 1_000;

/** Whether the clock, which shows `time` in milliseconds, is behind the last decision. */
export function isBehind({ decidedAt }: ProviderState, time: number): boolean {
  return decidedAt !== null && isAhead(decidedAt, time);
}

/** Whether an instant lies ahead of a clock that shows `time`, in milliseconds: by more than an adjustment takes back. */
export function isAhead(instant: string, time: number): boolean {
  return timeOf(instant) > time + SAME_CLOCK_MS;
}
