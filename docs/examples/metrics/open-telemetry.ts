import type { PermitSync, SyncEvent } from "@offstreet/enforcement";
import type { Attributes, Meter, Observable } from "@opentelemetry/api";

/** Durable sync as OpenTelemetry sees it. */
export interface OpenTelemetryBridge {
  /** For `createPermitSync({ onEvent })`. */
  onEvent(event: SyncEvent): void;
  /** From now on, every collection asks this sync how it is doing. The function that it gives ends that. */
  watch(sync: Pick<PermitSync, "status">): () => void;
}

/** Counts what happens, and asks for the rest when metrics are collected. No attribute names a permit or a plate. */
export function createOpenTelemetryBridge(meter: Meter): OpenTelemetryBridge {
  const acknowledged = meter.createCounter("permit_sync.acknowledged", { unit: "{operation}" });
  const refused = meter.createCounter("permit_sync.refused", { unit: "{operation}" });
  const outages = meter.createCounter("permit_sync.outages", { unit: "{outage}" });
  const erased = meter.createCounter("permit_sync.erased", { unit: "{permit}" });
  const up = meter.createObservableGauge("permit_sync.provider.up");
  const pending = meter.createObservableGauge("permit_sync.pending", { unit: "{permit}" });
  const oldest = meter.createObservableGauge("permit_sync.oldest_pending", { unit: "s" });
  const inFlight = meter.createObservableGauge("permit_sync.in_flight", { unit: "{operation}" });
  const failed = meter.createObservableGauge("permit_sync.failed", { unit: "{operation}" });
  const unmapped = meter.createObservableGauge("permit_sync.unmapped", { unit: "{permit}" });
  const lag = meter.createObservableGauge("permit_sync.lag", { unit: "s" });
  const observed: Observable[] = [up, pending, oldest, inFlight, failed, unmapped, lag];

  return {
    onEvent(event) {
      if (event.type === "erased") erased.add(event.count);
      if (event.type !== "acknowledged" && event.type !== "refused" && event.type !== "provider_down") return;
      const provider: Attributes = { "permit_sync.provider": event.providerId };
      if (event.type === "provider_down") outages.add(1, { ...provider, "error.type": event.code });
      if (event.type === "acknowledged") {
        acknowledged.add(1, { ...provider, "permit_sync.operation": event.operation });
      }
      if (event.type === "refused") {
        const { operation, code } = event;
        refused.add(1, { ...provider, "permit_sync.operation": operation, "error.type": code });
      }
    },
    watch(sync) {
      const observe: Parameters<Meter["addBatchObservableCallback"]>[0] = async (result) => {
        for (const one of (await sync.status()).providers) {
          if (one.delivery === "pull") continue;
          const provider = { "permit_sync.provider": one.providerId };
          result.observe(up, one.breaker.state === "closed" ? 1 : 0, provider);
          result.observe(pending, one.pending, provider);
          result.observe(oldest, (one.oldestPendingMs ?? 0) / 1_000, provider);
          result.observe(inFlight, one.inFlight, provider);
          result.observe(failed, one.failed, provider);
          result.observe(unmapped, one.unmapped, provider);
          for (const quantile of ["p50", "p95", "p99"] as const) {
            const value = one.lagMs?.[quantile];
            if (value !== undefined) result.observe(lag, value / 1_000, { ...provider, quantile });
          }
        }
      };
      meter.addBatchObservableCallback(observe, observed);
      return () => meter.removeBatchObservableCallback(observe, observed);
    },
  };
}
