import { promiseWithAbort, raceAbort, systemTimers, type Timers, wait } from "../core/timers.ts";

/** Waits for a turn: the promise that it gets. */
export type WaitInLine = (turn: Promise<void>) => Promise<void>;

/** Limits how many requests run at once, and how many start per second. */
export interface Limiter {
  /**
   * Runs `task` when a place is free, in call order. Rejects with the signal's reason when aborted while waiting. `inLine` gets
   * each wait for a place or a start time, and is not called when there is none.
   */
  run<Value>(signal: AbortSignal, task: () => Promise<Value>, inLine?: WaitInLine): Promise<Value>;
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

  /** Waits until `leave` hands its place to this task, so `running` does not change. */
  async function waitForPlace(signal: AbortSignal): Promise<void> {
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

  async function keepPace(requestsPerSecond: number, signal: AbortSignal): Promise<void> {
    // Tasks wait one after the other: a task that is aborted while waiting uses no start time.
    const turn = starts.acquire(["start"]);
    try {
      await raceAbort(turn.ready, signal);
      const ahead = nextStart - timers.monotonic();
      if (ahead > 0) await wait(ahead, signal, timers);
      nextStart = Math.max(nextStart, timers.monotonic()) + 1000 / requestsPerSecond;
    } finally {
      turn.release();
    }
  }

  return {
    async run(signal, task, inLine = (turn) => turn) {
      signal.throwIfAborted();
      if (running < limits.concurrency) running += 1;
      else await inLine(waitForPlace(signal));
      try {
        const { requestsPerSecond } = limits;
        if (requestsPerSecond !== undefined) await inLine(keepPace(requestsPerSecond, signal));
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

/** A place in the queues of some keys, see {@link createKeyLocks}. */
export interface KeyLock {
  readonly ready: Promise<void>;
  readonly isFree: boolean;
  release(): void;
}

/** A call that holds its keys or waits for them. */
interface Holder {
  /** When it has left. Made for the first call that waits for it: most keys are free. */
  left: PromiseWithResolvers<void> | undefined;
}

/**
 * Creates locks by key: one holder of a key at a time, in call order. A call queues for all its keys in one step, so calls
 * cannot deadlock.
 */
export function createKeyLocks() {
  const last = new Map<string, Holder>();
  const free = Promise.resolve();
  return {
    /**
     * Queues for all `keys` at once. `ready` resolves when the caller holds all of them; with `isFree` it holds them already.
     * The caller must call `release` always, also when it stops waiting for `ready`. The next holder follows once all earlier
     * holders have released.
     */
    acquire(keys: readonly string[]): KeyLock {
      const ahead = new Set<Holder>();
      for (const key of keys) {
        const holder = last.get(key);
        if (holder !== undefined) ahead.add(holder);
      }
      const own: Holder = { left: undefined };
      for (const key of keys) last.set(key, own);
      const leave = () => {
        for (const key of keys) if (last.get(key) === own) last.delete(key);
        own.left?.resolve();
      };
      if (ahead.size === 0) return { ready: free, isFree: true, release: leave };
      const ready = Promise.all(Array.from(ahead, whenLeft)).then(() => {});
      return { ready, isFree: false, release: () => void ready.then(leave) };
    },
  };
}

function whenLeft(holder: Holder): Promise<void> {
  holder.left ??= Promise.withResolvers<void>();
  return holder.left.promise;
}
