import type { MaybePromise } from "../../core/maybe-promise.ts";
import type { LedgerHealth } from "../deliver/events.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Timers } from "../pace/timers.ts";

// Overwriting reads the whole file, so one run serves every erasure of this time. It ends well within an hour after
// each erasure.
const EVERY_MS = 30 * 60_000;

// The wait after another program read the ledger's file, or the ledger failed.
const AGAIN_MS = 60_000;

/** Makes the ledger overwrite the bytes of erased rows in its files: at once, or half an hour after the last time. */
export interface Overwriting {
  start(): void;
  /** Call it when something may have been erased. */
  wake(): void;
  /** Begins no further run. A run in progress ends when the ledger is closed. */
  stop(): void;
}

export function createOverwriting(context: {
  openLedger: () => MaybePromise<Ledger>;
  timers: Pick<Timers, "after">;
  health: LedgerHealth;
}): Overwriting {
  const { openLedger, timers, health } = context;
  let isRunning = false;
  let isWanted = false;
  let isUnderWay = false;
  let cancelRest: (() => void) | undefined;

  async function run(): Promise<void> {
    if (!isRunning || !isWanted || isUnderWay || cancelRest !== undefined) return;
    isWanted = false;
    isUnderWay = true;
    const isDone = await overwrite();
    isUnderWay = false;
    if (!isDone) isWanted = true;
    if (isRunning) cancelRest = timers.after(isDone ? EVERY_MS : AGAIN_MS, endRest);
  }

  function endRest(): void {
    cancelRest = undefined;
    void run();
  }

  async function overwrite(): Promise<boolean> {
    try {
      const ledger = await openLedger();
      return (await ledger.overwriteErased?.()) ?? true;
    } catch {
      if (isRunning) health.note(false);
      return false;
    }
  }

  return {
    start() {
      isRunning = true;
    },
    wake() {
      isWanted = true;
      void run();
    },
    stop() {
      isRunning = false;
      cancelRest?.();
      cancelRest = undefined;
    },
  };
}
