import type { Clock } from "../../core/clock.ts";
import { MAX_TIMER_MS } from "../../core/timers.ts";

/** The clock and the timers of durable sync. Tests inject their own. */
export interface Timers {
  now(): Date;
  /** Milliseconds since some instant, by a clock that cannot be set. `now` is compared with it. */
  monotonic(): number;
  /** Calls back once, after at least `milliseconds`. Returns a function that cancels the call. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** Fulfilled when `work` has settled, at the latest after `milliseconds`. Never rejects. */
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

/** The machine's timers with a given clock. They keep the process alive, because due operations must be delivered. */
export function systemTimers(clock: Clock): Timers {
  return {
    now: clock,
    monotonic: () => performance.now(),
    after(milliseconds, callback) {
      const timer = setTimeout(callback, Math.min(Math.max(0, Math.ceil(milliseconds)), MAX_TIMER_MS));
      return () => clearTimeout(timer);
    },
  };
}

/** What work that shares the event loop waits and measures by: always the time that really passes. */
export interface EventLoop extends Pick<Timers, "monotonic"> {
  /** Calls back once, after at least `milliseconds`. */
  after(milliseconds: number, callback: () => void): void;
  /** Calls back in the next turn. */
  nextTurn(callback: () => void): void;
}

/** The process's own. */
export const systemEventLoop: EventLoop = {
  monotonic: () => performance.now(),
  after: (milliseconds, callback) => void setTimeout(callback, milliseconds),
  nextTurn: (callback) => void setImmediate(callback),
};
