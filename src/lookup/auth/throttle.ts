import type { LookupRequest } from "../../core/lookup/lookup-message.ts";

/** Counts failed authentications. Every limiter of `rate-limiter-flexible` has this shape. */
export interface FailureLimiter {
  /**
   * Consumes one point of a key. Rejects with `{ msBeforeNext }`, in milliseconds, when the key has no points left. Any other
   * rejection means that the limiter failed, and refuses no request.
   */
  consume(key: string): Promise<unknown>;
}

/** How failed authentications are throttled. */
export interface ThrottleSettings {
  readonly limiter: FailureLimiter;
  readonly keyOf: (request: LookupRequest) => string;
}

/**
 * The default key: one count for all requests without a credential. No part of a request identifies its sender: headers can be
 * forged, user names are free to choose, and behind a proxy all requests have the same address.
 */
export const SHARED_KEY = "strangers";
