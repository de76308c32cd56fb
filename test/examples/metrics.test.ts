import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const repository = resolve(import.meta.dirname, "../..");

describe("docs/examples/metrics", () => {
  let output = "";

  beforeAll(async () => {
    if (!existsSync("dist/index.js")) throw new Error("dist is missing; run: npm run build");
    const { stdout } = await run(process.execPath, ["docs/examples/metrics/main.ts"], { cwd: repository });
    output = stdout;
  });

  it.each([
    'permit_sync_acknowledged_total{provider="hotspot",operation="register"} 2',
    'permit_sync_refused_total{provider="hotspot",operation="register",code="invalid_input"} 1',
    'permit_sync_outages_total{provider="passport",code="unavailable"} 1',
    'permit_sync_provider_up{provider="passport"} 0',
    'permit_sync_provider_up{provider="hotspot"} 1',
    'permit_sync_pending{provider="hotspot"} 0',
    'permit_sync_failed{provider="hotspot"} 1',
    'permit_sync_unmapped{provider="passport"} 0',
    "permit_sync_ledger_up 1",
  ])("serves Prometheus %s", (line) => {
    expect(output.split("\n")).toContain(line);
  });

  it("serves how long things take, in seconds", () => {
    expect(output).toMatch(/^permit_sync_lag_seconds\{provider="hotspot",quantile="0\.99"\} \d+(\.\d+)?$/m);
    expect(output).toMatch(/^permit_sync_oldest_pending_seconds\{provider="passport"\} 0?\.?\d+/m);
    const at = /^permit_sync_last_success_timestamp_seconds\{provider="hotspot"\} (\S+)$/m.exec(output)?.[1];
    expect(Math.abs(Number(at) - Date.now() / 1_000)).toBeLessThan(3_600);
  });

  it.each([
    'permit_sync.acknowledged {"permit_sync.provider":"hotspot","permit_sync.operation":"register"} 2 {operation}',
    'permit_sync.refused {"permit_sync.provider":"hotspot","permit_sync.operation":"register","error.type":"invalid_input"} 1 {operation}',
    'permit_sync.outages {"permit_sync.provider":"passport","error.type":"unavailable"} 1 {outage}',
    'permit_sync.provider.up {"permit_sync.provider":"passport"} 0 ',
    'permit_sync.failed {"permit_sync.provider":"hotspot"} 1 {operation}',
  ])("exports to OpenTelemetry %s", (line) => {
    expect(output.split("\n")).toContain(line);
  });

  it("exports no permit id and no plate", () => {
    expect(output).not.toMatch(/GXK|P-[0-2]/);
  });
});
