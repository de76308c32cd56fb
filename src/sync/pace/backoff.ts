/** No intent waits longer before its next attempt, whatever a vendor asks for. */
export const LONGEST_BACKOFF_MS = 60 * 60_000;

const ITEM_BASE_MS = 250;
const ITEM_CAP_MS = 60_000;
const HELD_BASE_MS = 1_000;
const HELD_CAP_MS = 10 * 60_000;
const REFUSAL_BASE_MS = 60_000;

/** How long one item waits after trouble, in milliseconds: full jitter, or what the vendor asked for. */
export function itemBackoff(
  attempts: number,
  retryAfterMs: number | undefined,
  random: () => number,
): number {
  const ceiling = Math.min(ITEM_CAP_MS, ITEM_BASE_MS * 2 ** Math.min(attempts, 20));
  return withRetryAfter(Math.ceil(random() * ceiling), retryAfterMs);
}

/**
 * How long one item waits whose reply could not be read, or that could not be put on the wire, in milliseconds: 1 s at
 * first, then twice as long each time, at most 10 minutes. The second half of it is jitter.
 */
export function heldBackoff(tries: number, retryAfterMs: number | undefined, random: () => number): number {
  const ceiling = Math.min(HELD_CAP_MS, HELD_BASE_MS * 2 ** Math.min(tries, 20));
  return withRetryAfter(Math.ceil(((1 + random()) / 2) * ceiling), retryAfterMs);
}

/** How long something waits that was refused and may be there nevertheless, in milliseconds. */
export function refusalBackoff(attempts: number): number {
  return existingBackoff(attempts);
}

/**
 * How long something waits that was refused because another right exists, in milliseconds: a minute at first, then twice
 * as long each time, at most an hour.
 */
export function existingBackoff(repeats: number): number {
  return Math.min(LONGEST_BACKOFF_MS, REFUSAL_BASE_MS * 2 ** Math.min(repeats, 20));
}

/** How long everything waits after failure number `failures` in a row, in milliseconds. */
export function outageBackoff(failures: number, random: () => number): number {
  return itemBackoff(failures - 1, undefined, random);
}

/**
 * How long a vendor asks us to wait, in milliseconds, at most {@link LONGEST_BACKOFF_MS}. A host's own provider may give
 * anything: what is no finite number above 0 asks for nothing.
 */
export function readRetryAfter(retryAfterMs: unknown): number {
  const isWait = typeof retryAfterMs === "number" && Number.isFinite(retryAfterMs) && retryAfterMs > 0;
  return isWait ? Math.min(retryAfterMs, LONGEST_BACKOFF_MS) : 0;
}

function withRetryAfter(backoffMs: number, retryAfterMs: number | undefined): number {
  return Math.max(backoffMs, readRetryAfter(retryAfterMs));
}
