import type { Timers } from "../pace/timers.ts";

// After this time at the latest, a clock that was set forward, or a sleep of the machine, is noticed.
const MAX_SLEEP_MS = 10 * 60_000;

/** One timer for the earliest of several instants. */
export class WakeUp {
  readonly #timers: Timers;
  readonly #onTime: () => void;
  #at = Number.POSITIVE_INFINITY;
  #cancelTimer: (() => void) | undefined;

  constructor(timers: Timers, onTime: () => void) {
    this.#timers = timers;
    this.#onTime = onTime;
  }

  /**
   * Calls back when the clock shows `at`, in milliseconds, or was set back meanwhile; earlier when an earlier instant
   * is set. The call clears all instants.
   */
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
    this.#cancelTimer = this.#timers.after(Math.min(Math.max(0, wait), MAX_SLEEP_MS), () => {
      this.#cancelTimer = undefined;
      const now = this.#timers.now().getTime();
      // A clock that was set back reaches the instant late, so the call is made at once.
      if (now < this.#at && now >= armedAt) {
        this.#arm();
        return;
      }
      this.#at = Number.POSITIVE_INFINITY;
      this.#onTime();
    });
  }
}
