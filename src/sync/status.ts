import type { ClockStatus } from "./clock/clock-watch.ts";
import type { LagPercentiles } from "./deliver/lag.ts";
import type { BreakerStatus } from "./deliver/send/breaker.ts";
import type { DeliveryCounts } from "./ledger/ledger.ts";
import type { SyncCore } from "./sync-core.ts";

/** The state of durable sync. */
export interface SyncStatus {
  /** True from `start` to `stop`. */
  readonly isRunning: boolean;
  /** The clock's last leap, until the clock is trusted again; null when it is. */
  readonly clock: ClockStatus | null;
  /** One entry per provider, in the order in which they were added. */
  readonly providers: readonly ProviderStatus[];
}

/**
 * The state of deliveries to one provider. A pull provider has no deliveries: every count is 0, and the rest is null.
 */
export interface ProviderStatus {
  readonly providerId: string;
  readonly vendor: string;
  readonly delivery: "push" | "pull";
  /** Permits with an operation due, including those that are being delivered. */
  readonly pending: number;
  /** How long the oldest pending permit has been due, in milliseconds; null when none is pending. */
  readonly oldestPendingMs: number | null;
  /** Operations in open requests of this process. */
  readonly inFlight: number;
  /**
   * Requests of this process that the provider did not end within a second after their signal aborted, and has not
   * ended since. Their operations are repeated, and the late results are ignored. `replaceProvider` resets it to 0.
   */
  readonly stuck: number;
  /** The requests that `stuck` counts, in the order in which they began; at most the first 100. */
  readonly stuckRequests: readonly StuckRequest[];
  /** Refused operations that are not dismissed: see `failures`. */
  readonly failed: number;
  /**
   * Permits with a location where the provider is enabled without a target, or that the directory does not know.
   * Revoked permits and those that are over do not count.
   */
  readonly unmapped: number;
  /** When the vendor last carried out an operation of this process; null when it has not yet. */
  readonly lastSuccessAt: Date | null;
  /** The provider's circuit breaker. While it is open, sync sends no operation to the vendor. */
  readonly breaker: BreakerStatus;
  /**
   * The time from due to acknowledged, in milliseconds, over this process's last 1,024 deliveries; null before the
   * first.
   */
  readonly lagMs: LagPercentiles | null;
}

/**
 * A request that is under way for longer than any deadline allows, because the provider ignores its signal. What it would
 * have done is `pending`, or was carried out by a later request.
 */
export interface StuckRequest {
  readonly operation: "register" | "amend" | "cancel" | "checkConnection";
  /** How many operations it carries; 1 for `checkConnection`. */
  readonly count: number;
  /** The permits of these operations, each once; none for `checkConnection`. */
  readonly permitIds: readonly string[];
  /** When it began, by the clock of sync. */
  readonly since: Date;
}

const MAX_STUCK_REQUESTS = 100;

const NOTHING_COUNTED: DeliveryCounts = Object.freeze({
  pending: 0,
  oldestDueSince: null,
  failed: 0,
  unmapped: 0,
});
const CLOSED: BreakerStatus = Object.freeze({ state: "closed", code: null, downSince: null, retryAt: null });

export async function readStatus(core: SyncCore, isRunning: boolean): Promise<SyncStatus> {
  const ledger = await core.openLedger();
  const now = core.timers.now();
  await Promise.all([...core.loops.values()].map((loop) => loop.settleClock()));
  const counts = await ledger.count([...core.loops.keys()], now);
  const providers = [...core.providers.values()].map(({ id, vendor, delivery }): ProviderStatus => {
    const about = { providerId: id, vendor, delivery };
    const { oldestDueSince, ...counted } = counts.get(id) ?? NOTHING_COUNTED;
    const oldestPendingMs =
      oldestDueSince === null ? null : Math.max(0, now.getTime() - oldestDueSince.getTime());
    const loop = core.loops.get(id);
    if (loop === undefined) {
      const idle = {
        inFlight: 0,
        stuck: 0,
        stuckRequests: [],
        lastSuccessAt: null,
        breaker: CLOSED,
        lagMs: null,
      };
      return { ...about, ...counted, oldestPendingMs, ...idle };
    }
    return {
      ...about,
      ...counted,
      oldestPendingMs,
      inFlight: loop.inFlight,
      stuck: loop.stuck.length,
      stuckRequests: oldest(loop.stuck),
      lastSuccessAt: loop.lastSuccessAt,
      breaker: loop.breaker.status,
      lagMs: loop.lag.percentiles,
    };
  });
  return { isRunning, clock: core.timers.status, providers };
}

function oldest(requests: readonly StuckRequest[]): StuckRequest[] {
  return [...requests]
    .sort((one, other) => one.since.getTime() - other.since.getTime())
    .slice(0, MAX_STUCK_REQUESTS);
}
