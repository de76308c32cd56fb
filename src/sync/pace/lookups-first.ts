// The thread that delivers also answers lookups. During lookups, sync keeps few operations in memory: the garbage
// collector copies them, and no lookup is answered while it runs.

// After this time without a lookup, sync uses all the time there is.
const REMEMBERED_MS = 1_000;

/**
 * The most operations in progress at one provider, and in one request, during lookups. Encoding more for the wire would
 * take longer than a slice of work may.
 */
export const MAX_OPERATIONS_BESIDE_LOOKUPS = 50;

let lastLookupAt = Number.NEGATIVE_INFINITY;

/** Notes that a lookup was made. */
export function noteLookup(): void {
  lastLookupAt = performance.now();
}

/** Whether a lookup was made within the last second. */
export function areLookupsAsked(): boolean {
  return performance.now() - lastLookupAt < REMEMBERED_MS;
}
