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
  return { ...campus, stranger: () => ask({ "x-api-key": "guess" }), known: () => ask(keyOf(campus)), ask };
}

const keyOf = ({ key }: Campus) => ({ "x-api-key": key });

describe("throttled strangers", () => {
  it("hear 401, and 429 with Retry-After from the one that is too many, until the time is over", async () => {
    const { stranger } = open();
    expect([await stranger(), await stranger(), await stranger()]).toEqual([
      [401, null],
      [401, null],
      [401, null],
    ]);
    expect(await stranger()).toEqual([429, "60"]);
    vi.advanceTimersByTime(30_500);
    expect(await stranger()).toEqual([429, "30"]);
    vi.advanceTimersByTime(29_499);
    expect(await stranger()).toEqual([429, "1"]);
    vi.advanceTimersByTime(1);
    expect(await stranger()).toEqual([401, null]);
  });

  it("hear it in the dialect's own form, and the audit says so", async () => {
    const { handler, stranger, audits } = open({
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
    await stranger();
    expect(audits).toMatchObject([
      { status: "refused", reason: "too_many_requests", httpStatus: 429 },
      { status: "refused", reason: "too_many_requests", httpStatus: 429 },
    ]);
  });

  it("never count for who proves who they are, nor keep them waiting", async () => {
    const throttle = limiter();
    const consume = vi.spyOn(throttle, "consume");
    const { stranger, known } = open({ throttle });
    for (let count = 0; count < 10; count += 1) expect(await known()).toEqual([200, null]);
    expect(consume).not.toHaveBeenCalled();
    for (let count = 0; count < 10; count += 1) await stranger();
    expect(await stranger()).toEqual([429, "60"]);
    expect(await known()).toEqual([200, null]);
    expect(consume).toHaveBeenCalledTimes(11);
  });

  it("are counted together whatever they claim to be, unless the host tells them apart", async () => {
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

  it("are not counted when the credential store fails: nobody knows then that they are strangers", async () => {
    const throttle = limiter();
    const consume = vi.spyOn(throttle, "consume");
    const authorize = { authorize: () => Promise.reject(new Error("no database")) };
    expect(await open({ throttle, authorize }).stranger()).toEqual([503, null]);
    expect(consume).not.toHaveBeenCalled();
  });
});

describe("a limiter that does not work", () => {
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
    ["has a key that is none", { throttleKey: () => undefined as never }],
  ])("%s: strangers hear 401 as ever, and the audit shows the failure", async (_, options) => {
    const { stranger, known, audits } = open(options);
    for (let count = 0; count < 5; count += 1) expect(await stranger()).toEqual([401, null]);
    expect(await known()).toEqual([200, null]);
    expect(audits[0]).toMatchObject({ reason: "unauthorized", failure: { at: "credentials" } });
  });

  it("never answers: strangers hear 401 when the deadline has passed", async () => {
    const { stranger } = open({ throttle: { consume: () => new Promise(() => {}) }, deadlineMs: 100 });
    const asked = stranger();
    await vi.advanceTimersByTimeAsync(100);
    expect(await asked).toEqual([401, null]);
  });

  it("does not say when: there is no Retry-After", async () => {
    const { stranger } = open({ throttle: new RateLimiterMemory({ points: 0, duration: 0 }) });
    expect(await stranger()).toEqual([429, null]);
  });
});
