import type { Timers } from "../../src/core/timers.ts";

/** Timers that fire when a test says so. */
export interface HandTimers extends Timers {
  /** The delays of the timers that are set, in milliseconds. */
  readonly set: readonly number[];
  /** Fires all of them, in the order in which they were set. */
  fire(): void;
}

/** Timers without a clock: each fires when the test says so. */
export function handTimers(): HandTimers {
  const waiting = new Map<symbol, { milliseconds: number; callback: () => void }>();
  return {
    get set() {
      return Array.from(waiting.values(), ({ milliseconds }) => milliseconds);
    },
    monotonic: () => 0,
    after(milliseconds, callback) {
      const timer = Symbol();
      waiting.set(timer, { milliseconds, callback });
      return () => waiting.delete(timer);
    },
    fire() {
      for (const [timer, { callback }] of [...waiting]) if (waiting.delete(timer)) callback();
    },
  };
}
