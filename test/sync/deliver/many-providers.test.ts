import { describe, expect, it } from "vitest";
import { EnforcementError } from "../../../src/core/errors.ts";
import { permit, scriptedSync } from "../scripted-sync.ts";

/** A sync with a provider for each of many companies, whose vendors take 100 ms for a request. */
function syncOfMany(
  count: number,
  options: { maxConcurrency?: number; originOf?: (id: string) => string } = {},
) {
  const ids = Array.from({ length: count }, (_, index) => `p${index}`);
  const directory = {
    getCompany: (id: string) => ({ id, name: id, providers: { [id]: { enabled: true } } }),
    listLocations: (companyId: string) => [
      { id: "lot", companyId, name: "Lot", providers: { [companyId]: { enabled: true, target: "zone" } } },
    ],
  };
  // Planning for so many takes more turns of the event loop.
  const settle = async () => {
    for (let turn = 0; turn < 60; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const scripted = scriptedSync(ids, { directory, batchSize: 1, settle, ...options });
  const vendors = ids.map((id) => scripted.vendor(id));
  /** The providers whose requests ended, in order, and how many requests were open then. */
  const ended: { id: string; open: number }[] = [];
  for (const vendor of vendors) {
    vendor.latencyMs = 100;
    vendor.answer = () => {
      const asked = vendors.reduce((sum, { requests }) => sum + requests.length, 0);
      ended.push({ id: vendor.provider.id, open: asked - ended.length });
      return undefined;
    };
  }
  const permitOf = (id: string, number: number) =>
    permit(`P${id.slice(1)}X${number}`, { companyId: id, locationIds: ["lot"] });
  return { ...scripted, ids, vendors, ended, permitOf };
}

describe("requests of many providers", () => {
  it("share one bound, and the providers take turns", async () => {
    const { sync, ids, vendors, ended, permitOf, until } = syncOfMany(30, { maxConcurrency: 4 });
    await until(
      sync.issueMany(ids.flatMap((id) => Array.from({ length: 10 }, (_, index) => permitOf(id, index)))),
    );
    await sync.start();
    await until(sync.idle());
    expect(ended).toHaveLength(300);
    expect(Math.max(...ended.map(({ open }) => open))).toBe(4);
    expect(new Set(ended.slice(0, 40).map(({ id }) => id)).size).toBe(30);
    for (const vendor of vendors) expect(vendor.live.size).toBe(10);
    await until(sync.stop());
  });

  it("leave places for the others when one vendor is down for most of them", async () => {
    const { sync, ids, vendors, permitOf, pass, until, now } = syncOfMany(101);
    const [well, ...down] = vendors;
    const away = new EnforcementError("unavailable", "It is away.", { status: 503, outcome: "not_applied" });
    for (const vendor of down) vendor.answer = () => away;
    await until(sync.issueMany(ids.slice(1).flatMap((id) => [1, 2, 3, 4].map((one) => permitOf(id, one)))));
    await sync.start();
    await pass(60_000);
    // From now on it does not even answer.
    for (const vendor of down) vendor.answer = () => "never";
    await pass(5 * 60_000);
    const { providers } = await sync.status();
    const open = providers.filter(({ breaker }) => breaker.state !== "closed");
    expect(open).toHaveLength(100);
    expect(open.reduce((sum, { inFlight }) => sum + inFlight, 0)).toBeLessThanOrEqual(8);
    const before = now();
    await until(sync.issue(permitOf("p0", 1)));
    while (well?.live.size === 0) await pass(10);
    expect(now() - before).toBeLessThan(300);
    for (const vendor of down) vendor.answer = () => undefined;
    await until(sync.idle());
    for (const vendor of down) expect(vendor.live.size).toBe(4);
    await until(sync.stop());
  });

  it("leave the others a quarter when a vendor of most of them falls silent", async () => {
    const originOf = (id: string) => (id === "p0" ? "https://well.test" : "https://silent.test");
    const { sync, ids, vendors, permitOf, pass, until, now } = syncOfMany(101, { originOf });
    const [well, ...silent] = vendors;
    await sync.start();
    for (const vendor of silent) vendor.answer = () => "never";
    await until(sync.issueMany(ids.slice(1).flatMap((id) => [1, 2, 3].map((one) => permitOf(id, one)))));
    await pass(1_000);
    const { providers } = await sync.status();
    expect(providers.reduce((sum, { inFlight }) => sum + inFlight, 0)).toBe(48);
    const before = now();
    await until(sync.issue(permitOf("p0", 1)));
    while (well?.live.size === 0) await pass(10);
    expect(now() - before).toBeLessThan(300);
    for (const vendor of silent) vendor.answer = () => undefined;
    await until(sync.idle());
    for (const vendor of silent) expect(vendor.live.size).toBe(3);
    await until(sync.stop());
  });

  it("ask a vendor that is down one at a time, and all come back when one has heard from it", async () => {
    const originOf = () => "https://down.test";
    const { sync, ids, vendors, permitOf, pass, until, now } = syncOfMany(100, { originOf });
    const away = new EnforcementError("unavailable", "It is away.", { status: 503, outcome: "not_applied" });
    for (const vendor of vendors) vendor.answer = () => away;
    await until(sync.issueMany(ids.flatMap((id) => [1, 2, 3, 4].map((one) => permitOf(id, one)))));
    await sync.start();
    await pass(3 * 60_000);
    let most = 0;
    for (let round = 0; round < 600; round += 1) {
      await pass(100);
      const { providers } = await sync.status();
      most = Math.max(
        most,
        providers.reduce((sum, { inFlight }) => sum + inFlight, 0),
      );
    }
    expect(most).toBe(1);
    for (const vendor of vendors) vendor.answer = () => undefined;
    const before = now();
    await until(sync.idle());
    // By themselves, the last of them would ask after up to five minutes.
    expect(now() - before).toBeLessThan(90_000);
    for (const vendor of vendors) expect(vendor.live.size).toBe(4);
    await until(sync.stop());
  });
});
