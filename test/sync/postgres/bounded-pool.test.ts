import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { BoundedPool } from "../../../src/sync/postgres/connect/bounded-pool.ts";
import { inTransaction, query } from "../../../src/sync/postgres/connect/connection.ts";
import type { PostgresClient, PostgresPool } from "../../../src/sync/postgres/index.ts";
import { createLedgerTimers } from "../ledger/held-timers.ts";

/** A connection that says nothing while it is silent. */
interface FakeClient extends PostgresClient {
  isSilent: boolean;
  readonly statements: string[];
  /** What it was given back with; undefined while it is lent. */
  readonly releases: unknown[];
}

/** A pool that lends the last connection that was given back, as `pg` does, or a new one. */
function createPool() {
  const idle: FakeClient[] = [];
  const clients: FakeClient[] = [];
  let waiting: (() => void)[] | undefined;

  function createClient(): FakeClient {
    const client: FakeClient = Object.assign(new EventEmitter(), {
      isSilent: false,
      statements: [] as string[],
      releases: [] as unknown[],
      query(text: string) {
        client.statements.push(text);
        return client.isSilent ? new Promise<never>(() => {}) : Promise.resolve({ rows: [], rowCount: 0 });
      },
      release(broken?: Error | boolean) {
        client.releases.push(broken ?? false);
        if (broken === undefined) idle.push(client);
      },
    });
    clients.push(client);
    return client;
  }

  const pool: PostgresPool = Object.assign(new EventEmitter(), {
    query: () => Promise.reject(new Error("Its connection is hidden.")),
    connect(callback: Parameters<PostgresPool["connect"]>[0]) {
      const lend = () => callback(undefined, idle.pop() ?? createClient());
      if (waiting === undefined) lend();
      else waiting.push(lend);
    },
  });
  return {
    pool,
    clients,
    /** Lends nothing until the function that it gives is called. */
    exhaust() {
      const queue: (() => void)[] = [];
      waiting = queue;
      return () => {
        waiting = undefined;
        for (const lend of queue) lend();
      };
    },
  };
}

const SELECT = ["SELECT 1"] as const;

describe("a pool with bounds", () => {
  it("gives up a statement that gets no answer, and closes its connection", async () => {
    const { pool, clients } = createPool();
    const timers = createLedgerTimers({ pauseMs: 0 });
    const bounded = new BoundedPool(pool, timers.after);
    await query(bounded, "read", SELECT);
    for (const client of clients) client.isSilent = true;
    await expect(timers.elapseUntil(query(bounded, "read", SELECT))).rejects.toMatchObject({
      code: "unavailable",
      outcome: "unknown",
      operation: "read",
    });
    expect(clients.map(({ releases }) => releases)).toEqual([[false, expect.any(Error)]]);
    expect((await query(bounded, "read", SELECT)).rows).toEqual([]);
  });

  it("uses no other connection whose last answer is older than the silence", async () => {
    const { pool, clients } = createPool();
    const timers = createLedgerTimers({ pauseMs: 0 });
    const bounded = new BoundedPool(pool, timers.after);
    await Promise.all([1, 2, 3].map(() => query(bounded, "read", SELECT)));
    expect(clients).toHaveLength(3);
    for (const client of clients) client.isSilent = true;
    await expect(timers.elapseUntil(query(bounded, "read", SELECT))).rejects.toThrow(/does not answer/);
    const before = timers.elapsed();
    await query(bounded, "read", SELECT);
    expect(timers.elapsed()).toBe(before);
    expect(clients.slice(0, 3).map(({ releases }) => releases.at(-1))).toEqual([
      true,
      true,
      expect.any(Error),
    ]);
  });

  it("keeps connections that answered meanwhile", async () => {
    const { pool, clients } = createPool();
    const timers = createLedgerTimers({ pauseMs: 0 });
    const bounded = new BoundedPool(pool, timers.after);
    await Promise.all([1, 2].map(() => query(bounded, "read", SELECT)));
    const [well, silent] = clients as [FakeClient, FakeClient];
    silent.isSilent = true;
    const failing = query(bounded, "read", SELECT);
    await query(bounded, "read", SELECT);
    await expect(timers.elapseUntil(failing)).rejects.toThrow(/does not answer/);
    await query(bounded, "read", SELECT);
    expect(clients).toHaveLength(2);
    expect(well.statements).toHaveLength(3);
  });

  it("waits for a connection at most four seconds, and returns one that arrives later", async () => {
    const { pool, clients, exhaust } = createPool();
    const timers = createLedgerTimers({ pauseMs: 0 });
    const lend = exhaust();
    const failing = query(new BoundedPool(pool, timers.after), "read", SELECT);
    await expect(timers.elapseUntil(failing)).rejects.toMatchObject({
      code: "unavailable",
      outcome: "not_applied",
      message: expect.stringMatching(/no connection in time/),
    });
    expect(timers.elapsed()).toBeLessThanOrEqual(4_000);
    lend();
    expect(clients.map(({ releases }) => releases)).toEqual([[false]]);
  });

  it("reports an unknown outcome for a transaction whose commit gets no answer, and repeats nothing", async () => {
    const { pool, clients } = createPool();
    const timers = createLedgerTimers({ pauseMs: 0 });
    const bounded = new BoundedPool(pool, timers.after);
    const committing = inTransaction(bounded, { operation: "record" }, async () => {
      for (const client of clients) client.isSilent = true;
    });
    await expect(timers.elapseUntil(committing)).rejects.toMatchObject({ outcome: "unknown" });
    const working = inTransaction(bounded, { operation: "record" }, async (client) => {
      for (const lent of clients) lent.isSilent = true;
      await client.query("SELECT 1");
    });
    await expect(timers.elapseUntil(working)).rejects.toMatchObject({ outcome: "not_applied" });
    expect(clients).toHaveLength(2);
  });

  it("allows more time to a statement that may take longer", async () => {
    const { pool, clients } = createPool();
    const timers = createLedgerTimers({ pauseMs: 0 });
    const patient = new BoundedPool(pool, timers.after).allowing(60_000);
    await query(patient, "open", SELECT);
    for (const client of clients) client.isSilent = true;
    await expect(timers.elapseUntil(query(patient, "open", SELECT))).rejects.toThrow(/does not answer/);
    expect(timers.elapsed()).toBe(60_000);
  });

  it("leaves no timer", async () => {
    const { pool } = createPool();
    const cancelled = new Set<number>();
    let count = 0;
    const bounded = new BoundedPool(pool, () => {
      const number = count++;
      return () => cancelled.add(number);
    });
    await query(bounded, "read", SELECT);
    expect(count).toBe(2);
    expect(cancelled.size).toBe(2);
  });
});
