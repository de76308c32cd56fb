import { fieldError } from "../../core/fields.ts";
import { attempt } from "../../core/iterables.ts";
import type { LookupRefusal } from "../../core/lookup/dialect.ts";
import type { LookupRequest } from "../../core/lookup/lookup-message.ts";
import { ignorePromise } from "../../core/maybe-promise.ts";
import { isInterruption } from "../deadline.ts";
import type { LookupWork } from "../decide/lookup-work.ts";
import type { ThrottleSettings } from "../options.ts";
import { createRefusal } from "../refusal.ts";
import { challengesOf } from "./authenticate.ts";

/**
 * The refusal for a request that proves no credential: 401, or 429 when the limiter rejects it. Only these requests reach the
 * limiter, so they cannot slow down a vendor with a valid credential.
 */
export async function refuseUnauthenticated(
  request: LookupRequest,
  { settings, inquiry, deadline }: LookupWork,
): Promise<LookupRefusal> {
  const { throttle, authorizers } = settings;
  try {
    if (throttle !== undefined) await deadline.within(throttle.limiter.consume(readKey(throttle, request)));
  } catch (thrown) {
    if (isExhausted(thrown)) return createRefusal("too_many_requests", { headers: retryAfter(thrown) });
    const hasGone = isInterruption(thrown) && thrown.reason === "aborted";
    // A limiter that fails refuses no request. The audit reports its failure.
    if (!hasGone) inquiry.failure = { at: "credentials", thrown };
  }
  return createRefusal("unauthorized", { headers: challengesOf(authorizers) });
}

interface Exhausted {
  readonly msBeforeNext: number;
}

function isExhausted(thrown: unknown): thrown is Exhausted {
  return typeof attempt(() => (thrown as Partial<Exhausted> | null | undefined)?.msBeforeNext) === "number";
}

/** The wait in whole seconds, rounded up. No header for a limiter that blocks for ever: its `msBeforeNext` is -1. */
function retryAfter({ msBeforeNext }: Exhausted): Record<string, string> {
  return msBeforeNext > 0 && Number.isFinite(msBeforeNext)
    ? { "retry-after": String(Math.ceil(msBeforeNext / 1_000)) }
    : {};
}

function readKey({ keyOf }: ThrottleSettings, request: LookupRequest): string {
  const key: unknown = keyOf(request);
  ignorePromise(key);
  if (typeof key !== "string") throw fieldError("throttleKey", "must return text.");
  return key;
}
