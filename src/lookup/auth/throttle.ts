import type { LookupRequest } from "../../core/lookup/lookup-message.ts";

/** Counts failed authentications. Any limiter of `rate-limiter-flexible` is one, as it is. */
export interface FailureLimiter {
  /**
   * Takes one point from a key. Rejects with `{ msBeforeNext }`, in milliseconds, when it has none left; with
   * anything else when it cannot count.
   */
  consume(key: string): Promise<unknown>;
}

/** How failed authentications are throttled. */
export interface ThrottleSettings {
  readonly limiter: FailureLimiter;
  readonly keyOf: (request: LookupRequest) => string;
}

/**
 * One for all strangers. Nothing in a request tells one of them from another: addresses in headers are forged, user
 * names are free to choose, and behind a proxy all have the same address.
 */
export const STRANGERS = "strangers";
