const CAPACITY = 20;
const DEPOSIT = 0.2;

/** Decides whether one more retry may be sent. */
export interface RetryBudget {
  /** Called once for each operation that starts. */
  deposit(): void;
  /** Takes one retry out of the budget; false when it is spent. */
  withdraw(): boolean;
}

/**
 * Keeps an outage from being multiplied: 20 retries are free, after that every operation earns a fifth of one. A
 * vendor that is down so sees at most 1.2 times the usual requests, whatever `retries` says.
 */
export function createRetryBudget(): RetryBudget {
  let balance = CAPACITY;
  return {
    deposit() {
      balance = Math.min(CAPACITY, balance + DEPOSIT);
    },
    withdraw() {
      if (balance < 1) return false;
      balance -= 1;
      return true;
    },
  };
}
