import { systemTimers, type Timers } from "../core/timers.ts";

/** A wait that ends at an instant. */
export interface TimedWait {
  /** When it ends, in the milliseconds of {@link SharedTimer.now}. */
  readonly endsAt: number;
  /** Called at `endsAt`, after the timer has removed the wait. */
  expire(): void;
}

/**
 * One timer for many waits. Nearly every wait is removed long before it ends, and a timer of its own would be created and
 * cleared for nothing. The shared timer stays armed until it fires.
 */
export class SharedTimer {
  readonly #waits = new Set<TimedWait>();
  readonly #timers: Timers;
  #cancel: (() => void) | undefined;
  #firesAt = Number.POSITIVE_INFINITY;

  constructor(timers: Timers = systemTimers) {
    this.#timers = timers;
  }

  /** The time by which waits end. */
  now(): number {
    return this.#timers.monotonic();
  }

  add(wait: TimedWait): void {
    this.#waits.add(wait);
    if (wait.endsAt < this.#firesAt) this.#arm(wait.endsAt);
  }

  /** Removes a wait. The last one clears the timer, so that it does not keep the process alive. */
  remove(wait: TimedWait): void {
    if (this.#waits.delete(wait) && this.#waits.size === 0) this.#disarm();
  }

  #arm(firesAt: number): void {
    this.#cancel?.();
    this.#firesAt = firesAt;
    this.#cancel = this.#timers.after(Math.max(0, Math.ceil(firesAt - this.now())), () => this.#fire());
  }

  #disarm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#firesAt = Number.POSITIVE_INFINITY;
  }

  #fire(): void {
    // A timer may fire a fraction of a millisecond early: the wait that it was armed for is due all the same.
    const due = Math.max(this.#firesAt, this.now());
    this.#disarm();
    let next = Number.POSITIVE_INFINITY;
    for (const wait of this.#waits) {
      if (wait.endsAt > due) {
        next = Math.min(next, wait.endsAt);
      } else {
        this.#waits.delete(wait);
        wait.expire();
      }
    }
    if (next < this.#firesAt) this.#arm(next);
  }
}
