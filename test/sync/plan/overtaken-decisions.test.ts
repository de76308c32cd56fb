import { describe, expect, it } from "vitest";
import { EnforcementError } from "../../../src/core/errors.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { permit, scriptedSync } from "../scripted-sync.ts";

describe("a decision that a later change of the host replaces", () => {
  const plates = (revision: number, ...numbers: string[]) =>
    permit("P1", { revision, plates: numbers.map((number) => parsePlate(number)) });

  it("is not sent when it waited for a ledger that failed", async () => {
    let isFull = false;
    const full = () => new EnforcementError("unavailable", "ledger: the disk is full.");
    const { sync, vendor, pass, until } = scriptedSync(["alpha"], {
      wrap: (ledger) => ({
        ...ledger,
        save: (updates) => (isFull ? Promise.reject(full()) : ledger.save(updates)),
      }),
    });
    const alpha = vendor();
    await sync.start();
    await until(sync.issue(plates(1, "A")));
    await until(sync.idle());
    alpha.answer = () => {
      isFull = true;
      return undefined;
    };
    await until(sync.revise(plates(2, "B")));
    await pass(60_000);
    // B is registered, and the cancellation of A is not saved yet.
    await until(sync.revise(plates(3, "A")));
    isFull = false;
    alpha.answer = () => undefined;
    await until(sync.idle());
    expect(alpha.requests).toEqual(["register A", "register B", "cancel B"]);
    await until(sync.stop());
  });

  it("is not sent when it waited for its turn at the vendor", async () => {
    const { sync, vendor, pass, until } = scriptedSync(["alpha"], { concurrency: 1, batchSize: 1 });
    const alpha = vendor();
    await sync.start();
    await until(sync.issue(plates(1, "A")));
    await until(sync.idle());
    alpha.latencyMs = 3_000;
    await until(sync.issue(permit("SLOW")));
    await pass(100);
    await until(sync.revoke("P1"));
    await pass(100);
    await until(sync.issue(plates(2, "A")));
    await until(sync.idle());
    expect(alpha.requests).toEqual(["register A", "register SLOW"]);
    expect(alpha.live.size).toBe(2);
    await until(sync.stop());
  });

  it("is not sent when the vendor was down all the time", async () => {
    const { sync, vendor, pass, until } = scriptedSync();
    const alpha = vendor();
    await sync.start();
    await until(sync.issue(plates(1, "A")));
    await until(sync.idle());
    alpha.answer = () => new EnforcementError("unavailable", "The connection is refused.");
    await until(sync.revoke("P1"));
    await pass(60 * 60_000);
    await until(sync.issue(plates(2, "A")));
    alpha.requests.length = 0;
    alpha.answer = () => undefined;
    await until(sync.idle());
    expect(alpha.requests.filter((request) => request.startsWith("cancel"))).toEqual([]);
    expect(alpha.live.size).toBe(1);
    await until(sync.stop());
  });
});
