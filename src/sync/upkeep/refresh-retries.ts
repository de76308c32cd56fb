import { itemBackoff } from "../pace/backoff.ts";
import type { Timers } from "../pace/timers.ts";

// Added to every wait, because the jitter of the first one may be 0.
const MIN_WAIT_MS = 100;

/**
 * Companies to refresh again, because the ledger failed right after it had recorded a change. The host's call has
 * succeeded, so the host does not repeat it. Kept in memory only: when the process dies, the host has to call
 * `refresh`.
 */
export class RefreshRetries {
  readonly #timers: Timers;
  readonly #random: () => number;
  readonly #refresh: (companyId: string) => Promise<void>;
  readonly #onSettled: () => void;
  readonly #companyIds = new Set<string>();
  #isRunning = false;
  #failures = 0;
  #attempt: Promise<void> | undefined;
  #cancelTimer = () => {};

  constructor(context: {
    timers: Timers;
    random: () => number;
    refresh: (companyId: string) => Promise<void>;
    /** Called when no company is left to refresh. */
    onSettled: () => void;
  }) {
    this.#timers = context.timers;
    this.#random = context.random;
    this.#refresh = context.refresh;
    this.#onSettled = context.onSettled;
  }

  get isSettled(): boolean {
    return this.#companyIds.size === 0 && this.#attempt === undefined;
  }

  add(companyId: string): void {
    this.#companyIds.add(companyId);
    this.#schedule();
  }

  /** Tries every company now, because the ledger seems to work. */
  retryNow(): void {
    if (this.#companyIds.size === 0 || this.#attempt !== undefined) return;
    this.#cancelTimer();
    this.#attempt = this.#refreshAll().finally(() => {
      this.#attempt = undefined;
      if (this.#companyIds.size > 0) this.#schedule();
      else this.#onSettled();
    });
  }

  /** Tries every company now, and from then on after each wait. */
  start(): void {
    this.#isRunning = true;
    this.retryNow();
  }

  /** Cancels the timer and waits for the attempt in progress. Companies that are left stay noted. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#cancelTimer();
    await this.#attempt;
  }

  #schedule(): void {
    // A timer of a stopped sync would keep the process alive.
    if (!this.#isRunning || this.#attempt !== undefined) return;
    this.#cancelTimer();
    const wait = MIN_WAIT_MS + itemBackoff(this.#failures, undefined, this.#random);
    this.#cancelTimer = this.#timers.after(wait, () => this.retryNow());
  }

  async #refreshAll(): Promise<void> {
    for (const companyId of [...this.#companyIds]) {
      // A company that is added during its own refresh is refreshed again.
      this.#companyIds.delete(companyId);
      try {
        await this.#refresh(companyId);
        this.#failures = 0;
      } catch {
        this.#failures += 1;
        this.#companyIds.add(companyId);
        return;
      }
    }
  }
}
