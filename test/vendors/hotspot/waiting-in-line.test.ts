import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { HotSpotOptions } from "../../../src/vendors/hotspot/config.ts";
import { createHotSpotProvider } from "../../../src/vendors/hotspot/provider.ts";
import { letTimePass, stopTime } from "../../support/fake-time.ts";
import { failureOf } from "../../support/registrations.ts";
import { takeTime } from "../../support/vendor-latency.ts";
import { ORIGIN, registration } from "./provider-bench.ts";

beforeEach(() => stopTime());

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const LATENCY_MS = 400;
const DEADLINE_MS = 1_000;

const registrationsOf = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => registration({ permitId: `P-${from + index}` }));

/** A provider whose vendor takes 400 ms for each request, and never answers for the plate SILENT. */
function connectToSlowVendor(options: Partial<HotSpotOptions> = {}) {
  let sent = 0;
  const provider = createHotSpotProvider({
    baseUrl: ORIGIN,
    token: "token-1",
    attemptTimeoutMs: 60_000,
    deadlineMs: DEADLINE_MS,
    retries: 0,
    fetch: async (_, init) => {
      sent += 1;
      const { Plate } = JSON.parse(String(init?.body)) as Record<string, string>;
      await takeTime(Plate === "SILENT" ? 60_000 : LATENCY_MS, init?.signal);
      return Response.json({ Reference: `R-${sent}` });
    },
    ...options,
  });
  return { provider, requests: () => sent };
}

const failuresOf = (outcomes: readonly { ok: boolean }[]) => outcomes.filter(({ ok }) => !ok);

describe("the deadline of a …Many call", () => {
  it("counts for each registration from its turn: 20,000 wait in line, and none fails for that", async () => {
    const { provider, requests } = connectToSlowVendor({ concurrency: 100 });
    const started = performance.now();

    // Four calls at once: their requests wait for each other's places too.
    const outcomes = await letTimePass(
      Promise.all([0, 1, 2, 3].map((call) => provider.registerMany(registrationsOf(5_000, call * 5_000)))),
    );

    expect(outcomes.flat()).toHaveLength(20_000);
    expect(failuresOf(outcomes.flat())).toEqual([]);
    expect(requests()).toBe(20_000);
    expect(performance.now() - started).toBe(200 * LATENCY_MS);
  });

  it("ends a request that is slow itself, and only that one", async () => {
    const { provider } = connectToSlowVendor();
    const registrations = registrationsOf(100);
    registrations.splice(
      50,
      1,
      registration({ permitId: "P-silent", plate: parsePlate("SILENT", { region: "NB" }) }),
    );

    const outcomes = await letTimePass(provider.registerMany(registrations));

    expect(failuresOf(outcomes)).toEqual([outcomes[50]]);
    expect(outcomes[50]).toMatchObject({
      ok: false,
      error: { code: "timeout", outcome: "unknown", attempts: 1 },
    });
  });

  it("does not run while requestsPerSecond spaces the requests", async () => {
    const { provider } = connectToSlowVendor({ concurrency: 100, requestsPerSecond: 2 });

    expect(failuresOf(await letTimePass(provider.registerMany(registrationsOf(100))))).toEqual([]);
  });

  it("does not run while another call's request for the same registration is in progress", async () => {
    const { provider } = connectToSlowVendor();
    const same = registrationsOf(1);

    const outcomes = await letTimePass(
      Promise.all(Array.from({ length: 20 }, () => provider.registerMany(same))),
    );

    expect(failuresOf(outcomes.flat())).toEqual([]);
  });

  it("leaves the caller's signal in force: it ends what is in line and what is in flight", async () => {
    const { provider, requests } = connectToSlowVendor({ concurrency: 10 });
    const host = new AbortController();
    setTimeout(() => host.abort(), 10 * LATENCY_MS + 1);

    const calls = [0, 1].map((call) =>
      provider.registerMany(registrationsOf(500, call * 500), { signal: host.signal }),
    );
    const outcomes = (await letTimePass(Promise.all(calls))).flat();

    expect(requests()).toBe(110);
    expect(failuresOf(outcomes)).toHaveLength(900);
    const ends = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]));
    expect(ends.filter(({ code }) => code === "aborted")).toHaveLength(900);
    expect(ends.filter(({ outcome }) => outcome === "unknown")).toHaveLength(10);
  });
});

describe("the deadline of a call for one registration", () => {
  it("counts the wait in line", async () => {
    const { provider } = connectToSlowVendor({ concurrency: 1 });
    const waiting = registrationsOf(5).map((one) =>
      provider.register(one).catch((thrown: unknown) => thrown),
    );

    const last = await letTimePass(
      failureOf(async () => {
        throw (await Promise.all(waiting))[4];
      }),
    );

    expect(last).toMatchObject({ code: "unavailable", outcome: "not_applied", attempts: 0 });
  });
});
