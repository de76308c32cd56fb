import type { VirtualTime } from "./histories/virtual-time.ts";

/** Lets virtual time pass, with everything that happens meanwhile. */
export interface TimeDriver {
  pass(milliseconds: number): Promise<void>;
  /** Waits for a promise while time passes. */
  until<Value>(promise: Promise<Value>): Promise<Value>;
}

/** `settle` waits until nothing is going on but what waits for time to pass. */
export function driveTime(time: VirtualTime, settle: () => Promise<void>): TimeDriver {
  return {
    async pass(milliseconds) {
      const end = time.elapsed() + milliseconds;
      for (;;) {
        await settle();
        while (time.runDue()) await settle();
        const next = time.untilNext();
        if (next === undefined || time.elapsed() + next > end) break;
        time.advance(next);
      }
      time.advance(end - time.elapsed());
      await settle();
    },
    async until(promise) {
      let isOver = false;
      const watched = promise.finally(() => {
        isOver = true;
      });
      watched.catch(() => {});
      for (let waited = 0; waited < 100_000; waited += 1) {
        await settle();
        if (isOver) return watched;
        const next = time.untilNext();
        if (next === undefined) throw new Error("It waits for something that no time will bring.");
        time.advance(next);
        time.runDue();
      }
      throw new Error("It waits for too long.");
    },
  };
}
