/**
 * For the sandboxes of vendors: notices when two requests for the same registration are in flight at one moment, which
 * a client must never do.
 */
export interface OverlapWatch {
  /** Runs `work` while `keys` count as in flight. A client that gave up (`signal`) is no longer in flight. */
  during<Result>(keys: readonly string[], signal: AbortSignal, work: () => Promise<Result>): Promise<Result>;
}

export function createOverlapWatch(onOverlap: (key: string) => void): OverlapWatch {
  const flights = new Map<string, number>();

  function enter(key: string): void {
    const before = flights.get(key) ?? 0;
    if (before > 0) onOverlap(key);
    flights.set(key, before + 1);
  }

  function leave(key: string): void {
    const left = (flights.get(key) ?? 0) - 1;
    if (left > 0) flights.set(key, left);
    else flights.delete(key);
  }

  return {
    async during(keys, signal, work) {
      const inFlight = new Set(keys);
      const land = () => {
        for (const key of inFlight) leave(key);
        inFlight.clear();
      };
      for (const key of inFlight) enter(key);
      signal.addEventListener("abort", land, { once: true });
      try {
        return await work();
      } finally {
        signal.removeEventListener("abort", land);
        land();
      }
    },
  };
}

// Kept from before a test replaces the timers: a sandbox that waits on a faked one would never answer.
const schedule: (callback: () => void) => void = globalThis.setImmediate ?? globalThis.setTimeout;

/** One turn of the event loop: long enough for requests sent together to be seen together. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => schedule(resolve));
}
