import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { NO_DELIVERY } from "../../../src/sync/ledger/delivery.ts";
import { nextDue } from "../ledger/fixtures.ts";
import { claimAll, createLedgers, issue, later, START } from "./ledgers.ts";

const ledgers = createLedgers({ isClockStopped: true });
const DONE = { dueAt: null, settled: true };

describe("several machines", () => {
  it("never work on one delivery at the same time, and omit none", async () => {
    const machines = await Promise.all([ledgers.open(), ledgers.open(), ledgers.open()]);
    const ids = Array.from({ length: 600 }, (_, index) => `P-${index}`);
    await machines[0]?.record(ids.map((id) => issue(id)));
    const takers = new Map<string, number>();
    await Promise.all(
      machines.map(async (ledger, machine) => {
        for (;;) {
          const claimed = await ledger.claim({ limits: new Map([["push", 7]]), now: START, leaseMs: 60_000 });
          if (claimed.length === 0) return;
          for (const { permitId } of claimed) {
            expect(takers.has(permitId)).toBe(false);
            takers.set(permitId, machine);
          }
          await ledger.save(claimed.map((claim) => ({ ...claim, release: DONE })));
        }
      }),
    );
    expect([...takers.keys()].sort()).toEqual(ids.sort());
    expect(new Set(takers.values()).size).toBe(3);
  });

  it("record the same permits at the same time, in any order, and the newest revision remains", async () => {
    const machines = await Promise.all([ledgers.open(), ledgers.open(), ledgers.open()]);
    const ids = Array.from({ length: 20 }, (_, index) => `P-${index}`);
    await Promise.all(
      machines.flatMap((ledger, machine) =>
        Array.from({ length: 10 }, (_, round) => {
          const revision = round * 3 + machine + 1;
          const order = round % 2 === 0 ? ids : ids.toReversed();
          return ledger.record(order.map((id) => issue(id, { revision })));
        }),
      ),
    );
    for (const id of ids) expect((await machines[0]?.getPermit(id))?.permit.revision).toBe(30);
  });

  it("take over from a killed one when its lease has ended, and not before", async () => {
    const ledger = await ledgers.open();
    await ledger.record([issue("P-1"), issue("P-2")]);
    const script = fileURLToPath(new URL("claimer.ts", import.meta.url));
    const connection = JSON.stringify(ledgers.database.connection);
    const child = spawn(process.execPath, [script, connection, ledgers.schema], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(createInterface(child.stdout), "line");
    expect(JSON.parse(line)).toEqual(["P-1", "P-2"]);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await claimAll(ledger, later(59_999))).toEqual([]);
    expect(await ledger.claimOne({ providerId: "push", permitId: "P-1" }, atOnce(59_999))).toBeUndefined();
    expect(await nextDue(ledger, "push")).toEqual(later(60_000));
    const taken = await claimAll(ledger, later(60_000));
    expect(taken.map(({ permitId, dueSince }) => [permitId, dueSince])).toEqual([
      ["P-1", START],
      ["P-2", START],
    ]);
  });

  it("save nothing of a delivery that another one has taken over", async () => {
    const [slow, fast] = [await ledgers.open(), await ledgers.open()];
    await slow.record([issue("P-1")]);
    const [late] = await claimAll(slow);
    const [taken] = await claimAll(fast, later(60_000));
    if (late === undefined || taken === undefined) throw new Error("nothing was claimed");
    await slow.save([{ ...late, delivery: { ...NO_DELIVERY, generation: 1 }, release: DONE }]);
    expect(await claimAll(slow, later(60_000))).toEqual([]);
    await fast.save([{ ...taken, delivery: { ...NO_DELIVERY, generation: 2 }, release: DONE }]);
    await slow.record([issue("P-1", { revision: 2 })]);
    expect((await claimAll(slow)).map(({ delivery }) => delivery.generation)).toEqual([2]);
  });

  it("release their claims when they close", async () => {
    const [one, other] = [await ledgers.open(), await ledgers.open()];
    await one.record([issue("P-1")]);
    expect(await claimAll(one)).toHaveLength(1);
    await one.close();
    expect((await claimAll(other)).map(({ permitId, dueSince }) => [permitId, dueSince])).toEqual([
      ["P-1", START],
    ]);
  });
});

describe("connections that PostgreSQL ends", () => {
  it("are replaced, and nothing is lost", async () => {
    const [ledger, admin] = [await ledgers.open(), ledgers.database.createPool()];
    const calls: Promise<PromiseSettledResult<string[]>>[] = [];
    for (let round = 0; round < 20; round++) {
      calls.push(Promise.allSettled([ledger.record([issue(`P-${round}`)])]).then(([outcome]) => outcome));
      await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
      );
    }
    // A call that was interrupted at its commit may have an unknown outcome; a repeat finds it recorded.
    const outcomes = await Promise.all(calls);
    for (const [round, outcome] of outcomes.entries()) {
      if (outcome.status === "fulfilled") expect(outcome.value).toEqual(["recorded"]);
      else expect(outcome.reason).toMatchObject({ code: "unavailable", retryable: true });
      expect((await ledger.record([issue(`P-${round}`)])).join()).toMatch(/^(unchanged|recorded)$/);
    }
    expect(outcomes.some(({ status }) => status === "fulfilled")).toBe(true);
    expect(await claimAll(ledger)).toHaveLength(20);
  });
});

function atOnce(milliseconds: number) {
  return { now: later(milliseconds), leaseMs: 60_000 };
}
