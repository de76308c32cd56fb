import type { Timers } from "../pace/timers.ts";

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

  /** Calls back when the clock shows `at`, in milliseconds, if not earlier, or when it was set back meanwhile. Then it has forgotten all instants. */
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
    const armedAt = this.#timers.now().getTime();
    const wait = this.#at - armedAt;
    this.#cancelTimer = this.#timers.after(Math.min(Math.max(0, wait), LONGEST_SLEEP_MS), () => {
      this.#cancelTimer = undefined;
      const now = this.#timers.now().getTime();
      // A clock that was set back shows that instant later; what waited for it has waited.
      if (now < this.#at && now >= armedAt) {
        this.#arm();
        return;
      }
      this.#at = Number.POSITIVE_INFINITY;
      this.#onTime();
    });
  }
}
