/** How long a claim lasts, in milliseconds. After a crash, this is how long another process waits for its deliveries. */
export const LEASE_MS = 60_000;

/** Nothing is begun under an older claim: it is given back and taken anew. */
export const OLDEST_CLAIM_MS = 15_000;

/** No request takes longer, so that its end is written while the claim lasts. */
export const LONGEST_REQUEST_MS = 40_000;
