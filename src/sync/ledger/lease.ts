/**
 * How long a claim lasts, in milliseconds. After a crash, another process takes the deliveries over when it ends: within a
 * minute, in which it must also have noticed that.
 */
export const LEASE_MS = 58_000;

/** No request begins under a claim older than this, in milliseconds: the delivery is released and claimed again. */
export const MAX_CLAIM_AGE_MS = 15_000;

/** The longest request, in milliseconds. Its result is then written while the claim still lasts. */
export const MAX_REQUEST_MS = 40_000;
