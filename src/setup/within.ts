import type { MaybePromise } from "../core/directory/directory.ts";
import { EnforcementError } from "../core/errors.ts";
import { systemTimers, type Timers } from "../core/timers.ts";

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
  let onAbort = () => {};
  let cancelTimer = () => {};
  const end = new Promise<never>((_, reject) => {
    onAbort = () => reject(new EnforcementError("aborted", `${what}: the caller's signal ended it.`));
    cancelTimer = timers.after(deadlineMs, () => {
      reject(new EnforcementError("timeout", `${what} gave no answer within ${deadlineMs} ms.`));
    });
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
  });
  // The promise that loses the race has no handler. Without this its rejection would end the process.
  end.catch(() => {});
  try {
    signal?.throwIfAborted();
    const step = (async () => run(ended.signal))();
    step.catch(() => {});
    return await Promise.race([step, end]);
  } catch (thrown) {
    if (signal?.aborted) return await end;
    throw thrown;
  } finally {
    cancelTimer();
    signal?.removeEventListener("abort", onAbort);
    ended.abort();
  }
}
