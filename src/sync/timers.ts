import type { Clock } from "../core/clock.ts";
import { dateTimeOf } from "../core/instant.ts";
import { attempt } from "../core/iterables.ts";
import { ignorePromise } from "../core/maybe-promise.ts";

/** Time as durable sync sees it: what the clock shows, and waking up later. Tests put their own in its place. */
export interface Timers {
  now(): Date;
  /** Calls back once, after at least so many milliseconds. The function that it gives cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
}

// setTimeout cannot count further, and fires at once instead.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's timers beside a clock. They keep the process alive: what is due must be delivered. */
export function systemTimers(clock: Clock): Timers {
  return {
    now: guardClock(clock),
    after(milliseconds, callback) {
      const timer = setTimeout(callback, Math.min(Math.max(0, Math.ceil(milliseconds)), LONGEST_TIMER_MS));
      return () => clearTimeout(timer);
    },
  };
}

/**
 * The clock, and time that goes on from what it showed last while it throws or shows no date: the machine's, where it
 * never showed one. What is recorded and due must not wait for a clock.
 */
function guardClock(clock: Clock): Clock {
  let offsetMs = Date.now() - performance.now();
  return () => {
    const shown = attempt(clock);
    const time = dateTimeOf(shown);
    if (time === undefined || Number.isNaN(time)) {
      ignorePromise(shown);
      return new Date(performance.now() + offsetMs);
    }
    offsetMs = time - performance.now();
    return new Date(time);
  };
}
