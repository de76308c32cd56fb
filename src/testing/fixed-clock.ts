import type { Clock } from "../core/clock.ts";
import { fieldError } from "../core/fields.ts";
import { parseInstant } from "../core/instant.ts";

/** A clock that stands still until a test moves it. */
export interface FixedClock extends Clock {
  /** Moves it forward, or back with a negative number. */
  advance(milliseconds: number): void;
  /** Puts it to an instant. */
  set(instant: Date | string): void;
}

/**
 * Makes a clock that shows `start`: a `Date`, or ISO 8601 text with an offset.
 *
 * @example
 * const clock = fixedClock("2026-09-15T12:00:00Z");
 * const provider = createPassportProvider({ ...options, clock });
 * clock.advance(60_000);
 *
 * @throws EnforcementError `invalid_input` when `start`, or what it is moved by or to, is no instant or number
 */
export function fixedClock(start: Date | string): FixedClock {
  let time = parseInstant(start, "start").getTime();
  return Object.assign(() => new Date(time), {
    advance(milliseconds: number) {
      if (!Number.isFinite(milliseconds)) throw fieldError("milliseconds", "must be a number.");
      time += milliseconds;
    },
    set(instant: Date | string) {
      time = parseInstant(instant, "instant").getTime();
    },
  });
}
