import { timeOf } from "../../core/instant.ts";
import type { Refusal, Right } from "../ledger/delivery.ts";
import { SAME_CLOCK_MS } from "../ledger/delivery-facts.ts";
import { LONGEST_BACKOFF_MS } from "../pace/backoff.ts";
import { isHolding, liveUntil, placeOf } from "./right-terms.ts";

/** What is known of the other rights of a permit. */
export interface TakenPlaceContext {
  /** What the clock shows, in milliseconds. */
  readonly now: number;
  /** All rights of the permit at this vendor. */
  readonly rights: readonly Right[];
  readonly openEndedDays: number;
}

/**
 * When a registration that was refused because another right exists is sent again, in milliseconds: not while a right of
 * this permit is acknowledged at its plate and target, but until that is over at the latest; at once when the one that was there has
 * gone; otherwise after a wait, because the other right belongs to another permit, or to others.
 */
export function sentAgainAt(right: Right, failure: Refusal, context: TakenPlaceContext): number {
  const { now, rights, openEndedDays } = context;
  const place = placeOf(right.registration);
  const ends = rights
    .filter((other) => other.reference !== right.reference && isHolding(other))
    .filter((other) => placeOf(other.registration) === place)
    .map((other) => liveUntil(other, openEndedDays))
    .filter((end) => end > now);
  if (ends.length > 0) return Math.min(...ends);
  if (failure.retryAt === undefined || failure.behind === true) return now;
  const retryAt = timeOf(failure.retryAt);
  // A wait that is longer than any was set before the clock went back.
  return retryAt - now > LONGEST_BACKOFF_MS + SAME_CLOCK_MS ? now : retryAt;
}
