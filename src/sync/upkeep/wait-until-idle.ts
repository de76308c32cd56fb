import type { MaybePromise } from "../../core/maybe-promise.ts";
import type { DeliveryLoop } from "../deliver/delivery-loop.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { IdleSignal } from "../pace/idle-signal.ts";
import type { Timers } from "../pace/timers.ts";
import type { RefreshRetries } from "./refresh-retries.ts";

/** What of a sync becomes idle. */
export interface IdleParts {
  openLedger(): MaybePromise<Ledger>;
  readonly timers: Pick<Timers, "now" | "after">;
  /** One loop per push provider, by the provider's id. */
  readonly loops: ReadonlyMap<string, Loop>;
  readonly idleSignal: IdleSignal;
}

// A machine gets no notice when another one has delivered the last due operation, so it counts again after this time.
const RECHECK_MS = 500;

/** Waits until nothing is due and no request is open. Rejects with `aborted` when the signal aborts. */
export async function waitUntilIdle(
  core: IdleParts,
  refreshRetries: Pick<RefreshRetries, "isSettled">,
  signal: AbortSignal | undefined,
): Promise<void> {
  const ledger = await core.openLedger();
  const round = new LoopRound(core.loops);
  for (;;) {
    const seen = core.idleSignal.count;
    // Reading the clock detects that it was set back, which makes operations due that were dated ahead.
    core.timers.now();
    let cancel = () => {};
    let busy = round.findBusy();
    if (busy?.isClockSettled === false) {
      const unsettled = [...core.loops.values()].filter((loop) => !loop.isClockSettled);
      await Promise.all(unsettled.map((loop) => loop.settleClock()));
      busy = round.findBusy();
    }
    if (busy === undefined && refreshRetries.isSettled) {
      const counts = await ledger.count([...core.loops.keys()], core.timers.now());
      if (round.findBusy() === undefined && refreshRetries.isSettled) {
        if ([...counts.values()].every(({ pending }) => pending === 0)) return;
        if (ledger.watch !== undefined)
          cancel = core.timers.after(RECHECK_MS, () => core.idleSignal.notify());
      }
    }
    await core.idleSignal.after(seen, signal).finally(() => cancel());
  }
}

type Loop = Pick<DeliveryLoop, "isQuiet" | "isClockSettled" | "settleClock">;

/** Goes round the loops of a sync. One busy loop is enough to go on waiting, and among a thousand each is looked at once. */
class LoopRound {
  readonly #loops: ReadonlyMap<string, Loop>;
  #rest: Iterator<[providerId: string, loop: Loop]>;
  #last: [providerId: string, loop: Loop] | undefined;

  constructor(loops: ReadonlyMap<string, Loop>) {
    this.#loops = loops;
    this.#rest = loops.entries();
  }

  /** A loop that is not quiet, from the last one on; undefined: all are. */
  findBusy(): Loop | undefined {
    // The last one comes again at the end of the round: it may have become busy meanwhile.
    for (let left = this.#loops.size; left >= 0; left -= 1) {
      if (this.#last !== undefined) {
        const [providerId, loop] = this.#last;
        if (!loop.isQuiet && this.#loops.get(providerId) === loop) return loop;
      }
      this.#last = this.#next();
    }
    return undefined;
  }

  #next(): [providerId: string, loop: Loop] | undefined {
    const next = this.#rest.next();
    if (next.done !== true) return next.value;
    this.#rest = this.#loops.entries();
    return this.#rest.next().value;
  }
}
