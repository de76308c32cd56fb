import { fieldError } from "../core/fields.ts";
import type { Timers } from "./timers.ts";

// A clock that is being adjusted goes back by less.
const NOTICED_MS = 1_000;

/**
 * Timers whose clock is the host's, and may do anything. It tells when it was set back. While it gives no valid Date,
 * time goes on from the last one that it gave.
 */
export class ClockWatch implements Timers {
  /** How often the clock was set back. */
  stepsBack = 0;
  /** The latest instant that it ever showed, in milliseconds. */
  latest = Number.NEGATIVE_INFINITY;
  readonly #timers: Timers;
  #onHealth: (isWell: boolean) => void = () => {};
  #isWell = true;
  #high = Number.NEGATIVE_INFINITY;
  #last: { readonly time: number; readonly readAt: number };

  /** @throws EnforcementError `invalid_input` naming `clock` when it gives no valid Date */
  constructor(timers: Timers) {
    this.#timers = timers;
    const time = readTime(timers);
    if (time === undefined) throw fieldError("clock", "must be a function that gives a valid Date.");
    this.#last = { time, readAt: performance.now() };
    this.#note(time);
  }

  /** `onHealth` hears once that the clock fails, and once that it is back. */
  set onHealth(onHealth: (isWell: boolean) => void) {
    this.#onHealth = onHealth;
  }

  readonly now = (): Date => {
    const time = readTime(this.#timers);
    if (time === undefined) {
      const { time: last, readAt } = this.#last;
      this.#tell(false);
      return new Date(last + Math.floor(performance.now() - readAt));
    }
    this.#last = { time, readAt: performance.now() };
    this.#note(time);
    this.#tell(true);
    return new Date(time);
  };

  readonly after: Timers["after"] = (milliseconds, callback) => this.#timers.after(milliseconds, callback);

  #note(time: number): void {
    if (time < this.#high - NOTICED_MS) {
      this.stepsBack += 1;
      this.#high = time;
    }
    this.#high = Math.max(this.#high, time);
    this.latest = Math.max(this.latest, time);
  }

  #tell(isWell: boolean): void {
    if (isWell === this.#isWell) return;
    this.#isWell = isWell;
    this.#onHealth(isWell);
  }
}

/** What a clock shows, in milliseconds; undefined when that is no valid Date. A Date may be of another realm. */
function readTime({ now }: Timers): number | undefined {
  try {
    const time = Date.prototype.getTime.call(now());
    return Number.isNaN(time) ? undefined : time;
  } catch {
    return undefined;
  }
}
