import { promiseWithAbort, raceAbort, systemTimers, type Timers, wait } from "../core/timers.ts";

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

/**
 * Maps `inputs` with at most `limit` tasks at once, started in order. Results have the order of the inputs. No task is
 * started after a failure.
 */
export async function mapLimited<Input, Result>(
  inputs: readonly Input[],
  limit: number,
  task: (input: Input, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = inputs.entries();
  let failed = false;
  const worker = async () => {
    // All workers share one iterator.
    for (const [index, input] of queue) {
      if (failed) return;
      try {
        results[index] = await task(input, index);
      } catch (thrown) {
        failed = true;
        throw thrown;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, inputs.length) }, worker));
  return results;
}

/**
 * Creates locks by key: one holder of a key at a time, in call order. A call queues for all its keys in one step, so calls
 * cannot deadlock.
 */
export function createKeyLocks() {
  const tails = new Map<string, Promise<void>>();
  return {
    /**
     * Queues for all `keys` at once. `ready` resolves when the caller holds all of them. The caller must call `release`
     * always, also when it stops waiting for `ready`. The next holder follows once all earlier holders have released.
     */
    acquire(keys: readonly string[]): { readonly ready: Promise<void>; release(): void } {
      // Only keys that are held get a promise: most are free, and a hundred promises cost more than building the request.
      const ahead = new Set<Promise<void>>();
      for (const key of keys) {
        const tail = tails.get(key);
        if (tail !== undefined) ahead.add(tail);
      }
      const ready = Promise.all(ahead).then(() => {});
      const released = Promise.withResolvers<void>();
      const done = Promise.all([ready, released.promise]).then(() => {
        for (const key of keys) if (tails.get(key) === done) tails.delete(key);
      });
      for (const key of keys) tails.set(key, done);
      return { ready, release: released.resolve };
    },
  };
}
