import type { MaybePromise } from "../core/directory/directory.ts";
import { EnforcementError } from "../core/errors.ts";

/** How long a step may take. */
export interface StepBounds {
  readonly signal: AbortSignal | undefined;
  readonly deadlineMs: number;
  /** What is waited for, to begin a sentence with: `The evidence store`. */
  readonly what: string;
}

/**
 * Runs a step that somebody else's code performs, and waits no longer than it may take, even when that code listens
 * to no signal. The signal that the step gets aborts when nobody waits any more.
 *
 * @throws EnforcementError `aborted` or `timeout`; and whatever the step throws
 */
export async function within<Value>(
  bounds: StepBounds,
  run: (signal: AbortSignal) => MaybePromise<Value>,
): Promise<Value> {
  const { signal, deadlineMs, what } = bounds;
  const ended = new AbortController();
  let onAbort = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = new Promise<never>((_, reject) => {
    onAbort = () => reject(new EnforcementError("aborted", `${what}: the caller's signal ended it.`));
    timer = setTimeout(() => {
      reject(new EnforcementError("timeout", `${what} gave no answer within ${deadlineMs} ms.`));
    }, deadlineMs);
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
  });
  // Whichever loses is nobody's any more; without this its failure would end the process.
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
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
    ended.abort();
  }
}
