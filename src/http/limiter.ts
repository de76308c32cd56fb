import { orAbort, wait } from "./wait.ts";

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
  let running = 0;
  let nextStart = 0;

  async function enter(signal: AbortSignal): Promise<void> {
    if (running < limits.concurrency) {
      running += 1;
      return;
    }
    // The one who leaves hands over its place, so `running` does not change here.
    await orAbort(signal, (resolve) => {
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
    const now = performance.now();
    const start = Math.max(now, nextStart);
    nextStart = start + 1000 / limits.requestsPerSecond;
    if (start > now) await wait(start - now, signal);
  }

  return {
    async run(signal, task) {
      signal.throwIfAborted();
      await enter(signal);
      try {
        await keepPace(signal);
        return await task();
      } finally {
        leave();
      }
    },
  };
}
