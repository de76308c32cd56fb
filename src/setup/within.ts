import { EnforcementError } from "../core/errors.ts";
import type { MaybePromise } from "../core/maybe-promise.ts";
import { raceAbort, systemTimers, type Timers } from "../core/timers.ts";

/** Longer than a provider's default deadline of 30 s, so that the provider reports its own error first. */
export const DEFAULT_DEADLINE_MS = 45_000;

/** The limits of a step. */
export interface StepBounds {
  readonly signal: AbortSignal | undefined;
  readonly deadlineMs: number;
  /** What the deadline is measured by. Default: the machine's timers. */
  readonly timers?: Timers;
  /** The subject of the error message: `The evidence store`. */
  readonly what: string;
}

/**
 * Runs a step of the host's or the provider's code, and waits at most `deadlineMs`, even when that code ignores its signal. The
 * step's signal is aborted as soon as `within` no longer waits.
 *
 * @throws EnforcementError `aborted` or `timeout`; and every error of the step
 */
export async function within<Value>(
  bounds: StepBounds,
  run: (signal: AbortSignal) => MaybePromise<Value>,
): Promise<Value> {
  const { signal, deadlineMs, what, timers = systemTimers } = bounds;
  const ended = new AbortController();
  const onAbort = () => ended.abort();
  const cancelTimer = timers.after(deadlineMs, () => {
    ended.abort(new EnforcementError("timeout", `${what} gave no answer within ${deadlineMs} ms.`));
  });
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    signal?.throwIfAborted();
    return await raceAbort((async () => run(ended.signal))(), ended.signal);
  } catch (thrown) {
    if (!signal?.aborted) throw thrown;
    throw new EnforcementError("aborted", `${what}: the caller's signal ended it.`);
  } finally {
    cancelTimer();
    signal?.removeEventListener("abort", onAbort);
    ended.abort();
  }
}
