/** Paths of Passport's wire, as the hand-written loops and the vendor of these benchmarks speak it. */
export const TOKEN_PATH = "/v3/shared/access-tokens";
export const EVENTS_PATH = "/v3/shared/events";

/** How long every request to the vendor takes, in milliseconds. */
export const LATENCY_MS = 20;

/** How many registrations travel in one request: ours and those of the loop that batches. */
export const BATCH = 100;

/** Requests under way at once: the default of `createPermitSync` and of its providers. */
export const CONCURRENCY = 8;
