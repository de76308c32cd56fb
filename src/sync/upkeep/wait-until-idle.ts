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
  readonly loops: ReadonlyMap<string, Pick<DeliveryLoop, "isQuiet" | "isClockSettled" | "settleClock">>;
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
  let busy: string | undefined;
  for (;;) {
    const seen = core.idleSignal.count;
    // Reading the clock detects that it was set back, which makes operations due that were dated ahead.
    core.timers.now();
    let cancel = () => {};
    // One busy loop is enough to go on waiting: among a thousand, all are looked at again only when it is quiet.
    if (busy === undefined || core.loops.get(busy)?.isQuiet !== false) {
      const unsettled = [...core.loops.values()].filter((loop) => !loop.isClockSettled);
      if (unsettled.length > 0) await Promise.all(unsettled.map((loop) => loop.settleClock()));
      busy = findBusy(core.loops);
    }
    if (busy === undefined && refreshRetries.isSettled) {
      const counts = await ledger.count([...core.loops.keys()], core.timers.now());
      busy = findBusy(core.loops);
      if (busy === undefined && refreshRetries.isSettled) {
        if ([...counts.values()].every(({ pending }) => pending === 0)) return;
        if (ledger.watch !== undefined)
          cancel = core.timers.after(RECHECK_MS, () => core.idleSignal.notify());
      }
    }
    await core.idleSignal.after(seen, signal).finally(() => cancel());
  }
}

/** The first provider whose loop is not quiet; undefined when all are. */
function findBusy(loops: IdleParts["loops"]): string | undefined {
  for (const [providerId, { isQuiet }] of loops) if (!isQuiet) return providerId;
  return undefined;
}
