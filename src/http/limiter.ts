import { promiseWithAbort, raceAbort, systemTimers, type Timers, wait } from "../core/timers.ts";
import { createKeyLocks } from "./key-locks.ts";

/** Limits how many requests run at once, and how many start per second. */
export interface Limiter {
  /** Runs `task` when a place is free, in call order. Rejects with the signal's reason when aborted while waiting. */
  run<Value>(signal: AbortSignal, task: () => Promise<Value>): Promise<Value>;
}

/** Creates a limiter: at most `concurrency` tasks at once, their starts `1000 / requestsPerSecond` milliseconds apart. */
export function createLimiter(
  limits: { concurrency: number; requestsPerSecond: number | undefined },
  timers: Timers = systemTimers,
): Limiter {
  const waiting = new Set<() => void>();
  const starts = createKeyLocks();
  let running = 0;
  let nextStart = 0;

  async function enter(signal: AbortSignal): Promise<void> {
    if (running < limits.concurrency) {
      running += 1;
      return;
    }
    // `leave` hands its place to this task, so `running` does not change here.
    await promiseWithAbort(signal, (resolve) => {
      const take = () => resolve();
      waiting.add(take);
      return () => waiting.delete(take);
    });
  }

  function leave(): void {
    const [next] = waiting;
    if (next === undefined) {
      running -= 1;
      return;
    }
    waiting.delete(next);
    next();
  }

  async function keepPace(signal: AbortSignal): Promise<void> {
    if (limits.requestsPerSecond === undefined) return;
    // Tasks wait one after the other: a task that is aborted while waiting uses no start time.
    const turn = starts.acquire(["start"]);
    try {
      await raceAbort(turn.ready, signal);
      const ahead = nextStart - timers.monotonic();
      if (ahead > 0) await wait(ahead, signal, timers);
      nextStart = Math.max(nextStart, timers.monotonic()) + 1000 / limits.requestsPerSecond;
    } finally {
      turn.release();
    }
  }

  return {
    async run(signal, task) {
      signal.throwIfAborted();
      await enter(signal);
      try {
        await keepPace(signal);
        // The abort may have come in the same turn as the free place.
        signal.throwIfAborted();
        return await task();
      } finally {
        leave();
      }
    },
  };
}
