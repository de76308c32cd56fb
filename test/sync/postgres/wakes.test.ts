import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { memoryDirectory } from "../../../src/core/directory/directory.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { createPermitSyncWith } from "../../../src/sync/permit-sync.ts";
import { createPostgresLedger } from "../../../src/sync/postgres/postgres-ledger.ts";
import { createHotSpotProvider } from "../../../src/vendors/hotspot/provider.ts";
import { createVirtualTime } from "../histories/virtual-time.ts";
import { claimAll, createLedgers, issue } from "./ledgers.ts";

const ledgers = createLedgers();

describe("a machine that watches", () => {
  it("is woken at once, and not by a timer, when another one records a change", {
    timeout: 120_000,
  }, async () => {
    const [recorder, worker] = [await ledgers.open(), await ledgers.open()];
    const wakes = createWakes(worker);
    // Hearing by a timer takes seconds each time: 150 of them outlast the test.
    for (let round = 0; round < 150; round++) {
      const heard = wakes.next("push");
      await recorder.record([issue(`P-${round}`, {}, new Date())]);
      await heard;
      const claimed = await claimAll(worker, new Date());
      await worker.save(claimed.map((claim) => ({ ...claim, release: { dueAt: null, settled: true } })));
    }
  });

  it("is woken once for each provider, by its id, and not for its own changes", async () => {
    const [recorder, worker] = [await ledgers.open(), await ledgers.open()];
    const wakes = createWakes(worker);
    const providerIds = [
      "hotspot: Ville de Québec — 'Vieux-Port' \"\\\"/",
      "\u0001\u007f🅿️",
      ...Array.from({ length: 300 }, (_, index) => `${index} ${"à🅿".repeat(90)}`),
    ];
    await worker.record([issue("P-own")], { onDue: () => {} });
    await recorder.record([{ ...issue("P-1"), providerIds: ["passport"] }]);
    const last = wakes.next("last");
    await recorder.record([{ ...issue("P-2"), providerIds: [...providerIds, "last"] }]);
    await last;
    expect([...wakes.heard].sort()).toEqual(["passport", ...providerIds, "last"].sort());
  });

  it("is woken for its host's own transaction when that commits, and not before", async () => {
    const ledger = await ledgers.open();
    const wakes = createWakes(ledger);
    const client = await ledger.pool.connect();
    await client.query("BEGIN");
    await ledger.record([issue("P-1")], { transaction: client });
    const other = await ledgers.open();
    const fromOther = wakes.next("other");
    await other.record([{ ...issue("P-2"), providerIds: ["other"] }]);
    await fromOther;
    expect(wakes.heard).toEqual(["other"]);
    const heard = wakes.next("push");
    await client.query("COMMIT");
    client.release();
    await heard;
  });

  it("is woken for its own call that was given no onDue, as a host's wrapper may make it", async () => {
    const ledger = await ledgers.open();
    const wakes = createWakes(ledger);
    for (const call of [
      () => ledger.record([issue("P-1")]),
      () => ledger.makeDue({ companyId: "university", providerIds: ["push"], at: new Date() }),
    ]) {
      const heard = wakes.next("push");
      await call();
      await heard;
    }
  });

  it("looks at all providers after a notification that it cannot read", async () => {
    const ledger = await ledgers.open();
    const wakes = createWakes(ledger);
    const heard = wakes.next("any");
    await ledger.pool.query("SELECT pg_notify($1, 'hello')", [`${ledgers.schema}_wake`]);
    await heard;
    expect(wakes.heard).toEqual(["any"]);
  });

  it("is woken again after its connection was ended, also for changes that were recorded meanwhile", async () => {
    const [recorder, worker] = [await ledgers.open(), await ledgers.open()];
    const wakes = createWakes(worker);
    const anew = wakes.next("any");
    await recorder.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%LISTEN%'`,
    );
    await anew;
    const heard = wakes.next("push");
    await recorder.record([issue("P-1")]);
    await heard;
  });
});

describe("a process that has nothing to do", () => {
  it.each([1, 300])(
    "sends at most 60 statements a minute for %i providers",
    { timeout: 60_000 },
    async (count) => {
      const time = createVirtualTime(Date.now());
      const timers = time.createTimers();
      const pool = ledgers.database.createPool();
      const statements = watchStatements(pool);
      const ledger = createPostgresLedger({ pool, schema: ledgers.schema }, timers);
      const providers = Array.from({ length: count }, (_, index) =>
        createHotSpotProvider({ id: `hotspot ${index}`, baseUrl: "http://localhost:1", token: "token" }),
      );
      const directory = memoryDirectory({ companies: [], locations: [] });
      const sync = createPermitSyncWith({ ledger, directory, providers }, { timers });
      onTestFinished(async () => {
        await sync.stop();
        await ledger.close();
      });
      await sync.start();
      await sync.idle();
      statements.length = 0;
      for (let second = 0; second < 60; second += 1) {
        time.advance(1_000);
        while (time.runDue());
        await sleep(10);
      }
      expect(statements.length).toBeLessThanOrEqual(60);
      // It looks for what other processes planned, and whether it still hears of what they record.
      expect(statements.filter((text) => text.includes("due_at"))).not.toEqual([]);
      expect(statements.filter((text) => text.includes("pg_listening_channels"))).not.toEqual([]);
    },
  );
});

/** The statements that are sent on a pool's connections, as they are sent. */
function watchStatements(pool: pg.Pool): string[] {
  const statements: string[] = [];
  pool.on("connect", (client) => {
    const send = client.query.bind(client) as (...args: unknown[]) => unknown;
    Object.assign(client, {
      query(...args: unknown[]) {
        const [statement] = args;
        statements.push(typeof statement === "string" ? statement : String(Object(statement)["text"]));
        return send(...args);
      },
    });
  });
  return statements;
}

function createWakes(ledger: Ledger) {
  const heard: string[] = [];
  const waiting: (() => void)[] = [];
  ledger.watch?.((providerId = "any") => {
    heard.push(providerId);
    for (const resolve of waiting.splice(0)) resolve();
  });
  return {
    heard,
    async next(providerId: string): Promise<void> {
      for (;;) {
        const before = heard.length;
        await new Promise<void>((resolve) => waiting.push(resolve));
        if (heard.slice(before).includes(providerId)) return;
      }
    },
  };
}
