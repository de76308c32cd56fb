import type { Timers } from "./timers.ts";

// A clock that is being adjusted goes back by less.
const NOTICED_MS = 1_000;

/** Timers whose clock tells when it was set back. */
export class ClockWatch implements Timers {
  /** How often the clock was set back. */
  stepsBack = 0;
  /** The latest instant that it ever showed, in milliseconds. */
  latest = Number.NEGATIVE_INFINITY;
  readonly #timers: Timers;
  #high = Number.NEGATIVE_INFINITY;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  readonly now = (): Date => {
    const now = this.#timers.now();
    const time = now.getTime();
    if (time < this.#high - NOTICED_MS) {
      this.stepsBack += 1;
      this.#high = time;
    }
    this.#high = Math.max(this.#high, time);
    this.latest = Math.max(this.latest, time);
    return now;
  };

  readonly after: Timers["after"] = (milliseconds, callback) => this.#timers.after(milliseconds, callback);
}
