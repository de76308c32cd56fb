// Kept from before a test replaces the timers.
const nextTurn = globalThis.setImmediate;

/** How many turns of the event loop must pass without any activity before the program counts as idle. */
const QUIET_TURNS = 2;

/** Knows whether the program under test still does something that needs no virtual time. */
export interface Activity {
  /** Something happened. */
  note(): void;
  /** Follows work that really takes time, such as a query. */
  track<Value>(work: Promise<Value>): Promise<Value>;
  /** Fulfilled when only virtual time can bring something new. */
  settle(): Promise<void>;
}

export function createActivity(): Activity {
  let events = 0;
  let pending = 0;
  let waiting: (() => void)[] = [];

  function end(): void {
    pending -= 1;
    events += 1;
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  }

  return {
    note() {
      events += 1;
    },
    async track(work) {
      pending += 1;
      events += 1;
      try {
        return await work;
      } finally {
        end();
      }
    },
    async settle() {
      for (let quiet = 0; quiet < QUIET_TURNS; ) {
        if (pending > 0) {
          await new Promise<void>((resolve) => waiting.push(resolve));
          quiet = 0;
          continue;
        }
        const before = events;
        await new Promise<void>((resolve) => nextTurn(() => resolve()));
        quiet = events === before && pending === 0 ? quiet + 1 : 0;
      }
    },
  };
}
