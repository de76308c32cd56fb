import { RateLimiterMemory } from "rate-limiter-flexible";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PermitLookupOptions } from "../../../src/lookup/handler.ts";
import { type Campus, lookupRequest, openCampus, permit } from "../campus.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: new Date("2026-11-21T15:00:00Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

const limiter = () => new RateLimiterMemory({ points: 3, duration: 60 });

function open(options: Partial<PermitLookupOptions> = {}) {
  const campus = openCampus({ permits: [permit()], throttle: limiter(), ...options });
  const ask = async (headers: Record<string, string>) => {
    const response = await campus.handler(lookupRequest({ plate: "GXK204" }, headers));
    return [response.status, response.headers.get("retry-after")];
  };
  return { ...campus, unknown: () => ask({ "x-api-key": "guess" }), known: () => ask(keyOf(campus)), ask };
}

const keyOf = ({ key }: Campus) => ({ "x-api-key": key });

describe("throttled requests without a credential", () => {
  it("get 401, then 429 with Retry-After, until the limiter's period is over", async () => {
    const { unknown } = open();
    expect([await unknown(), await unknown(), await unknown()]).toEqual([
      [401, null],
      [401, null],
      [401, null],
    ]);
    expect(await unknown()).toEqual([429, "60"]);
    vi.advanceTimersByTime(30_500);
    expect(await unknown()).toEqual([429, "30"]);
    vi.advanceTimersByTime(29_499);
    expect(await unknown()).toEqual([429, "1"]);
    vi.advanceTimersByTime(1);
    expect(await unknown()).toEqual([401, null]);
  });

  it("get it in the dialect's own format, and the audit records it", async () => {
    const { handler, unknown, audits } = open({
      throttle: new RateLimiterMemory({ points: 0, duration: 1 }),
    });
    const response = await handler(lookupRequest({ plate: "GXK204" }));
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({
      error: {
        code: "too_many_requests",
        message: "Too many requests without a known credential; try again later.",
      },
    });
    await unknown();
    expect(audits).toMatchObject([
      { status: "refused", reason: "too_many_requests", httpStatus: 429 },
      { status: "refused", reason: "too_many_requests", httpStatus: 429 },
    ]);
  });

  it("never count or delay a request with a credential", async () => {
    const throttle = limiter();
    const consume = vi.spyOn(throttle, "consume");
    const { unknown, known } = open({ throttle });
    for (let count = 0; count < 10; count += 1) expect(await known()).toEqual([200, null]);
    expect(consume).not.toHaveBeenCalled();
    for (let count = 0; count < 10; count += 1) await unknown();
    expect(await unknown()).toEqual([429, "60"]);
    expect(await known()).toEqual([200, null]);
    expect(consume).toHaveBeenCalledTimes(11);
  });

  it("are counted under one key, unless the host gives a throttleKey", async () => {
    const claim = (index: number) => ({
      authorization: `Basic ${btoa(`user-${index}:x`)}`,
      "x-forwarded-for": `10.0.0.${index}`,
      "x-proxy-address": `10.0.0.${index % 2}`,
    });
    const together = open();
    const apart = open({ throttleKey: (request) => request.header("x-proxy-address") ?? "direct" });
    const statuses = async ({ ask }: ReturnType<typeof open>) => {
      const replies = [];
      for (let index = 0; index < 8; index += 1) replies.push((await ask(claim(index)))[0]);
      return replies;
    };
    expect(await statuses(together)).toEqual([401, 401, 401, 429, 429, 429, 429, 429]);
    expect(await statuses(apart)).toEqual([401, 401, 401, 401, 401, 401, 429, 429]);
  });

  it("are not counted when the credential store fails, because they may have a credential", async () => {
    const throttle = limiter();
    const consume = vi.spyOn(throttle, "consume");
    const authorize = { authorize: () => Promise.reject(new Error("no database")) };
    expect(await open({ throttle, authorize }).unknown()).toEqual([503, null]);
    expect(consume).not.toHaveBeenCalled();
  });
});

describe("a limiter that fails", () => {
  it.each<[string, Partial<PermitLookupOptions>]>([
    ["rejects", { throttle: { consume: () => Promise.reject(new Error("no Redis")) } }],
    ["rejects with nothing", { throttle: { consume: () => Promise.reject() } }],
    [
      "throws",
      {
        throttle: {
          consume() {
            throw new TypeError("no Redis");
          },
        },
      },
    ],
    [
      "has a key that fails",
      {
        throttleKey() {
          throw new Error("no socket");
        },
      },
    ],
    ["gets an invalid key", { throttleKey: () => undefined as never }],
  ])("%s: requests get 401 as without a limiter, and the audit records the failure", async (_, options) => {
    const { unknown, known, audits } = open(options);
    for (let count = 0; count < 5; count += 1) expect(await unknown()).toEqual([401, null]);
    expect(await known()).toEqual([200, null]);
    expect(audits[0]).toMatchObject({ reason: "unauthorized", failure: { at: "credentials" } });
  });

  it("never answers: requests get 401 when the deadline has passed", async () => {
    const { unknown } = open({ throttle: { consume: () => new Promise(() => {}) }, deadlineMs: 100 });
    const asked = unknown();
    await vi.advanceTimersByTimeAsync(100);
    expect(await asked).toEqual([401, null]);
  });

  it("returns no time: there is no Retry-After", async () => {
    const { unknown } = open({ throttle: new RateLimiterMemory({ points: 0, duration: 0 }) });
    expect(await unknown()).toEqual([429, null]);
  });
});
