/** Something that ends at an instant. */
export interface TimedWait {
  /** In the milliseconds of `performance.now()`. */
  readonly endsAt: number;
  /** Called when that instant has come. It is then no longer waited for. */
  expire(): void;
}

/**
 * One timer for everything that waits. Nearly every wait ends by itself long before its time, so that a timer for each
 * would be made and thrown away; this one stays where it is until it fires.
 */
export class SharedTimer {
  readonly #waits = new Set<TimedWait>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #firesAt = Number.POSITIVE_INFINITY;

  add(wait: TimedWait): void {
    this.#waits.add(wait);
    if (wait.endsAt < this.#firesAt) this.#arm(wait.endsAt);
  }

  /** With the last one goes the timer: nothing is left that keeps a process alive. */
  remove(wait: TimedWait): void {
    if (this.#waits.delete(wait) && this.#waits.size === 0) this.#disarm();
  }

  #arm(firesAt: number): void {
    clearTimeout(this.#timer);
    this.#firesAt = firesAt;
    this.#timer = setTimeout(() => this.#fire(), Math.max(0, Math.ceil(firesAt - performance.now())));
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#firesAt = Number.POSITIVE_INFINITY;
  }

  #fire(): void {
    // What it was armed for is due, though a timer may fire a fraction of a millisecond early.
    const due = Math.max(this.#firesAt, performance.now());
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
