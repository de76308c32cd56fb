import type { EnforcementError, EnforcementErrorCode } from "../../../core/errors.ts";
import { outageBackoff, readRetryAfter } from "../../pace/backoff.ts";
import type { Timers } from "../../pace/timers.ts";

/** What the breaker of one provider lets through. */
export interface BreakerStatus {
  /**
   * `closed`: everything. `open`: nothing until `retryAt`. `half_open`: since then, one operation, to see whether it is
   * back; where no permit waits, `checkConnection` in its place.
   */
  readonly state: "closed" | "open" | "half_open";
  /** Why it is not closed; null when it is. */
  readonly code: EnforcementErrorCode | null;
  /** Since when it is not closed; null when it is. */
  readonly downSince: Date | null;
  /** From when on the vendor is asked again; null when closed. */
  readonly retryAt: Date | null;
}

// One more could still be chance: a connection that a proxy closed, a request that met a restart.
const FAILURES_TO_OPEN = 3;
// Replies that cannot be read may be one registration's trouble. Those of so many permits in a row are not.
const PERMITS_TO_OPEN = 5;
// While others might get through, they are looked for quickly.
const SLOWEST_SEARCH = 3;
// The next request would meet the same answer.
const OPENS_AT_ONCE: ReadonlySet<EnforcementErrorCode> = new Set(["unauthorized", "rate_limited"]);

/**
 * Keeps a vendor that is down from being asked by everything that waits for it. Failures count when a whole request
 * ended in one; what the vendor refuses is an answer.
 */
export class Breaker {
  readonly #timers: Timers;
  readonly #random: () => number;
  readonly #onChange: (error: EnforcementError | undefined, downSince: Date) => void;
  #failures = 0;
  #openings = 0;
  /** Permits and requests whose trouble may be their own, since the last answer. */
  readonly #heldPermits = new Set<string>();
  #heldRequests = 0;
  #downSince: Date | undefined;
  #code: EnforcementErrorCode | undefined;
  #retryAt = 0;
  /** When that was said, by the clock. */
  #waitsSince = Number.NEGATIVE_INFINITY;
  #isProbing = false;

  /** `onChange` hears once that it opened, with the reason, and once that it closed. */
  constructor(options: {
    timers: Timers;
    random: () => number;
    onChange: (error: EnforcementError | undefined, downSince: Date) => void;
  }) {
    this.#timers = options.timers;
    this.#random = options.random;
    this.#onChange = options.onChange;
  }

  get status(): BreakerStatus {
    if (this.#downSince === undefined) return { state: "closed", code: null, downSince: null, retryAt: null };
    return {
      state: this.#isProbing || this.waitMs === 0 ? "half_open" : "open",
      ...{ code: this.#code ?? null, downSince: this.#downSince, retryAt: new Date(this.#retryAt) },
    };
  }

  get isClosed(): boolean {
    return this.#downSince === undefined;
  }

  /** How long nothing may be sent, in milliseconds; 0 when something may. */
  get waitMs(): number {
    if (this.#downSince === undefined) return 0;
    const now = this.#timers.now().getTime();
    // A clock that was set back does not lengthen a wait.
    return now < this.#waitsSince ? 0 : Math.max(0, this.#retryAt - now);
  }

  /** Whether one operation may see whether the vendor is back. Nothing else may until it has ended. */
  startProbe(): boolean {
    if (this.#downSince === undefined || this.#isProbing || this.waitMs > 0) return false;
    this.#isProbing = true;
    return true;
  }

  /** A request ended with an answer. While the breaker is open, only the probe's counts. */
  noteAnswer({ isProbe }: { isProbe: boolean }): void {
    this.#failures = 0;
    this.#heldPermits.clear();
    this.#heldRequests = 0;
    if (this.#downSince === undefined || !isProbe) return;
    const since = this.#downSince;
    this.#downSince = undefined;
    this.#isProbing = false;
    this.#openings = 0;
    this.#onChange(undefined, since);
  }

  /**
   * A request about these permits ended in something that may be their own trouble. It counts as the vendor's when it
   * happened to several permits in several requests, and to nothing else.
   */
  noteHeld(
    error: EnforcementError,
    { permitIds, isProbe }: { permitIds: Iterable<string>; isProbe: boolean },
  ): void {
    this.#heldRequests += 1;
    for (const permitId of permitIds) {
      if (this.#heldPermits.size < PERMITS_TO_OPEN) this.#heldPermits.add(permitId);
    }
    const isOfVendor = this.#heldPermits.size === PERMITS_TO_OPEN && this.#heldRequests >= FAILURES_TO_OPEN;
    if (isProbe) this.#isProbing = false;
    if (isOfVendor && (isProbe || this.isClosed)) {
      this.#open(error, Math.min(this.#openings + 1, SLOWEST_SEARCH));
    }
  }

  /** A request ended without one. */
  noteTrouble(error: EnforcementError, { isProbe }: { isProbe: boolean }): void {
    this.#failures += 1;
    if (isProbe) this.#isProbing = false;
    const isOpen = this.#downSince !== undefined;
    if (isOpen && !isProbe) {
      // Others were under way when it opened. What the vendor asks for counts whoever hears it.
      this.#waitAtLeast(readRetryAfter(error.retryAfterMs));
      return;
    }
    if (!isOpen && this.#failures < FAILURES_TO_OPEN && !OPENS_AT_ONCE.has(error.code)) return;
    this.#open(error, this.#openings + 1);
  }

  /** Another instance takes over, with other credentials perhaps: it may ask at once. */
  retryNow(): void {
    this.#isProbing = false;
    this.#openings = 0;
    this.#waitsSince = this.#timers.now().getTime();
    this.#retryAt = this.#waitsSince;
  }

  /** The probe was not sent after all. */
  giveUpProbe(): void {
    this.#isProbing = false;
  }

  /** Opens it, or keeps it open after a probe. */
  #open(error: EnforcementError, openings: number): void {
    this.#openings = openings;
    this.#code = error.code;
    this.#retryAt = 0;
    this.#waitAtLeast(outageBackoff(openings, this.#random));
    this.#waitAtLeast(readRetryAfter(error.retryAfterMs));
    if (this.#downSince !== undefined) return;
    this.#downSince = this.#timers.now();
    this.#onChange(error, this.#downSince);
  }

  #waitAtLeast(wait: number): void {
    const now = this.#timers.now().getTime();
    // A wait that was set before the clock went back is over.
    if (now < this.#waitsSince) this.#retryAt = 0;
    this.#waitsSince = now;
    this.#retryAt = Math.max(this.#retryAt, now + wait);
  }
}
