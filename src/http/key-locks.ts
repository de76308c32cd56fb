/** Lets one holder at a time have a key. */
export interface KeyLocks {
  /**
   * Queues for all `keys` at once. `ready` resolves when they are ours; `release` must be called in any case, also
   * when nobody waits for `ready` any more: those behind us go on only after those before us.
   */
  acquire(keys: readonly string[]): { readonly ready: Promise<void>; release(): void };
}

/** Locks in the order of the calls. All keys of a call are queued for in one step, so calls cannot wait in a circle. */
export function createKeyLocks(): KeyLocks {
  const tails = new Map<string, Promise<void>>();
  return {
    acquire(keys) {
      // Most keys are free, and a promise for each of a hundred keys takes longer than the request's own work.
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
