import { DAY_MS } from "../../core/instant.ts";
import type { Timers } from "../pace/timers.ts";

// A clock that is being adjusted goes back by less.
const NOTICED_MS = 1_000;
// A clock that is further off than this was set, or was wrong before.
const LEAP_MS = 5 * 60_000;
// How long a clock must go on as it should before what it shows is believed again.
const STEADY_MS = DAY_MS;

/** What a clock is judged by: the time that has passed, or the latest instant in the ledger. */
export type ClockReference = "monotonic" | "ledger";

/** A clock that leapt, as long as what it shows is not believed again. */
export interface ClockStatus {
  /** When the leap was noticed, by the clock as it is since. */
  readonly leaptAt: Date;
  /** By how much, in milliseconds; below 0: back. */
  readonly byMs: number;
  /** What it was judged by. */
  readonly against: ClockReference;
  /** When it is believed again, unless it leaps once more: 24 hours after the leap. */
  readonly steadyAt: Date;
}

/** Timers whose clock tells when it was set. */
export class ClockWatch implements Timers {
  /** How often the clock was set back. */
  stepsBack = 0;
  /** The latest instant that it ever showed, in milliseconds. */
  latest = Number.NEGATIVE_INFINITY;
  readonly #timers: Timers;
  readonly #onLeap: (leap: ClockStatus) => void;
  #high = Number.NEGATIVE_INFINITY;
  /** Where the two clocks agreed last. */
  #agreed: { readonly time: number; readonly monotonic: number } | undefined;
  #leap: { readonly status: ClockStatus; readonly until: number } | undefined;

  constructor(timers: Timers, onLeap: (leap: ClockStatus) => void = () => {}) {
    this.#timers = timers;
    this.#onLeap = onLeap;
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
    this.#compare(time);
    return now;
  };

  /** Something was written that was dated at an instant. Where the clock was set back meanwhile, it lies ahead. */
  noteWritten(at: Date): void {
    if (this.now().getTime() < at.getTime() - NOTICED_MS) this.stepsBack += 1;
  }

  /** Another clock takes the place of the one that it watched. */
  restart(): void {
    this.#high = Number.NEGATIVE_INFINITY;
    this.latest = Number.NEGATIVE_INFINITY;
    this.#agreed = undefined;
    this.#leap = undefined;
  }

  readonly monotonic: Timers["monotonic"] = () => this.#timers.monotonic();

  readonly after: Timers["after"] = (milliseconds, callback) => this.#timers.after(milliseconds, callback);

  /** The leap after which the clock is not believed yet; null when it is steady. */
  get status(): ClockStatus | null {
    this.now();
    const leap = this.#leap;
    return leap === undefined || leap.until <= this.monotonic() ? null : leap.status;
  }

  /** Whether what is over by the clock is surely over. */
  get isSteady(): boolean {
    return this.status === null;
  }

  /** The clock is not believed for so many milliseconds: it was found to differ from something by `byMs`. */
  noteLeap(byMs: number, against: ClockReference, forMs = STEADY_MS): void {
    const leaptAt = this.#timers.now();
    const steadyAt = new Date(leaptAt.getTime() + forMs);
    const status = { leaptAt, byMs, against, steadyAt };
    this.#leap = { status, until: this.monotonic() + forMs };
    this.#onLeap(status);
  }

  /** Small steps count together for a day, so that many of them are a leap, too. */
  #compare(time: number): void {
    const monotonic = this.monotonic();
    this.#agreed ??= { time, monotonic };
    const passed = monotonic - this.#agreed.monotonic;
    const byMs = time - this.#agreed.time - passed;
    const hasLeapt = Math.abs(byMs) > LEAP_MS;
    if (hasLeapt || passed > STEADY_MS) this.#agreed = { time, monotonic };
    if (hasLeapt) this.noteLeap(Math.round(byMs), "monotonic");
  }
}
