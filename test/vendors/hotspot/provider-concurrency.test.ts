import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { idle, letTimePass, stopTime } from "../../support/fake-time.ts";
import { failureOf } from "../../support/registrations.ts";
import { withSeed } from "../../support/seeded-random.ts";
import { connectDirectly, registration } from "./provider-bench.ts";

beforeEach(() => stopTime());

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("a timeout", () => {
  it.each(["timeout-after", "timeout-before"] as const)(
    "(%s) is retried, and there is one record",
    async (kind) => {
      const { provider, sandbox, faults } = connectDirectly();
      faults.add({ kind });

      const receipt = await letTimePass(provider.register(registration()));

      expect(receipt.reference).toBe("HS-000001");
      expect(sandbox.permits.size).toBe(1);
      expect(sandbox.violations).toEqual([]);
    },
  );

  it("that never ends leaves the outcome open", async () => {
    const { provider, faults } = connectDirectly({ provider: { retries: 1 } });
    faults.add({ kind: "timeout-after", times: Number.POSITIVE_INFINITY });

    expect(await letTimePass(failureOf(() => provider.register(registration())))).toMatchObject({
      code: "timeout",
      outcome: "unknown",
      attempts: 2,
    });
  });
});

describe("Retry-After", () => {
  it("is respected", async () => {
    const { provider, faults } = connectDirectly();
    faults.add({ kind: "rate-limit", retryAfter: 9 });
    const started = performance.now();

    await letTimePass(provider.register(registration()));

    expect(performance.now() - started).toBe(9_000);
  });
});

describe("one right", () => {
  it("ends as the last call requested, under 200 concurrent random operations and a vendor that fails at random", async () => {
    await withSeed(async (random) => {
      const pick = (bound: number) => Math.floor(random() * bound);
      vi.spyOn(Math, "random").mockImplementation(random);
      const latency = async () => {
        for (let turns = pick(3); turns > 0; turns -= 1)
          await new Promise((resolve) => setImmediate(resolve));
      };
      const { provider, sandbox, faults } = connectDirectly({
        sandbox: { latency },
        provider: { retries: 10, deadlineMs: 600_000 },
      });
      const registrations = Array.from({ length: 30 }, (_, index) =>
        registration({ permitId: `P-${index}` }),
      );
      const receipts = await letTimePass(Promise.all(registrations.map((one) => provider.register(one))));
      const kinds = ["timeout-after", "timeout-before", "reset-after", "truncated"] as const;

      const expected = new Map<string, { endTime: Date; status: string }>();
      const calls: Promise<unknown>[] = [];
      for (let call = 0; call < 200; call += 1) {
        const receipt = receipts[pick(receipts.length)];
        if (receipt === undefined || expected.get(receipt.reference)?.status === "cancelled") continue;
        if (random() < 0.08) faults.add({ kind: kinds[pick(kinds.length)] ?? "truncated" });
        const at = new Date(Date.UTC(2026, 8, 15, 12, 0, call));
        if (random() < 0.1) {
          calls.push(provider.cancel(receipt, { at }));
          expected.set(receipt.reference, { endTime: at, status: "cancelled" });
        } else {
          const validTo = new Date(Date.UTC(2027, pick(12), 1 + pick(28)));
          calls.push(provider.amend(receipt, { validTo, at }));
          expected.set(receipt.reference, { endTime: validTo, status: "active" });
        }
        if (random() < 0.3) await idle();
      }
      const results = await letTimePass(Promise.allSettled(calls));

      expect(results.filter(({ status }) => status === "rejected")).toEqual([]);
      expect(calls.length).toBeGreaterThan(100);
      expect(sandbox.violations).toEqual([]);
      const held = new Map([...sandbox.permits.values()].map((permit) => [permit.reference, permit]));
      for (const [reference, end] of expected) expect(held.get(reference)).toMatchObject(end);
    });
  });
});
