import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { letTimePass, stopTime } from "../../support/fake-time.ts";
import { sampleRegistration } from "../../support/registrations.ts";
import { takeTime } from "../../support/vendor-latency.ts";
import { connectDirectly } from "./provider-bench.ts";

beforeEach(() => stopTime());

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const LATENCY_MS = 400;
const DEADLINE_MS = 1_000;

const registrationsOf = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => sampleRegistration({ permitId: `P-${from + index}` }));

const failuresOf = (outcomes: readonly { ok: boolean }[]) => outcomes.filter(({ ok }) => !ok);

/** A provider whose vendor takes 400 ms for each batch, and never answers the batch with this number. */
function connectToSlowVendor({ silentBatch = 0 } = {}) {
  let batches = 0;
  const { provider } = connectDirectly({
    instead: async (request) => {
      if (!request.url.endsWith("/events")) return undefined;
      batches += 1;
      if (batches === silentBatch) return new Promise(() => {});
      await takeTime(LATENCY_MS, request.signal);
      return Response.json({});
    },
    provider: { attemptTimeoutMs: 60_000, deadlineMs: DEADLINE_MS, retries: 0, concurrency: 2 },
  });
  return { provider, batches: () => batches };
}

describe("the deadline of a …Many call", () => {
  it("counts for each batch from its turn: 20,000 registrations wait in line, and none fails for that", async () => {
    const { provider, batches } = connectToSlowVendor();
    const started = performance.now();

    // Ten calls at once: their batches wait for each other's places too.
    const outcomes = await letTimePass(
      Promise.all(
        Array.from({ length: 10 }, (_, call) => provider.registerMany(registrationsOf(2_000, call * 2_000))),
      ),
    );

    expect(outcomes.flat()).toHaveLength(20_000);
    expect(failuresOf(outcomes.flat())).toEqual([]);
    expect(batches()).toBe(200);
    expect(performance.now() - started).toBeGreaterThanOrEqual(100 * LATENCY_MS);
  });

  it("ends a batch that is slow itself, and only that one", async () => {
    const { provider } = connectToSlowVendor({ silentBatch: 7 });

    const outcomes = await letTimePass(provider.registerMany(registrationsOf(2_000)));

    const failures = failuresOf(outcomes);
    expect(failures).toHaveLength(100);
    expect(failures[0]).toMatchObject({ error: { code: "timeout", outcome: "unknown", attempts: 1 } });
  });
});
