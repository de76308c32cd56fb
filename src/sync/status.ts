import type { ClockStatus } from "./clock/clock-watch.ts";
import type { LagPercentiles } from "./deliver/lag.ts";
import type { BreakerStatus } from "./deliver/send/breaker.ts";
import type { SyncCore } from "./sync-core.ts";

/** How durable sync is doing. */
export interface SyncStatus {
  /** Whether it was started and not stopped. */
  readonly isRunning: boolean;
  /** The clock's last leap, as long as what it shows is not believed again; null: it is steady. */
  readonly clock: ClockStatus | null;
  /** In the order in which they were added. */
  readonly providers: readonly ProviderStatus[];
}

/** How deliveries to one provider are doing. A pull provider has none: everything is 0 or null. */
export interface ProviderStatus {
  readonly providerId: string;
  readonly vendor: string;
  readonly delivery: "push" | "pull";
  /** Permits of which something is due, or on its way. */
  readonly pending: number;
  /** For how long the longest of them has been due, in milliseconds; null when none is. */
  readonly oldestPendingMs: number | null;
  /** Operations that the vendor is being asked for at this moment, by this process. */
  readonly inFlight: number;
  /**
   * Requests of this process that the provider did not end a second after their signal aborted, and has not ended since.
   * Their operations are repeated; what such a request ends with is ignored. Counted anew after `replaceProvider`.
   */
  readonly stuck: number;
  /** Refused operations that wait for a person: see `failures`. */
  readonly failed: number;
  /** Permits with a location that is switched on and has no target, or that the directory does not know; none that are revoked or over. */
  readonly unmapped: number;
  /** When the vendor last carried something out for this process; null: not yet. */
  readonly lastSuccessAt: Date | null;
  readonly breaker: BreakerStatus;
  /** Of this process; null before the first delivery. */
  readonly lagMs: LagPercentiles | null;
}

const CLOSED: BreakerStatus = Object.freeze({ state: "closed", code: null, downSince: null, retryAt: null });

export async function readStatus(core: SyncCore, isRunning: boolean): Promise<SyncStatus> {
  const ledger = await core.openLedger();
  const now = core.timers.now();
  const providers = [...core.providers.values()].map(
    async ({ id, vendor, delivery }): Promise<ProviderStatus> => {
      const loop = core.loops.get(id);
      const about = { providerId: id, vendor, delivery };
      if (loop === undefined) {
        const nothing = { pending: 0, oldestPendingMs: null, inFlight: 0, stuck: 0, failed: 0, unmapped: 0 };
        return { ...about, ...nothing, lastSuccessAt: null, breaker: CLOSED, lagMs: null };
      }
      await loop.settleClock();
      const { pending, oldestDueSince, failed, unmapped } = await ledger.count(id, now);
      return {
        ...{ ...about, pending, failed, unmapped },
        oldestPendingMs:
          oldestDueSince === null ? null : Math.max(0, now.getTime() - oldestDueSince.getTime()),
        ...{ inFlight: loop.inFlight, stuck: loop.stuck, lastSuccessAt: loop.lastSuccessAt },
        ...{ breaker: loop.breaker.status, lagMs: loop.lag.percentiles },
      };
    },
  );
  return { isRunning, clock: core.timers.status, providers: await Promise.all(providers) };
}
