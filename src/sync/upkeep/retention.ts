import type { MaybePromise } from "../../core/maybe-promise.ts";
import type { ClockKeeper } from "../clock/clock-keeper.ts";
import type { ClockWatch } from "../clock/clock-watch.ts";
import type { Emit, LedgerHealth } from "../deliver/events.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { createOverwriting } from "./overwriting.ts";

const EVERY_MS = 60 * 60_000;
const SOON_MS = 1_000;
// A write of this size is short enough that no other write waits long for it.
const AT_ONCE = 500;

/**
 * Erases personal data from permits that ended longer ago than `retentionMs`, and from forgotten ones. Runs every hour.
 */
export interface Retention {
  start(): void;
  /** Call it when a forgotten permit may be ready to be erased. */
  wake(): void;
  /** Ends the runs, and waits for the one in progress. */
  stop(): Promise<void>;
}

export function createRetention(context: {
  openLedger: () => MaybePromise<Ledger>;
  clockKeeper: Pick<ClockKeeper, "keep">;
  timers: Pick<ClockWatch, "now" | "after" | "isSteady">;
  retentionMs: number;
  emit: Emit;
  health: LedgerHealth;
}): Retention {
  const { openLedger, timers, clockKeeper, retentionMs, emit, health } = context;
  const overwriting = createOverwriting(context);
  let isRunning = false;
  let isWanted = false;
  let cancel = () => {};
  let running: Promise<void> = Promise.resolve();

  function schedule(milliseconds: number): void {
    cancel();
    cancel = timers.after(milliseconds, () => {
      isWanted = false;
      running = eraseAll().finally(() => {
        overwriting.wake();
        if (isRunning) schedule(isWanted ? SOON_MS : EVERY_MS);
      });
    });
  }

  async function eraseAll(): Promise<void> {
    try {
      const ledger = await openLedger();
      await clockKeeper.keep();
      for (let erased = AT_ONCE; isRunning && erased >= AT_ONCE; ) {
        // While the clock is not trusted, no permit counts as ended and no right as over: only permits without any
        // right at a vendor are erased.
        const now = timers.isSteady ? timers.now() : new Date(0);
        const endedBefore = new Date(now.getTime() - retentionMs);
        erased = await ledger.erase({ endedBefore, now, limit: AT_ONCE });
        if (erased > 0) emit({ type: "erased", count: erased });
      }
    } catch {
      health.note(false);
    }
  }

  return {
    start() {
      if (isRunning) return;
      isRunning = true;
      overwriting.start();
      schedule(SOON_MS);
    },
    wake() {
      if (!isRunning || isWanted) return;
      isWanted = true;
      schedule(SOON_MS);
    },
    async stop() {
      isRunning = false;
      overwriting.stop();
      cancel();
      await running;
    },
  };
}
