import { DAY_MS } from "../../core/instant.ts";
import type { Timers } from "../pace/timers.ts";

// Smaller steps back are adjustments of a running clock.
const NOTICED_MS = 1_000;
// A clock that is further off than this was set, or was wrong before.
const LEAP_MS = 5 * 60_000;
// How long a clock must run steadily before it is trusted again.
const STEADY_MS = DAY_MS;

/** What the clock is compared with: the time passed in this process, or the latest instant in the ledger. */
export type ClockReference = "monotonic" | "ledger";

/** The last leap of a clock that is not trusted again yet. */
export interface ClockStatus {
  /** When the leap was noticed, by the clock after the leap. */
  readonly leaptAt: Date;
  /** The size of the leap, in milliseconds; negative: back. */
  readonly byMs: number;
  /** What the clock was compared with. */
  readonly against: ClockReference;
  /** When the clock is trusted again, unless it leaps once more: 24 hours after the leap. */
  readonly steadyAt: Date;
}

/** Timers that notice when their clock is set. */
export class ClockWatch implements Timers {
  /** How often the clock was set back. */
  stepsBack = 0;
  /** The latest instant that the clock ever showed, in milliseconds. */
  latest = Number.NEGATIVE_INFINITY;
  readonly #timers: Timers;
  readonly #onLeap: (leap: ClockStatus) => void;
  #high = Number.NEGATIVE_INFINITY;
  /** The last point at which the clock and the monotonic time agreed. */
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

  /**
   * Notes that a change dated `at` was written. When the clock was set back meanwhile, the change is dated ahead of it.
   */
  noteWritten(at: Date): void {
    if (this.now().getTime() < at.getTime() - NOTICED_MS) this.stepsBack += 1;
  }

  /** Forgets every reading, because another clock replaces the one that was watched. */
  restart(): void {
    this.#high = Number.NEGATIVE_INFINITY;
    this.latest = Number.NEGATIVE_INFINITY;
    this.#agreed = undefined;
    this.#leap = undefined;
  }

  readonly monotonic: Timers["monotonic"] = () => this.#timers.monotonic();

  readonly after: Timers["after"] = (milliseconds, callback) => this.#timers.after(milliseconds, callback);

  /** The last leap while the clock is not trusted; null when it is steady. */
  get status(): ClockStatus | null {
    this.now();
    const leap = this.#leap;
    return leap === undefined || leap.until <= this.monotonic() ? null : leap.status;
  }

  /** Whether the clock is trusted: what is over by it is over. */
  get isSteady(): boolean {
    return this.status === null;
  }

  /** Distrusts the clock for `forMs` milliseconds, because it differs by `byMs` from what it was compared with. */
  noteLeap(byMs: number, against: ClockReference, forMs = STEADY_MS): void {
    const leaptAt = this.#timers.now();
    const steadyAt = new Date(leaptAt.getTime() + forMs);
    const status = { leaptAt, byMs, against, steadyAt };
    this.#leap = { status, until: this.monotonic() + forMs };
    this.#onLeap(status);
  }

  /** Compares the clock with the monotonic time. Small steps add up for a day, so that many of them make a leap too. */
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
