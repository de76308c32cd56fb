import { itemBackoff } from "../pace/backoff.ts";
import type { Timers } from "../pace/timers.ts";

// Without it, the first waits of a ledger that fails would be none.
const SHORTEST_WAIT_MS = 100;

/**
 * Companies whose permits are still to be looked at again, because the ledger failed right after it had recorded a
 * change. The host was told of the change, so nobody else repeats it. Kept in memory only: with the process, it is
 * forgotten.
 */
export class OwedRefreshes {
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
    /** Nothing is owed any more. */
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

  owe(companyId: string): void {
    this.#companyIds.add(companyId);
    this.#schedule();
  }

  /** The ledger seems to work: what is owed is done now. */
  retryNow(): void {
    if (this.#companyIds.size === 0 || this.#attempt !== undefined) return;
    this.#cancelTimer();
    this.#attempt = this.#refreshAll().finally(() => {
      this.#attempt = undefined;
      if (this.#companyIds.size > 0) this.#schedule();
      else this.#onSettled();
    });
  }

  /** From now on it is tried again by itself. */
  start(): void {
    this.#isRunning = true;
    this.retryNow();
  }

  /** Leaves no timer. What is owed stays so, and what is under way is waited for. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#cancelTimer();
    await this.#attempt;
  }

  #schedule(): void {
    // One that does not run must not keep the process alive.
    if (!this.#isRunning || this.#attempt !== undefined) return;
    this.#cancelTimer();
    const wait = SHORTEST_WAIT_MS + itemBackoff(this.#failures, undefined, this.#random);
    this.#cancelTimer = this.#timers.after(wait, () => this.retryNow());
  }

  async #refreshAll(): Promise<void> {
    for (const companyId of [...this.#companyIds]) {
      // What is owed anew meanwhile is not done with this one.
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
