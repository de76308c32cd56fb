import { describe, expect, it } from "vitest";
import { EnforcementError } from "../../../src/core/errors.ts";
import type { PushProvider } from "../../../src/core/provider.ts";
import { permit, START, scriptedSync } from "../scripted-sync.ts";

const MINUTE_MS = 60_000;
const WELL = { status: "connected", message: "" } as const;
type Check = PushProvider["checkConnection"];

/** A vendor that answered 429 to the only permit, which is revoked by now: no operation is left to be sent. */
async function idleAfter429(retryAfterMs = 30_000) {
  const scripted = scriptedSync();
  const { sync, vendor, until, pass, events } = scripted;
  const alpha = vendor();
  const checks: number[] = [];
  let check: Check = async () => WELL;
  Object.assign(alpha.provider, {
    checkConnection(...args: Parameters<Check>) {
      checks.push(scripted.now() - START);
      return check(...args);
    },
  });
  alpha.answer = () => new EnforcementError("rate_limited", "Slower.", { retryAfterMs });
  await sync.start();
  await until(sync.issue(permit("P1")));
  await pass(1_000);
  await until(sync.revoke("P1"));
  alpha.answer = () => undefined;
  const breaker = async () => (await sync.status()).providers[0]?.breaker;
  const outages = () => events.filter(({ type }) => type.startsWith("provider")).map(({ type }) => type);
  const answerChecks = (answer: Check) => {
    check = answer;
  };
  return { ...scripted, alpha, checks, breaker, outages, answerChecks };
}

describe("a breaker without waiting permits", () => {
  it("becomes half-open after its wait, calls checkConnection, and closes when the vendor is back", async () => {
    const { sync, alpha, checks, breaker, outages, pass, until } = await idleAfter429();
    await pass(20_000);
    expect(await breaker()).toMatchObject({ state: "open", code: "rate_limited" });
    expect(checks).toEqual([]);
    await pass(20_000);
    expect(await breaker()).toEqual({ state: "closed", code: null, downSince: null, retryAt: null });
    expect(outages()).toEqual(["provider_down", "provider_up"]);
    expect(checks).toHaveLength(1);
    await pass(24 * 60 * MINUTE_MS);
    expect(checks).toHaveLength(1);
    expect(alpha.requests).toEqual(["register P1"]);
    await until(sync.stop());
  });

  it("stays open while checkConnection fails, and calls it at growing intervals", async () => {
    const { sync, answerChecks, checks, breaker, outages, pass, until } = await idleAfter429();
    answerChecks(async () => {
      throw new EnforcementError("unauthorized", "Who are you?", { status: 401 });
    });
    await pass(30 * MINUTE_MS);
    expect(await breaker()).toMatchObject({ code: "unauthorized", downSince: new Date(START + 20) });
    expect(outages()).toEqual(["provider_down"]);
    // 0.25 s, 0.5 s, 1 s … up to a minute between them.
    expect(checks.length).toBeGreaterThan(20);
    expect(checks.length).toBeLessThan(40);
    answerChecks(async () => WELL);
    await pass(MINUTE_MS);
    expect(outages()).toEqual(["provider_down", "provider_up"]);
    await until(sync.stop());
  });

  it.each<[string, Check]>([
    [
      "throws something other than an EnforcementError",
      () => {
        throw new TypeError("GXK204");
      },
    ],
    ["rejects with nothing", () => Promise.reject()],
  ])("stays open while checkConnection %s", async (_, check) => {
    const { sync, answerChecks, breaker, outages, events, pass, until } = await idleAfter429();
    answerChecks(check);
    await pass(5 * MINUTE_MS);
    expect(await breaker()).toMatchObject({ code: "invalid_response" });
    expect(outages()).toEqual(["provider_down"]);
    expect(JSON.stringify(events)).not.toContain("GXK204");
    await until(sync.stop());
  });

  it("becomes half-open after its wait: a permit that arrives then is sent at once, and closes it", async () => {
    const { sync, alpha, answerChecks, breaker, outages, pass, until } = await idleAfter429();
    let isAsked = false;
    answerChecks(async () => {
      isAsked = true;
      throw new EnforcementError("unavailable", "Away.");
    });
    await pass(40_000);
    expect(isAsked).toBe(true);
    await until(sync.issue(permit("P2")));
    await pass(2 * MINUTE_MS);
    expect(alpha.live.size).toBe(1);
    expect(await breaker()).toMatchObject({ state: "closed" });
    expect(outages()).toEqual(["provider_down", "provider_up"]);
    await until(sync.stop());
  });

  it("sends one request at a time: a permit that arrives during the check is sent after its answer", async () => {
    const { sync, alpha, answerChecks, breaker, pass, until } = await idleAfter429();
    let answer: (() => void) | undefined;
    answerChecks(
      () =>
        new Promise((resolve) => {
          answer = () => resolve(WELL);
        }),
    );
    await pass(31_000);
    expect(await breaker()).toMatchObject({ state: "half_open" });
    await until(sync.issue(permit("P2")));
    await pass(5_000);
    expect(alpha.requests).toEqual(["register P1"]);
    answer?.();
    await pass(1_000);
    expect(alpha.requests).toEqual(["register P1", "register P2"]);
    await until(sync.stop());
  });

  it("reports a check that ignores its signal as stuck, and stops nevertheless", async () => {
    const { sync, answerChecks, breaker, events, outages, hasTimer, pass, until } = await idleAfter429();
    answerChecks(() => new Promise(() => {}));
    await pass(31_000 + 45_000);
    const stuck = { type: "request_stuck", providerId: "alpha", operation: "checkConnection", count: 1 };
    expect(events.filter(({ type }) => type === "request_stuck")).toMatchObject([stuck]);
    expect(await breaker()).toMatchObject({ code: "timeout" });
    expect(outages()).toEqual(["provider_down"]);
    await until(sync.stop());
    const check = { operation: "checkConnection", count: 1, permitIds: [], since: expect.any(Date) };
    expect((await sync.status()).providers).toMatchObject([{ stuck: 2, stuckRequests: [check, check] }]);
    expect(hasTimer()).toBe(false);
  });

  it("makes no check while a permit waits: the permit's own operation shows whether the vendor is back", async () => {
    const { sync, vendor, types, pass, until } = scriptedSync(["alpha"], { batchSize: 1, concurrency: 1 });
    const alpha = vendor();
    let checks = 0;
    Object.assign(alpha.provider, {
      checkConnection: async () => {
        checks += 1;
        return WELL;
      },
    });
    alpha.answer = () => new EnforcementError("invalid_response", "What?", { outcome: "unknown" });
    await sync.start();
    await until(sync.issueMany(Array.from({ length: 6 }, (_, index) => permit(`P${index}`))));
    await pass(60 * MINUTE_MS);
    expect(checks).toBe(0);
    expect(types().filter((type) => type.startsWith("provider"))).toEqual(["provider_down"]);
    await until(sync.stop());
  });

  it("requires checkConnection of every push provider", () => {
    const broken = scriptedSync().vendor().provider;
    Object.assign(broken, { checkConnection: undefined });
    expect(() => scriptedSync([], { providers: [broken] })).toThrow(
      /providers\[0\]\.checkConnection: must be a function/,
    );
  });
});
