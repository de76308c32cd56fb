import type { EnforcementError, EnforcementErrorCode } from "../../../core/errors.ts";
import { outageBackoff, readRetryAfter } from "../../pace/backoff.ts";
import type { Timers } from "../../pace/timers.ts";

/** The state of one provider's breaker. */
export interface BreakerStatus {
  /**
   * `closed`: all operations are sent. `open`: none is sent until `retryAt`. `half_open`: from `retryAt` on, one
   * operation is sent to see whether the vendor is back; where no permit waits, `checkConnection` is called instead.
   */
  readonly state: "closed" | "open" | "half_open";
  /** The error that opened it; null when closed. */
  readonly code: EnforcementErrorCode | null;
  /** Since when it is not closed; null when closed. */
  readonly downSince: Date | null;
  /** From when on the vendor is tried again; null when closed. */
  readonly retryAt: Date | null;
}

// Fewer failures may be chance: a connection that a proxy closed, a request that met a restart.
const FAILURES_TO_OPEN = 3;
// Unreadable replies may be the trouble of one registration. For this many permits in a row, they are the vendor's.
const PERMITS_TO_OPEN = 5;
// Bounds the wait while other permits might get through, so that these are tried soon.
const SLOWEST_SEARCH = 3;
// The next request would get the same answer.
const OPENS_AT_ONCE: ReadonlySet<EnforcementErrorCode> = new Set(["unauthorized", "rate_limited"]);

/**
 * Stops operations from being sent to a vendor that is down. A failure counts when the whole request failed; a refusal
 * is an answer.
 */
export class Breaker {
  readonly #timers: Timers;
  readonly #random: () => number;
  readonly #onChange: (error: EnforcementError | undefined, downSince: Date) => void;
  readonly #onAnswer: () => void;
  #failures = 0;
  #openings = 0;
  /** Permits and requests since the last answer whose trouble may be their own. */
  readonly #heldPermits = new Set<string>();
  #heldRequests = 0;
  #downSince: Date | undefined;
  #code: EnforcementErrorCode | undefined;
  #retryAt = 0;
  /** When the wait was set, by the clock. */
  #waitsSince = Number.NEGATIVE_INFINITY;
  #isProbing = false;

  /**
   * `onChange` is called once with the error when the breaker opens, and once without one when it closes; `onAnswer` at
   * every answer while it is closed.
   */
  constructor(options: {
    timers: Timers;
    random: () => number;
    onChange: (error: EnforcementError | undefined, downSince: Date) => void;
    onAnswer?: () => void;
  }) {
    this.#timers = options.timers;
    this.#random = options.random;
    this.#onChange = options.onChange;
    this.#onAnswer = options.onAnswer ?? (() => {});
  }

  get status(): BreakerStatus {
    if (this.#downSince === undefined) return { state: "closed", code: null, downSince: null, retryAt: null };
    return {
      state: this.#isProbing || this.waitMs === 0 ? "half_open" : "open",
      code: this.#code ?? null,
      downSince: this.#downSince,
      retryAt: new Date(this.#retryAt),
    };
  }

  get isClosed(): boolean {
    return this.#downSince === undefined;
  }

  /** How long no operation may be sent, in milliseconds; 0 when one may. */
  get waitMs(): number {
    if (this.#downSince === undefined) return 0;
    const now = this.#timers.now().getTime();
    // A clock that was set back does not lengthen a wait.
    return now < this.#waitsSince ? 0 : Math.max(0, this.#retryAt - now);
  }

  /**
   * Begins a probe. Returns true when one operation may be sent to see whether the vendor is back; no other may be sent
   * until it has ended.
   */
  startProbe(): boolean {
    if (this.#downSince === undefined || this.#isProbing || this.waitMs > 0) return false;
    this.#isProbing = true;
    return true;
  }

  /** Notes a request that ended with an answer. While the breaker is open, only the probe's answer counts. */
  noteAnswer({ isProbe }: { isProbe: boolean }): void {
    this.#failures = 0;
    this.#heldPermits.clear();
    this.#heldRequests = 0;
    if (this.#downSince === undefined) this.#onAnswer();
    if (this.#downSince === undefined || !isProbe) return;
    const since = this.#downSince;
    this.#downSince = undefined;
    this.#isProbing = false;
    this.#openings = 0;
    this.#onChange(undefined, since);
  }

  /**
   * Notes a request that ended with an error which may be its permits' own trouble. It counts as the vendor's trouble
   * when several permits had it in several requests and no request got an answer.
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

  /** Notes a request that ended without an answer. */
  noteTrouble(error: EnforcementError, { isProbe }: { isProbe: boolean }): void {
    this.#failures += 1;
    if (isProbe) this.#isProbing = false;
    const isOpen = this.#downSince !== undefined;
    if (isOpen && !isProbe) {
      // A request that was open when the breaker opened. A longer wait that the vendor asks for counts nevertheless.
      this.#waitAtLeast(readRetryAfter(error.retryAfterMs));
      return;
    }
    if (!isOpen && this.#failures < FAILURES_TO_OPEN && !OPENS_AT_ONCE.has(error.code)) return;
    this.#open(error, this.#openings + 1);
  }

  /** Ends the wait, because another instance takes over, perhaps with other credentials. */
  retryNow(): void {
    this.#isProbing = false;
    this.#openings = 0;
    this.#waitsSince = this.#timers.now().getTime();
    this.#retryAt = this.#waitsSince;
  }

  /** Ends a probe that was not sent. */
  giveUpProbe(): void {
    this.#isProbing = false;
  }

  /** Opens the breaker, or keeps it open after a probe. */
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
