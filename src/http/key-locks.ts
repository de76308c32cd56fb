/** Locks by key: one holder of a key at a time. */
export interface KeyLocks {
  /**
   * Queues for all `keys` at once. `ready` resolves when the caller holds all of them. The caller must call `release`
   * always, also when it stops waiting for `ready`. The next holder follows once all earlier holders have released.
   */
  acquire(keys: readonly string[]): { readonly ready: Promise<void>; release(): void };
}

/** Creates locks that are granted in call order. A call queues for all its keys in one step, so calls cannot deadlock. */
export function createKeyLocks(): KeyLocks {
  const tails = new Map<string, Promise<void>>();
  return {
    acquire(keys) {
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
