import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Fault } from "../../../src/sandbox/faults.ts";
import { idle, letTimePass, stopTime } from "../../support/fake-time.ts";
import { failureOf, sampleRegistration } from "../../support/registrations.ts";
import { withSeed } from "../../support/seeded-random.ts";
import { connectDirectly, manyRegistrations } from "./provider-bench.ts";

beforeEach(() => stopTime());

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("a timeout", () => {
  it.each(["timeout-after", "timeout-before"] as const)(
    "(%s) is retried, and there is one session",
    async (kind) => {
      const { provider, sandbox, faults } = connectDirectly();
      faults.add({ kind, path: "/events", times: 2 });

      const receipt = await letTimePass(provider.register(sampleRegistration()));

      expect([...sandbox.sessions.keys()]).toEqual([receipt.reference]);
      expect(sandbox.events.map(({ effect }) => effect)).toEqual(
        kind === "timeout-after" ? ["applied", "repeated", "repeated"] : ["applied"],
      );
      expect(sandbox.violations).toEqual([]);
    },
  );

  it("that never ends is a timeout at the deadline, with an unknown outcome", async () => {
    const { provider, faults } = connectDirectly();
    faults.add({ kind: "timeout-after", path: "/events", times: Number.POSITIVE_INFINITY });
    const started = performance.now();

    const error = await letTimePass(failureOf(() => provider.register(sampleRegistration())));

    expect(error).toMatchObject({ code: "timeout", outcome: "unknown", operation: "register" });
    expect(performance.now() - started).toBeLessThanOrEqual(30_000);
  });

  it("of the token request means that nothing was changed", async () => {
    const { provider, faults } = connectDirectly({ provider: { retries: 0 } });
    faults.add({ kind: "timeout-before", path: "/access-tokens" });

    expect(await letTimePass(failureOf(() => provider.register(sampleRegistration())))).toMatchObject({
      code: "timeout",
      outcome: "not_applied",
      attempts: 1,
    });
  });

  it("of the token request beyond the deadline is a timeout too", async () => {
    const { provider, faults } = connectDirectly({ provider: { deadlineMs: 1_000 } });
    faults.add({ kind: "timeout-before", path: "/access-tokens" });
    const failing = failureOf(() => provider.register(sampleRegistration()));

    expect(await letTimePass(failing)).toMatchObject({ code: "timeout", outcome: "not_applied" });
    // The token request itself continues for the next caller, until its own limit.
    vi.advanceTimersByTime(10_000);
    await idle();
  });
});

describe("Retry-After", () => {
  it("is respected by a push", async () => {
    const { provider, faults, events } = connectDirectly();
    faults.add({ kind: "rate-limit", retryAfter: 12, path: "/events" });
    const started = performance.now();

    await letTimePass(provider.register(sampleRegistration()));

    expect(performance.now() - started).toBe(12_000);
    expect(events).toContainEqual(expect.objectContaining({ type: "retry", delayMs: 12_000 }));
  });
});

describe("one session", () => {
  it("is never in two requests at once: the second change waits for the first one's retries", async () => {
    const { provider, sandbox, faults } = connectDirectly();
    const receipt = await letTimePass(provider.register(sampleRegistration()));
    faults.add({ kind: "timeout-after", path: "/events" });
    const ends = [1, 2, 3].map((day) => new Date(Date.UTC(2027, 0, day)));

    await letTimePass(Promise.all(ends.map((validTo) => provider.amend(receipt, { validTo }))));

    expect(sandbox.violations).toEqual([]);
    expect(sandbox.sessions.get(receipt.reference)?.endTime).toEqual(ends[2]);
  });

  it("is not blocked by a change that was aborted while it waited", async () => {
    const { provider, sandbox, faults } = connectDirectly();
    const receipt = await letTimePass(provider.register(sampleRegistration()));
    const controller = new AbortController();
    faults.add({ kind: "timeout-after", path: "/events" });
    const [one, two, three] = [1, 2, 3].map((day) => new Date(Date.UTC(2027, 0, day)));
    if (!one || !two || !three) throw new Error("Three dates were made.");

    const first = provider.amend(receipt, { validTo: one });
    const second = failureOf(() => provider.amend(receipt, { validTo: two, signal: controller.signal }));
    const third = provider.amend(receipt, { validTo: three });
    await idle();
    controller.abort();

    expect(await second).toMatchObject({ code: "aborted", outcome: "not_applied", attempts: 0 });
    await letTimePass(Promise.all([first, third]));
    expect(sandbox.sessions.get(receipt.reference)?.endTime).toEqual(three);
    expect(sandbox.violations).toEqual([]);
  });

  it("ends as the last call requested, under 200 concurrent random operations and a vendor that fails at random", async () => {
    await withSeed(async (random) => {
      const pick = (bound: number) => Math.floor(random() * bound);
      vi.spyOn(Math, "random").mockImplementation(random);
      const latency = async () => {
        for (let turns = pick(3); turns > 0; turns -= 1)
          await new Promise((resolve) => setImmediate(resolve));
      };
      const { provider, sandbox, faults, pass } = connectDirectly({
        sandbox: { latency },
        provider: { retries: 10, deadlineMs: 600_000 },
      });
      const receipts = await letTimePass(
        Promise.all(manyRegistrations(40).map((registration) => provider.register(registration))),
      );
      const kinds: Fault[] = [
        ...([{ kind: "timeout-after" }, { kind: "timeout-before" }, { kind: "reset-after" }] as const),
        ...([
          { kind: "status", status: 503 },
          { kind: "rate-limit", retryAfter: 2 },
        ] as const),
      ];

      const expected = new Map<string, { endTime: Date; status: string }>();
      const calls: Promise<unknown>[] = [];
      while (calls.length < 200) {
        const receipt = receipts[pick(receipts.length)];
        if (receipt === undefined || expected.get(receipt.reference)?.status === "stopped") {
          if (receipts.every(({ reference }) => expected.get(reference)?.status === "stopped")) break;
          continue;
        }
        if (random() < 0.08)
          faults.add({ ...(kinds[pick(kinds.length)] ?? { kind: "empty" }), path: "/events" });
        pass(1_000);
        const at = new Date(Date.UTC(2026, 8, 15, 12, 0, calls.length));
        if (random() < 0.1) {
          calls.push(provider.cancel(receipt, { at }));
          expected.set(receipt.reference, { endTime: at, status: "stopped" });
        } else {
          const validTo = new Date(Date.UTC(2027, pick(12), 1 + pick(28)));
          calls.push(provider.amend(receipt, { validTo, at }));
          expected.set(receipt.reference, { endTime: validTo, status: "active" });
        }
        if (random() < 0.3) await idle();
      }
      const results = await letTimePass(Promise.allSettled(calls));

      expect(results.filter(({ status }) => status === "rejected")).toEqual([]);
      expect(sandbox.violations).toEqual([]);
      for (const [reference, end] of expected) expect(sandbox.sessions.get(reference)).toMatchObject(end);
    });
  });
});
