import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { nextDue } from "../ledger/fixtures.ts";
import { claimAll, createLedgers, issue, permit, START } from "./ledgers.ts";

const ledgers = createLedgers();

describe("a change that is recorded in the host's transaction", () => {
  it("exists when the transaction commits, together with the host's own rows", async () => {
    const ledger = await ledgers.open();
    await ledger.pool.query("CREATE TABLE orders (id text)");
    const client = await ledger.pool.connect();
    await client.query("BEGIN");
    await client.query("INSERT INTO orders VALUES ('O-1')");
    expect(await ledger.record([issue("P-1")], { transaction: client })).toEqual(["recorded"]);
    expect(await ledger.getPermit("P-1")).toBeUndefined();
    expect(await claimAll(ledger)).toEqual([]);
    await client.query("COMMIT");
    client.release();
    expect((await ledger.pool.query("SELECT id FROM orders")).rows).toEqual([{ id: "O-1" }]);
    expect((await ledger.getPermit("P-1"))?.permit).toEqual(permit("P-1"));
    expect((await claimAll(ledger)).map(({ permitId }) => permitId)).toEqual(["P-1"]);
  });

  it("does not exist when the transaction is rolled back, and wakes no machine", async () => {
    const [ledger, other] = [await ledgers.open(), await ledgers.open()];
    const woken: string[] = [];
    other.watch?.((providerId = "any") => woken.push(providerId));
    for (const providerId of ["push", "second"]) {
      await other.claim({ limits: new Map([[providerId, 1]]), now: START, leaseMs: 60_000 });
    }
    await ledger.record([issue("P-0")]);
    await expect.poll(() => woken).toContain("push");
    const client = await ledger.pool.connect();
    await client.query("BEGIN");
    await ledger.record([issue("P-1")], { transaction: client });
    await ledger.record([{ kind: "revoke", permitId: "P-0", at: START }], { transaction: client });
    woken.length = 0;
    await client.query("ROLLBACK");
    client.release();
    // Wakes keep the order of commits: nothing of an earlier one comes after this.
    await ledger.record([{ ...issue("P-2"), providerIds: ["second"] }]);
    await expect.poll(() => woken).toContain("second");
    expect(woken).not.toContain("push");
    expect(await ledger.getPermit("P-1")).toBeUndefined();
    expect((await ledger.getPermit("P-0"))?.state).toBe("active");
  });

  it("makes an existing delivery due without locking it", async () => {
    const ledger = await ledgers.open();
    await ledger.record([issue("P-1"), issue("P-2")]);
    const claimed = await claimAll(ledger);
    const client = await ledger.pool.connect();
    await client.query("BEGIN");
    const revised = { ...issue("P-1", { revision: 2 }), providerIds: ["push", "second"] };
    expect(await ledger.record([revised], { transaction: client })).toEqual(["recorded"]);
    // While the host takes its time, what a vendor acknowledged is saved, also of this permit.
    const release = { dueAt: null, settled: true };
    await ledger.save(claimed.map((claim) => ({ ...claim, release })));
    expect(await nextDue(ledger, "push")).toBeUndefined();
    await client.query("COMMIT");
    client.release();
    const [again, ...others] = await claimAll(ledger);
    expect(again?.stored?.permit.revision).toBe(2);
    expect(others).toEqual([]);
    expect(await nextDue(ledger, "second")).toEqual(START);
  });

  it("counts as a change during the claim on the delivery", async () => {
    const ledger = await ledgers.open();
    await ledger.record([issue("P-1")]);
    const claimed = await claimAll(ledger);
    const client = await ledger.pool.connect();
    await client.query("BEGIN");
    await ledger.record([issue("P-1", { revision: 2 })], { transaction: client });
    await client.query("COMMIT");
    client.release();
    expect(await claimAll(ledger)).toEqual([]);
    const release = { dueAt: null, settled: true };
    await ledger.save(claimed.map((claim) => ({ ...claim, release })));
    expect((await claimAll(ledger)).map(({ stored }) => stored?.permit.revision)).toEqual([2]);
  });

  it("is refused as a whole when it conflicts, and leaves the transaction usable", async () => {
    const ledger = await ledgers.open();
    await ledger.record([issue("P-1")]);
    const client = await ledger.pool.connect();
    await client.query("BEGIN");
    const conflict = issue("P-1", { holder: "Somebody else" });
    expect(await ledger.record([issue("P-2"), conflict], { transaction: client })).toEqual([
      "recorded",
      "conflict",
    ]);
    expect(await ledger.record([issue("P-3")], { transaction: client })).toEqual(["recorded"]);
    await client.query("COMMIT");
    client.release();
    expect(await ledger.getPermit("P-2")).toBeUndefined();
    expect(await ledger.getPermit("P-3")).toBeDefined();
  });

  it("delays no other permit", async () => {
    const ledger = await ledgers.open();
    await ledger.record([issue("P-1")]);
    const client = await ledger.pool.connect();
    await client.query("BEGIN");
    await ledger.record([issue("P-1", { revision: 2 })], { transaction: client });
    const waiting = ledger.record([issue("P-1", { revision: 3 })]);
    const others = [ledger.record([issue("P-2")]), ledger.record([issue("P-3")])];
    expect(await Promise.all(others)).toEqual([["recorded"], ["recorded"]]);
    await client.query("COMMIT");
    client.release();
    expect(await waiting).toEqual(["recorded"]);
    expect((await ledger.getPermit("P-1"))?.permit.revision).toBe(3);
  });

  it("may be the second of two that create the same permit at the same time", async () => {
    const [one, other] = [await ledgers.open(), await ledgers.open()];
    const client = await one.pool.connect();
    await client.query("BEGIN");
    await one.record([issue("P-1")], { transaction: client });
    const second = other.record([issue("P-1", { holder: "Somebody else" })]);
    await pause(50);
    await client.query("COMMIT");
    client.release();
    expect(await second).toEqual(["conflict"]);
    expect((await one.getPermit("P-1"))?.permit.holder).toBeUndefined();
  });
});
