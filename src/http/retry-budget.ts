const MAX_RETRIES_SAVED = 20;
const RETRIES_PER_OPERATION = 0.2;

/** Decides whether one more retry may be sent. */
export interface RetryBudget {
  /** Called once for each operation that sends a request. */
  deposit(): void;
  /** Takes one retry out of the budget. `false` when the budget is empty. */
  withdraw(): boolean;
}

/**
 * Creates a budget that keeps retries from multiplying the load of an outage: it starts with 20 retries, and each operation
 * adds a fifth of one. After the first 20, a vendor that is down gets at most 1.2 times the usual requests.
 */
export function createRetryBudget(): RetryBudget {
  let balance = MAX_RETRIES_SAVED;
  return {
    deposit() {
      balance = Math.min(MAX_RETRIES_SAVED, balance + RETRIES_PER_OPERATION);
    },
    withdraw() {
      if (balance < 1) return false;
      balance -= 1;
      return true;
    },
  };
}
