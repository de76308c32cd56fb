// Lookups are answered by the same thread that delivers. While they are asked, sync keeps little in hand: what is in hand
// is what the garbage collector has to carry over, and nobody is answered meanwhile.

// After this time without a lookup, sync takes all the time there is.
const REMEMBERED_MS = 1_000;

/**
 * Operations in hand at one provider while lookups are asked, and in one request. To put more on the wire takes longer
 * than a slice of work may.
 */
export const FEW_OPERATIONS = 50;

let lastLookupAt = Number.NEGATIVE_INFINITY;

/** A lookup was asked. */
export function noteLookup(): void {
  lastLookupAt = performance.now();
}

/** Whether lookups come first now. */
export function areLookupsAsked(): boolean {
  return performance.now() - lastLookupAt < REMEMBERED_MS;
}
