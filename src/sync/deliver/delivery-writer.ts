import type { DeliveryUpdate, Ledger } from "../ledger/ledger.ts";
import { itemBackoff } from "../pace/backoff.ts";
import { LEDGER_LOAD } from "../pace/ledger-load.ts";
import { MAX_TOGETHER_BESIDE_LOOKUPS, type Pace } from "../pace/pace.ts";
import type { Timers } from "../pace/timers.ts";

/** Writes the deliveries of one provider to the ledger, and retries when the ledger fails. */
export interface DeliveryWriter {
  /**
   * Fulfilled when the updates are durable. Updates that arrive while the ledger has as many writes as it may are
   * collected into the next ones, as large as the ledger's pace allows; of one delivery, only the last update is kept.
   * No delivery is in two writes at the same time. Returns the ids of the permits that were not written, because their
   * claim is over or the write was given up.
   */
  write(updates: readonly DeliveryUpdate[]): Promise<ReadonlySet<string>>;
  /** From now on a failed write is given up. */
  stopRetrying(): void;
}

interface Round {
  readonly updates: Map<string, DeliveryUpdate>;
  readonly done: Promise<ReadonlySet<string>>;
  readonly finish: (lost: ReadonlySet<string>) => void;
}

const NONE: ReadonlySet<string> = new Set();

export function createDeliveryWriter(options: {
  ledger: Ledger;
  timers: Timers;
  random: () => number;
  pace: Pick<Pace, "areLookupsAsked">;
  /** Called after every failure and every success. */
  onResult: (isWritten: boolean) => void;
}): DeliveryWriter {
  const { ledger, timers, random, pace, onResult } = options;
  const load = LEDGER_LOAD[ledger.kind];
  const waiting: Round[] = [];
  const writing = new Set<Round>();
  let isRetrying = true;
  const pauses = new Set<() => void>();

  function run(): void {
    for (let round = waiting[0]; round !== undefined; round = waiting[0]) {
      if (writing.size >= load.writings || isBeingWritten(round)) return;
      waiting.shift();
      begin(round);
    }
  }

  function begin(round: Round): void {
    writing.add(round);
    void writeRound(round.updates).then((lost) => {
      writing.delete(round);
      round.finish(lost);
      run();
    });
  }

  /** Whether a write in progress includes one of the round's deliveries. */
  function isBeingWritten({ updates }: Round): boolean {
    for (const other of writing) {
      for (const permitId of updates.keys()) if (other.updates.has(permitId)) return true;
    }
    return false;
  }

  async function writeRound(updates: ReadonlyMap<string, DeliveryUpdate>): Promise<ReadonlySet<string>> {
    const written = [...updates.values()];
    for (let failures = 0; ; failures += 1) {
      try {
        const effects = await ledger.save(written);
        onResult(true);
        const lost = written.filter((_, index) => effects[index] !== true);
        return lost.length === 0 ? NONE : new Set(lost.map(({ permitId }) => permitId));
      } catch {
        onResult(false);
        if (!isRetrying) return new Set(updates.keys());
        // A vendor's acknowledgement must not be lost while a disk is full.
        await pause(itemBackoff(failures, undefined, random));
      }
    }
  }

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        pauses.delete(end);
        cancel();
        resolve();
      };
      const cancel = timers.after(milliseconds, end);
      pauses.add(end);
    });
  }

  return {
    write(updates) {
      if (updates.length === 0) return Promise.resolve(NONE);
      const last = waiting.at(-1);
      const most = pace.areLookupsAsked
        ? Math.min(load.writtenTogether, MAX_TOGETHER_BESIDE_LOOKUPS)
        : load.writtenTogether;
      const isFull = last !== undefined && last.updates.size + updates.length > most;
      const round = last === undefined || isFull ? createRound() : last;
      if (round !== last) waiting.push(round);
      const { updates: collected, done } = round;
      for (const update of updates) {
        const { permitId } = update;
        collected.delete(permitId);
        collected.set(permitId, update);
      }
      run();
      return done;
    },
    stopRetrying() {
      isRetrying = false;
      for (const end of pauses) end();
    },
  };
}

function createRound(): Round {
  let finish: Round["finish"] = () => {};
  const done = new Promise<ReadonlySet<string>>((resolve) => {
    finish = resolve;
  });
  return { updates: new Map(), done, finish };
}
