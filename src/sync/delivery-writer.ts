import { itemBackoff } from "./backoff.ts";
import type { DeliveryUpdate, Ledger } from "./ledger.ts";
import type { Timers } from "./timers.ts";

/** Writes the deliveries of one provider back, and goes on trying when the ledger fails. */
export interface DeliveryWriter {
  /**
   * Fulfilled when they are durable. Those that come while a writing is under way are written together in the next one,
   * and of one delivery only the last. False when it was given up: nothing of them was written.
   */
  write(updates: readonly DeliveryUpdate[]): Promise<boolean>;
  /** From now on nothing is tried twice. */
  stopRetrying(): void;
}

interface Round {
  readonly updates: Map<string, DeliveryUpdate>;
  readonly done: Promise<boolean>;
  readonly finish: (isWritten: boolean) => void;
}

export function createDeliveryWriter(options: {
  ledger: Ledger;
  timers: Timers;
  random: () => number;
  /** Hears of every failure and every success. */
  onResult: (isWritten: boolean) => void;
}): DeliveryWriter {
  const { ledger, timers, random, onResult } = options;
  let waiting: Round | undefined;
  let isWriting = false;
  let isRetrying = true;
  let endWait: (() => void) | undefined;

  async function run(): Promise<void> {
    isWriting = true;
    while (waiting !== undefined) {
      const round = waiting;
      waiting = undefined;
      round.finish(await writeRound(round.updates));
    }
    isWriting = false;
  }

  async function writeRound(updates: ReadonlyMap<string, DeliveryUpdate>): Promise<boolean> {
    for (let failures = 0; ; failures += 1) {
      try {
        await ledger.save([...updates.values()]);
        onResult(true);
        return true;
      } catch {
        onResult(false);
        if (!isRetrying) return false;
        // What a vendor acknowledged must not be lost while a disk is full.
        await pause(itemBackoff(failures, undefined, random));
      }
    }
  }

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = timers.after(milliseconds, resolve);
      endWait = () => {
        cancel();
        resolve();
      };
    });
  }

  return {
    write(updates) {
      if (updates.length === 0) return Promise.resolve(true);
      waiting ??= createRound();
      const { updates: collected, done } = waiting;
      for (const update of updates) {
        const { permitId } = update;
        collected.delete(permitId);
        collected.set(permitId, update);
      }
      if (!isWriting) void run();
      return done;
    },
    stopRetrying() {
      isRetrying = false;
      endWait?.();
    },
  };
}

function createRound(): Round {
  let finish: Round["finish"] = () => {};
  const done = new Promise<boolean>((resolve) => {
    finish = resolve;
  });
  return { updates: new Map(), done, finish };
}
