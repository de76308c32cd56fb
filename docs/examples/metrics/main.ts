// Watches durable sync with Prometheus and with OpenTelemetry, while a vendor refuses one permit and another is down.
import type { AddressInfo } from "node:net";
import {
  createHotSpotProvider,
  createPassportProvider,
  createPermitSync,
  memoryDirectory,
  memoryLedger,
  parsePlate,
} from "@offstreet/enforcement";
import { createSandbox } from "@offstreet/enforcement/sandbox";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { createOpenTelemetryBridge } from "./open-telemetry.ts";
import { createPrometheusMetrics, serveMetrics } from "./prometheus.ts";

const ZONE = "5ebb04a1-e52c-40ea-baf1-48087cca24a4";
const sandbox = createSandbox({
  passport: { zones: [{ id: ZONE, number: "101", name: "Lot 101" }] },
  hotspot: { spotIds: ["14283"] },
});
const vendors = await sandbox.listen();
// Passport is down, and HotSpot refuses permits without a region.
sandbox.passport.faults.add({ kind: "status", status: 503, times: Number.POSITIVE_INFINITY });
const { operatorId, clientId, clientSecret } = sandbox.passport;
const providers = [
  createPassportProvider({ operatorId, clientId, clientSecret, baseUrl: vendors.passportUrl }),
  createHotSpotProvider({ baseUrl: vendors.hotspotUrl, token: sandbox.hotspot.token }),
];
const on = { passport: { enabled: true }, hotspot: { enabled: true } };
const targets = { passport: { enabled: true, target: ZONE }, hotspot: { enabled: true, target: "14283" } };
const directory = memoryDirectory({
  companies: [{ id: "fundy", name: "University of Fundy", providers: on }],
  locations: [{ id: "lot-101", companyId: "fundy", name: "Lot 101", providers: targets }],
});

const prometheus = createPrometheusMetrics();
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 });
const meters = new MeterProvider({ readers: [reader] });
const openTelemetry = createOpenTelemetryBridge(meters.getMeter("permits"));

const sync = createPermitSync({
  providers,
  directory,
  ledger: memoryLedger(),
  onEvent(event) {
    prometheus.onEvent(event);
    openTelemetry.onEvent(event);
  },
});
prometheus.watch(sync);
openTelemetry.watch(sync);
const server = await serveMetrics(prometheus, 0);

await sync.start();
await sync.issueMany(
  ["NB", "ME", undefined].map((region, index) => ({
    id: `P-${index}`,
    companyId: "fundy",
    locationIds: ["lot-101"],
    revision: 1,
    plates: [parsePlate(`GXK 20${index}`, region === undefined ? {} : { region })],
    validFrom: new Date(Date.now() - 60_000),
    validTo: null,
  })),
);
const isDown = async () => {
  const { providers } = await sync.status();
  const [passport, hotspot] = providers;
  return passport?.breaker.state !== "closed" && hotspot?.pending === 0;
};
while (!(await isDown())) await new Promise((resolve) => setTimeout(resolve, 20));

const { port } = server.address() as AddressInfo;
console.log(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());

await meters.forceFlush();
for (const { scopeMetrics } of exporter.getMetrics()) {
  for (const { descriptor, dataPoints } of scopeMetrics.flatMap(({ metrics }) => metrics)) {
    for (const { attributes, value } of dataPoints) {
      console.log(descriptor.name, JSON.stringify(attributes), JSON.stringify(value), descriptor.unit);
    }
  }
}

await sync.stop();
await meters.shutdown();
server.close();
await vendors.close();
