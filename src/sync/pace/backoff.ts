/** The longest wait of an intent before its next attempt, in milliseconds, whatever a vendor asks for. */
export const MAX_BACKOFF_MS = 60 * 60_000;

const ITEM_BASE_MS = 250;
const ITEM_CAP_MS = 60_000;
const HELD_BASE_MS = 1_000;
const HELD_CAP_MS = 10 * 60_000;
const REFUSAL_BASE_MS = 60_000;

/**
 * The wait of one item after a failed attempt, in milliseconds: full jitter, or longer when the vendor asks for more.
 */
export function itemBackoff(
  attempts: number,
  retryAfterMs: number | undefined,
  random: () => number,
): number {
  const ceiling = Math.min(ITEM_CAP_MS, ITEM_BASE_MS * 2 ** Math.min(attempts, 20));
  return withRetryAfter(Math.ceil(random() * ceiling), retryAfterMs);
}

/**
 * The wait of one item whose reply could not be read, or that could not be put on the wire, in milliseconds: 1 second
 * at first, then twice as long each time, at most 10 minutes. The second half of the wait is jitter.
 */
export function heldBackoff(tries: number, retryAfterMs: number | undefined, random: () => number): number {
  const ceiling = Math.min(HELD_CAP_MS, HELD_BASE_MS * 2 ** Math.min(tries, 20));
  return withRetryAfter(Math.ceil(((1 + random()) / 2) * ceiling), retryAfterMs);
}

/** The wait, in milliseconds, of an operation that was refused after an attempt without a known result. */
export function refusalBackoff(attempts: number): number {
  return existingBackoff(attempts);
}

/**
 * The wait, in milliseconds, of a registration that was refused because another right exists: a minute at first, then
 * twice as long each time, at most an hour.
 */
export function existingBackoff(repeats: number): number {
  return Math.min(MAX_BACKOFF_MS, REFUSAL_BASE_MS * 2 ** Math.min(repeats, 20));
}

/** The wait of all operations of a provider after `failures` failures in a row, in milliseconds. */
export function outageBackoff(failures: number, random: () => number): number {
  return itemBackoff(failures - 1, undefined, random);
}

/**
 * The wait that a vendor asks for, in milliseconds, at most {@link MAX_BACKOFF_MS}. Values of a host's own provider
 * that are not finite numbers above 0 count as 0.
 */
export function readRetryAfter(retryAfterMs: unknown): number {
  const isWait = typeof retryAfterMs === "number" && Number.isFinite(retryAfterMs) && retryAfterMs > 0;
  return isWait ? Math.min(retryAfterMs, MAX_BACKOFF_MS) : 0;
}

function withRetryAfter(backoffMs: number, retryAfterMs: number | undefined): number {
  return Math.max(backoffMs, readRetryAfter(retryAfterMs));
}
