import { createServer, type Server } from "node:http";
import type { PermitSync, SyncEvent } from "@offstreet/enforcement";
import { Counter, Gauge, Registry } from "prom-client";

/** Durable sync as Prometheus sees it. */
export interface PrometheusMetrics {
  readonly registry: Registry;
  /** For `createPermitSync({ onEvent })`. */
  onEvent(event: SyncEvent): void;
  /** From now on, every scrape asks this sync how it is doing. */
  watch(sync: Pick<PermitSync, "status">): void;
}

/**
 * Counts what happens, and asks for the rest when it is scraped. Labels are providers, operations and codes: a permit or a
 * plate would be a time series of its own, and personal.
 *
 * What to be woken by: `permit_sync_provider_up == 0` for ten minutes, `permit_sync_oldest_pending_seconds > 600`, any
 * growth of `permit_sync_failed`, `permit_sync_unmapped > 0`.
 */
export function createPrometheusMetrics(registry = new Registry()): PrometheusMetrics {
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: readonly string[] = ["provider"]) =>
    new Gauge({ name: `permit_sync_${name}`, help, labelNames, registers, collect: refresh });
  const counter = (name: string, help: string, labelNames: readonly string[]) =>
    new Counter({ name: `permit_sync_${name}_total`, help, labelNames, registers });

  const acknowledged = counter("acknowledged", "Operations that a vendor carried out", [
    "provider",
    "operation",
  ]);
  const refused = counter("refused", "Operations that a vendor refused", ["provider", "operation", "code"]);
  const outages = counter("outages", "How often a vendor went down", ["provider", "code"]);
  const erased = counter("erased_permits", "Permits whose personal data was erased", []);
  const ledgerUp = gauge("ledger_up", "1 while the ledger works", []);
  const directoryFailing = gauge("directory_failing", "Companies whose directory fails", []);

  const up = gauge("provider_up", "1 while a vendor is delivered to, 0 while it is waited for");
  const pending = gauge("pending", "Permits of which something is due or on its way");
  const oldest = gauge("oldest_pending_seconds", "For how long the longest of them has been due");
  const inFlight = gauge("in_flight", "Operations that the vendor is being asked for now");
  const failed = gauge("failed", "Refused operations that wait for a person");
  const unmapped = gauge("unmapped", "Permits with a location that has no target");
  const lastSuccess = gauge("last_success_timestamp_seconds", "When the vendor last carried something out");
  const lag = gauge("lag_seconds", "From being due to being acknowledged", ["provider", "quantile"]);
  ledgerUp.set(1);

  let watched: Pick<PermitSync, "status"> | undefined;
  let refreshing: Promise<void> | undefined;
  // prom-client asks every metric of a scrape at once; one question to sync is enough for all of them.
  function refresh(): Promise<void> {
    refreshing ??= readStatus().finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }
  async function readStatus(): Promise<void> {
    for (const one of (await watched?.status())?.providers ?? []) {
      if (one.delivery === "pull") continue;
      const provider = { provider: one.providerId };
      up.set(provider, one.breaker.state === "closed" ? 1 : 0);
      pending.set(provider, one.pending);
      oldest.set(provider, (one.oldestPendingMs ?? 0) / 1_000);
      inFlight.set(provider, one.inFlight);
      failed.set(provider, one.failed);
      unmapped.set(provider, one.unmapped);
      if (one.lastSuccessAt !== null) lastSuccess.set(provider, one.lastSuccessAt.getTime() / 1_000);
      const { p50, p95, p99 } = one.lagMs ?? {};
      for (const [quantile, value] of Object.entries({ "0.5": p50, "0.95": p95, "0.99": p99 })) {
        if (value !== undefined) lag.set({ ...provider, quantile }, value / 1_000);
      }
    }
  }

  return {
    registry,
    watch(sync) {
      watched = sync;
    },
    onEvent(event) {
      if (event.type === "acknowledged") {
        acknowledged.inc({ provider: event.providerId, operation: event.operation });
      } else if (event.type === "refused") {
        refused.inc({ provider: event.providerId, operation: event.operation, code: event.code });
      } else if (event.type === "provider_down") {
        outages.inc({ provider: event.providerId, code: event.code });
      } else if (event.type === "erased") erased.inc(event.count);
      else if (event.type === "ledger_failed") ledgerUp.set(0);
      else if (event.type === "ledger_recovered") ledgerUp.set(1);
      else if (event.type === "directory_failed") directoryFailing.inc();
      else if (event.type === "directory_recovered") directoryFailing.dec();
    },
  };
}

/** Serves the metrics on `/metrics`. Give it a port that only Prometheus reaches. */
export async function serveMetrics({ registry }: PrometheusMetrics, port: number): Promise<Server> {
  const server = createServer(async (request, response) => {
    if (request.url !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    try {
      const text = await registry.metrics();
      response.writeHead(200, { "content-type": registry.contentType }).end(text);
    } catch {
      // A ledger that cannot be asked is a failed scrape, and Prometheus has an alert for that.
      response.writeHead(503).end();
    }
  });
  server.listen(port, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return server;
}
