import type { HttpSettings } from "./options.ts";

// A request is sent only with this much time before the deadline, or with a tenth of the deadline where that is less.
const MIN_MS_TO_SEND = 100;

/** The abort reason of the deadline. It never leaves the HTTP client. */
export const DEADLINE = new Error("deadline");

/** What ends an operation early: the caller's signal and the deadline, as one signal. */
export interface Bounds {
  readonly signal: AbortSignal;
  /** How much of the deadline is left, in milliseconds. */
  remainingMs(): number;
  /** Aborts as the deadline does when less than {@link MIN_MS_TO_SEND} is left. Throws once aborted. */
  requireTime(): void;
  /** Waits for the operation's turn. Where the line is free, the deadline does not run meanwhile. */
  inLine<Value>(turn: Promise<Value>): Promise<Value>;
  /** Removes the timer and the listener. */
  end(): void;
}

/** Starts the deadline. `lineIsFree`: it stops while a request of the operation waits for its turn. */
export function startBounds(
  caller: AbortSignal | undefined,
  { deadlineMs, timers }: Pick<HttpSettings, "deadlineMs" | "timers">,
  lineIsFree: boolean,
): Bounds {
  const controller = new AbortController();
  const { signal } = controller;
  const leastMs = Math.min(MIN_MS_TO_SEND, deadlineMs / 10);
  let waiting = 0;
  let leftMs = deadlineMs;
  let endsAt = 0;
  let cancelTimer = () => {};
  let hasEnded = false;

  const abortLate = () => controller.abort(DEADLINE);
  const run = () => {
    endsAt = timers.monotonic() + leftMs;
    cancelTimer = timers.after(leftMs, abortLate);
  };
  const remainingMs = () => (waiting > 0 ? leftMs : endsAt - timers.monotonic());

  const onAbort = () => controller.abort(new Error("aborted"));
  if (caller?.aborted) onAbort();
  // AbortSignal.any does the same, but leaves a reference in the caller's signal, which may live for the whole process.
  else caller?.addEventListener("abort", onAbort, { once: true });
  run();

  async function waitFreely<Value>(turn: Promise<Value>): Promise<Value> {
    if (waiting === 0) {
      leftMs = Math.max(0, remainingMs());
      cancelTimer();
    }
    waiting += 1;
    try {
      return await turn;
    } finally {
      waiting -= 1;
      if (waiting === 0 && !hasEnded && !signal.aborted) run();
    }
  }

  return {
    signal,
    remainingMs,
    requireTime(): void {
      // An operation that times out in the limiter hands its place to the next, whose deadline is often the same instant.
      // A request sent then would be cut off at once, and its outcome would be unknown.
      if (remainingMs() < leastMs) controller.abort(DEADLINE);
      signal.throwIfAborted();
    },
    inLine: lineIsFree ? waitFreely : (turn) => turn,
    end() {
      hasEnded = true;
      cancelTimer();
      caller?.removeEventListener("abort", onAbort);
    },
  };
}
