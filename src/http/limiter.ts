import { createKeyLocks } from "./key-locks.ts";
import { promiseWithAbort, raceAbort, wait } from "./wait.ts";

/** Lets a limited number of requests through. */
export interface Limiter {
  /** Runs `task` as soon as there is a place for it, in the order of the calls. Rejects when aborted while waiting. */
  run<Value>(signal: AbortSignal, task: () => Promise<Value>): Promise<Value>;
}

/** At most `concurrency` tasks at once, and their starts `1000 / requestsPerSecond` milliseconds apart. */
export function createLimiter(limits: {
  concurrency: number;
  requestsPerSecond: number | undefined;
}): Limiter {
  const waiting = new Set<() => void>();
  const starts = createKeyLocks();
  let running = 0;
  let nextStart = 0;

  async function enter(signal: AbortSignal): Promise<void> {
    if (running < limits.concurrency) {
      running += 1;
      return;
    }
    // The one who leaves hands over its place, so `running` does not change here.
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
    // One after the other, so that somebody who gives up while waiting takes nobody's time.
    const turn = starts.acquire(["start"]);
    try {
      await raceAbort(turn.ready, signal);
      const ahead = nextStart - performance.now();
      if (ahead > 0) await wait(ahead, signal);
      nextStart = Math.max(nextStart, performance.now()) + 1000 / limits.requestsPerSecond;
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
        // The place may have come in the very moment of the abort.
        signal.throwIfAborted();
        return await task();
      } finally {
        leave();
      }
    },
  };
}
