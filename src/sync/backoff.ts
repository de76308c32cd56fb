/** No intent waits longer before its next attempt, whatever a vendor asks for. */
export const LONGEST_BACKOFF_MS = 60 * 60_000;

const ITEM_BASE_MS = 250;
const ITEM_CAP_MS = 60_000;
const REFUSAL_BASE_MS = 60_000;

/** How long one item waits after trouble, in milliseconds: full jitter, or what the vendor asked for. */
export function itemBackoff(
  attempts: number,
  retryAfterMs: number | undefined,
  random: () => number,
): number {
  const ceiling = Math.min(ITEM_CAP_MS, ITEM_BASE_MS * 2 ** Math.min(attempts, 20));
  return Math.min(LONGEST_BACKOFF_MS, Math.max(retryAfterMs ?? 0, Math.ceil(random() * ceiling)));
}

/** How long something waits that was refused and may be there nevertheless, in milliseconds. */
export function refusalBackoff(attempts: number): number {
  return Math.min(LONGEST_BACKOFF_MS, REFUSAL_BASE_MS * 2 ** Math.min(attempts, 20));
}

/** How long everything waits after failure number `failures` in a row, in milliseconds. */
export function outageBackoff(failures: number, random: () => number): number {
  return itemBackoff(failures - 1, undefined, random);
}
