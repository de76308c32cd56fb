const MAX_RETRIES_SAVED = 20;
const RETRIES_PER_OPERATION = 0.2;

/**
 * Creates a budget that keeps retries from multiplying the load of an outage: it starts with 20 retries, and each operation
 * adds a fifth of one. After the first 20, a vendor that is down gets at most 1.2 times the usual requests.
 */
export function createRetryBudget() {
  let balance = MAX_RETRIES_SAVED;
  return {
    /** Called once for each operation that sends a request. */
    deposit(): void {
      balance = Math.min(MAX_RETRIES_SAVED, balance + RETRIES_PER_OPERATION);
    },
    /** Takes one retry out of the budget. `false` when the budget is empty. */
    withdraw(): boolean {
      if (balance < 1) return false;
      balance -= 1;
      return true;
    },
  };
}

const BACKOFF_BASE_MS = 250;
const BACKOFF_CAP_MS = 5_000;

/** How long to wait before the next attempt, in milliseconds. `random` gives a number from 0 up to 1. */
export function retryDelay(
  attemptNumber: number,
  retryAfterMs: number | undefined,
  random: () => number,
): number {
  const ceiling = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (attemptNumber - 1));
  // Full jitter: clients that failed at the same time do not retry at the same time.
  return Math.max(retryAfterMs ?? 0, random() * ceiling);
}

// The three formats of RFC 9110 §5.6.7, all in GMT: IMF-fixdate and RFC 850 name it, asctime does not.
const WITH_ZONE = /^[A-Z][a-z]{2,8}, \d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} \d\d:\d\d:\d\d GMT$/;
const WITHOUT_ZONE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/;

/**
 * Parses a `Retry-After` header (RFC 9110 §10.2.3): seconds, or a date.
 *
 * @returns milliseconds from `now`; 0 for a date in the past; `undefined` when the header is absent or cannot be parsed
 */
export function parseRetryAfter(header: string | null, now: Date): number | undefined {
  const text = header?.trim() ?? "";
  // Capped to a safe integer: a longer number would become Infinity, which JSON cannot hold.
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text) * 1000), Number.MAX_SAFE_INTEGER);
  const date = findDate(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}

// Date.parse alone accepts many other texts, and reads a date without a time zone as local time.
function findDate(text: string): number {
  if (WITH_ZONE.test(text)) return Date.parse(text);
  return WITHOUT_ZONE.test(text) ? Date.parse(`${text} GMT`) : Number.NaN;
}
