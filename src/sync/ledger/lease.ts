/**
 * How long a claim lasts, in milliseconds. After a crash, another process takes the deliveries over when it ends: within a
 * minute, in which it must also have noticed that.
 */
export const LEASE_MS = 58_000;

/**
 * The head start that an urgent change gives a delivery before those that are due for other reasons, in milliseconds. What
 * has been due for longer than that goes first, so that nothing waits for ever.
 */
export const HEAD_START_MS = 86_400_000;

/** The instant by which a change's deliveries stand in line, in milliseconds. */
export function placeOf({
  at,
  isUrgent = false,
}: {
  readonly at: Date;
  readonly isUrgent?: boolean;
}): number {
  return isUrgent ? at.getTime() - HEAD_START_MS : at.getTime();
}

/** No request begins under a claim older than this, in milliseconds: the delivery is released and claimed again. */
export const MAX_CLAIM_AGE_MS = 15_000;

/** The longest request, in milliseconds. Its result is then written while the claim still lasts. */
export const MAX_REQUEST_MS = 40_000;
