import type { DeliveryLoop } from "../deliver/delivery-loop.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Timers } from "../pace/timers.ts";

// The work of a process that died is then found before its claims end, and taken over when they do.
const LOOK_EVERY_MS = 30_000;

/**
 * Learns what the processes that share the ledger leave to do. What one of them records wakes the loops at once. What it
 * planned for later is known to it alone, so every loop also looks ahead at intervals, all in one question to the ledger.
 */
export class OtherProcesses {
  readonly #loops: ReadonlyMap<string, DeliveryLoop>;
  readonly #after: Timers["after"];
  readonly #everyMs: number;
  #end: (() => void) | undefined;

  constructor({
    loops,
    timers,
    everyMs = LOOK_EVERY_MS,
  }: {
    loops: ReadonlyMap<string, DeliveryLoop>;
    timers: Timers;
    everyMs?: number | undefined;
  }) {
    this.#loops = loops;
    this.#everyMs = everyMs;
    this.#after = timers.after;
  }

  /** Begins to watch. Does nothing for a ledger that no other process can share, or when it has begun. */
  start(ledger: Ledger, wake: (providerIds: Iterable<string>) => void): void {
    if (this.#end !== undefined || ledger.watch === undefined) return;
    const unwatch = ledger.watch((providerId) =>
      wake(providerId === undefined ? this.#loops.keys() : [providerId]),
    );
    let cancel = () => {};
    const lookLater = () => {
      cancel = this.#after(this.#everyMs, () => {
        for (const loop of this.#loops.values()) loop.lookAhead();
        lookLater();
      });
    };
    lookLater();
    this.#end = () => {
      cancel();
      unwatch();
    };
  }

  stop(): void {
    this.#end?.();
    this.#end = undefined;
  }
}
