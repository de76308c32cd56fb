import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { memoryDirectory } from "../../../src/core/directory/directory.ts";
import { createSandbox } from "../../../src/sandbox/sandbox.ts";
import type { SyncEvent } from "../../../src/sync/deliver/events.ts";
import { createPermitSync } from "../../../src/sync/permit-sync.ts";
import { createPostgresLedger } from "../../../src/sync/postgres/postgres-ledger.ts";
import { createHotSpotProvider } from "../../../src/vendors/hotspot/provider.ts";
import { countOf } from "../ledger/count-of.ts";
import { createLedgerTimers } from "../ledger/held-timers.ts";
import { claimAll, createLedgers, issue, permit } from "./ledgers.ts";
import { createSilentProxy, type SilentProxy } from "./servers/silent-proxy.ts";

const ledgers = createLedgers();
let proxy: SilentProxy;

beforeEach(async () => {
  proxy = await createSilentProxy(ledgers.database);
});
afterEach(() => proxy.close());

/** A ledger whose connections go through the proxy, and whose bounds pass when the test says so. */
async function openBehindProxy() {
  const timers = createLedgerTimers();
  const pool = proxy.createPool();
  const ledger = createPostgresLedger({ pool, schema: ledgers.schema }, timers);
  await ledger.open();
  onTestFinished(() => timers.elapseUntil(ledger.close()));
  return { ledger, pool, timers };
}

const unavailable = (outcome: "not_applied" | "unknown") =>
  expect.objectContaining({ code: "unavailable", outcome, retryable: true });

const ids = (claimed: readonly { permitId: string }[]) => claimed.map(({ permitId }) => permitId).sort();

describe("connections that go silent", () => {
  it("fail a call that records within fifteen seconds, and are replaced", async () => {
    const { ledger, pool, timers } = await openBehindProxy();
    await ledger.record([issue("P-0")]);
    await Promise.all([1, 2, 3, 4].map(() => ledger.getPermit("none")));
    const connections = pool.totalCount;
    proxy.silence();
    const begun = timers.elapsed();
    const calls = Promise.allSettled([1, 2, 3, 4, 5].map((number) => ledger.record([issue(`P-${number}`)])));
    for (const call of await timers.elapseUntil(calls)) {
      expect(call).toEqual({ status: "rejected", reason: unavailable("not_applied") });
    }
    expect(timers.elapsed() - begun).toBeLessThanOrEqual(15_000);
    expect(connections).toBeGreaterThan(2);
    // None of the others that are silent too is tried.
    expect(await ledger.record([issue("P-1")])).toEqual(["recorded"]);
    expect(await ledger.getPermit("P-2")).toBeUndefined();
  });

  it("after a commit make its outcome unknown, and a repeat of the call reveals it", async () => {
    const { ledger, timers } = await openBehindProxy();
    await ledger.record([issue("P-1")]);
    proxy.silenceAfter("COMMIT\0");
    const call = ledger.record([issue("P-2")]);
    await expect(timers.elapseUntil(call)).rejects.toEqual(unavailable("unknown"));
    expect(await ledger.record([issue("P-2")])).toEqual(["unchanged"]);
  });

  it("while deliveries are saved leave them either unsaved or saved, and a repeat is correct", async () => {
    const { ledger, timers } = await openBehindProxy();
    await ledger.record([issue("P-1"), issue("P-2")]);
    const claimed = await claimAll(ledger);
    const updates = claimed.map((claim) => ({ ...claim, release: { dueAt: null, settled: true } }));
    proxy.silence("answers");
    await expect(timers.elapseUntil(ledger.save(updates))).rejects.toEqual(unavailable("unknown"));
    await ledger.save(updates);
    expect(await claimAll(ledger)).toEqual([]);
    expect(await countOf(ledger, "push", new Date())).toMatchObject({ pending: 0 });
  });

  it("on which the ledger listens are noticed, and changes that others record meanwhile and later arrive", async () => {
    const { ledger, timers } = await openBehindProxy();
    const other = await ledgers.open();
    const heard: string[] = [];
    ledger.watch?.((providerId = "any") => heard.push(providerId));
    await claimAll(ledger);
    await other.record([issue("P-1")]);
    await expect.poll(() => heard).toContain("push");
    proxy.silence();
    heard.length = 0;
    await other.record([issue("P-2")]);
    // Over a new connection, before which anything may have been missed.
    await timers.elapseUntil(expect.poll(() => heard, { interval: 5 }).toContain("any"));
    // Not by a look at intervals: nothing here begins one.
    for (let round = 3; round < 30; round++) {
      heard.length = 0;
      await other.record([issue(`P-${round}`)]);
      await expect.poll(() => heard, { interval: 2 }).toContain("push");
    }
    expect(ids(await claimAll(ledger))).toContain("P-2");
  });

  it("fail a call when there are no others, and a connection that arrives late is returned", async () => {
    const { ledger, pool, timers } = await openBehindProxy();
    const taken = await Promise.all(Array.from({ length: 9 }, () => pool.connect()));
    await expect(timers.elapseUntil(ledger.getPermit("P-1"))).rejects.toMatchObject({
      code: "unavailable",
      outcome: "not_applied",
      message: expect.stringContaining("no connection in time"),
    });
    for (const client of taken) client.release();
    expect(await ledger.getPermit("P-1")).toBeUndefined();
    await expect.poll(() => pool.idleCount).toBe(pool.totalCount - 1);
  });

  it("when new ones are silent too, fail every call until they answer again", async () => {
    const { ledger, timers } = await openBehindProxy();
    proxy.silence();
    proxy.silenceNew(true);
    for (const attempt of [1, 2]) {
      const begun = timers.elapsed();
      await expect(timers.elapseUntil(ledger.record([issue("P-1")])), `${attempt}`).rejects.toMatchObject({
        code: "unavailable",
      });
      expect(timers.elapsed() - begun).toBeLessThanOrEqual(15_000);
    }
    proxy.silenceNew(false);
    expect(await ledger.record([issue("P-1")])).toEqual(["recorded"]);
  });

  it("delay close() no longer than its bound", async () => {
    const { ledger, timers } = await openBehindProxy();
    ledger.watch?.(() => {});
    await ledger.record([issue("P-1")]);
    await claimAll(ledger);
    proxy.silence();
    proxy.silenceNew(true);
    const begun = timers.elapsed();
    await timers.elapseUntil(ledger.close());
    expect(timers.elapsed() - begun).toBeLessThanOrEqual(15_500);
  });

  it("in a host's transaction fail the call, and remain the host's to close", async () => {
    const { ledger, pool, timers } = await openBehindProxy();
    const client = await pool.connect();
    await client.query("BEGIN");
    proxy.silence();
    await expect(
      timers.elapseUntil(ledger.record([issue("P-1")], { transaction: client })),
    ).rejects.toMatchObject({
      code: "unavailable",
      outcome: "unknown",
      message: expect.stringContaining("release(true)"),
    });
    client.on("error", () => {});
    client.release(true);
    const next = await proxy.createPool().connect();
    await next.query("BEGIN");
    expect(await ledger.record([issue("P-1")], { transaction: next })).toEqual(["recorded"]);
    await next.query("COMMIT");
    next.release();
  });
});

describe("durable sync over connections that go silent", () => {
  it("reports it, delivers everything over new ones, and stops", async () => {
    const { ledger, timers } = await openBehindProxy();
    const { hotspot } = createSandbox({ hotspot: { token: "t0ken", spotIds: ["00001"] } });
    const provider = createHotSpotProvider({
      ...{ id: "push", baseUrl: "https://sandbox.invalid/hotspot", token: "t0ken" },
      fetch: (input, init) => hotspot.fetch(new Request(input as Request, init)),
    });
    const on = { push: { enabled: true } };
    const lot = { id: "lot", companyId: "university", name: "Lot", region: "NB" };
    const directory = memoryDirectory({
      companies: [{ id: "university", name: "University", providers: on }],
      locations: [{ ...lot, providers: { push: { enabled: true, target: "00001" } } }],
    });
    const events: SyncEvent["type"][] = [];
    const sync = createPermitSync({
      ...{ providers: [provider], directory, ledger },
      onEvent: ({ type }) => events.push(type),
    });
    const five = [1, 2, 3, 4, 5].map((number) => permit(`P-${number}`, { validFrom: new Date() }));
    await sync.start();
    await sync.issue(permit("P-0", { validFrom: new Date() }));
    await sync.idle();
    proxy.silence();
    const calls = Promise.allSettled(five.map((one) => sync.issue(one)));
    for (const call of await timers.elapseUntil(calls)) {
      expect(call).toEqual({ status: "rejected", reason: expect.objectContaining({ code: "unavailable" }) });
    }
    expect(events).toContain("ledger_failed");
    await Promise.all(five.map((one) => sync.issue(one)));
    await sync.idle();
    expect(events.filter((type) => type === "acknowledged")).toHaveLength(6);
    expect(events.at(-1)).not.toBe("ledger_failed");
    expect(events).toContain("ledger_recovered");
    proxy.silence();
    proxy.silenceNew(true);
    void sync.issue(permit("P-6")).catch(() => {});
    await timers.elapseUntil(sync.stop());
  });
});
