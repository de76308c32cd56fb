import type { Clock } from "../../core/clock.ts";

/** Time as durable sync sees it: what the clock shows, and waking up later. Tests put their own in its place. */
export interface Timers {
  now(): Date;
  /** Milliseconds since some instant, on a clock that cannot be set: what `now` shows is judged by it. */
  monotonic(): number;
  /** Calls back once, after at least so many milliseconds. The function that it gives cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
}

// setTimeout cannot count further, and fires at once instead.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Fulfilled when `work` has settled, and after so many milliseconds at the latest. */
export function settledWithin(
  milliseconds: number,
  work: Promise<unknown>,
  after: Timers["after"],
): Promise<void> {
  return new Promise((resolve) => {
    const cancel = after(milliseconds, resolve);
    const end = () => {
      cancel();
      resolve();
    };
    work.then(end, end);
  });
}

/** The machine's timers beside a clock. They keep the process alive: what is due must be delivered. */
export function systemTimers(clock: Clock): Timers {
  return {
    now: clock,
    monotonic: () => performance.now(),
    after(milliseconds, callback) {
      const timer = setTimeout(callback, Math.min(Math.max(0, Math.ceil(milliseconds)), LONGEST_TIMER_MS));
      return () => clearTimeout(timer);
    },
  };
}
