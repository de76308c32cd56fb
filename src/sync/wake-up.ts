import type { Timers } from "./timers.ts";

// A clock that is set forward, or a machine that slept, is noticed after this time at the latest.
const LONGEST_SLEEP_MS = 10 * 60_000;

/** One timer for the earliest of many instants of the clock. */
export class WakeUp {
  readonly #timers: Timers;
  readonly #onTime: () => void;
  #at = Number.POSITIVE_INFINITY;
  #cancelTimer: (() => void) | undefined;

  constructor(timers: Timers, onTime: () => void) {
    this.#timers = timers;
    this.#onTime = onTime;
  }

  /** Calls back when the clock shows `at`, in milliseconds, if not earlier. Then it has forgotten all instants. */
  noLaterThan(at: number): void {
    if (at >= this.#at) return;
    this.#at = at;
    this.#arm();
  }

  cancel(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#at = Number.POSITIVE_INFINITY;
  }

  #arm(): void {
    this.#cancelTimer?.();
    const wait = this.#at - this.#timers.now().getTime();
    this.#cancelTimer = this.#timers.after(Math.min(Math.max(0, wait), LONGEST_SLEEP_MS), () => {
      this.#cancelTimer = undefined;
      if (this.#timers.now().getTime() < this.#at) {
        this.#arm();
        return;
      }
      this.#at = Number.POSITIVE_INFINITY;
      this.#onTime();
    });
  }
}
