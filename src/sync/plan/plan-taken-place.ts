import { timeOf } from "../../core/instant.ts";
import type { Refusal, RegistrationState } from "../ledger/delivery.ts";
import { SAME_CLOCK_MS } from "../ledger/delivery-facts.ts";
import { MAX_BACKOFF_MS } from "../pace/backoff.ts";
import { isHolding, overAt, placeOf } from "./right-terms.ts";

/** What the planner of one right knows of the permit's other rights. */
export interface TakenPlaceContext {
  /** The current instant, in milliseconds. */
  readonly now: number;
  /** All rights of the permit at this vendor. */
  readonly rights: readonly RegistrationState[];
  readonly openEndedDays: number;
}

/**
 * When a registration that was refused because another right exists is sent again, in milliseconds. While an
 * acknowledged right of this permit has its plate and target: when that right is over, or at once where it came there
 * after the refusal; the next refusal then says that it must make way. When such a right has gone: at once. Otherwise the other right belongs to another permit or to others, and the registration is sent after its wait.
 */
export function sentAgainAt(right: RegistrationState, failure: Refusal, context: TakenPlaceContext): number {
  const { now, rights, openEndedDays } = context;
  const place = placeOf(right.registration);
  const ends = rights
    .filter((other) => other.reference !== right.reference && isHolding(other))
    .filter((other) => placeOf(other.registration) === place)
    .map((other) => overAt(other, openEndedDays))
    .filter((end) => end > now);
  if (ends.length > 0) return failure.behind === true ? Math.min(...ends) : now;
  if (failure.retryAt === undefined || failure.behind === true) return now;
  const retryAt = timeOf(failure.retryAt);
  // A wait that is longer than the longest one was set before the clock went back.
  return retryAt - now > MAX_BACKOFF_MS + SAME_CLOCK_MS ? now : retryAt;
}
