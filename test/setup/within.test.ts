import { describe, expect, it, vi } from "vitest";
import { within } from "../../src/setup/within.ts";
import { failureOf } from "../support/registrations.ts";

const bounds = { signal: undefined, deadlineMs: 1_000, what: "The step" };

describe("within", () => {
  it("returns the step's result, and ends its signal afterwards", async () => {
    let given: AbortSignal | undefined;
    const value = await within(bounds, (signal) => {
      given = signal;
      expect(signal.aborted).toBe(false);
      return 7;
    });
    expect(value).toBe(7);
    expect(given?.aborted).toBe(true);
  });

  it("throws the step's error, also a synchronous one", async () => {
    const own = new Error("own");
    await expect(within(bounds, () => Promise.reject(own))).rejects.toBe(own);
    await expect(
      within(bounds, () => {
        throw own;
      }),
    ).rejects.toBe(own);
  });

  it("waits no longer than the deadline", async () => {
    vi.useFakeTimers();
    try {
      const failure = failureOf(() => within(bounds, () => new Promise(() => {})));
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await failure).toMatchObject({
        code: "timeout",
        message: "The step gave no answer within 1000 ms.",
      });
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it("ends with the caller's signal, and does not start after it", async () => {
    const abort = new AbortController();
    const failure = failureOf(() => within({ ...bounds, signal: abort.signal }, () => new Promise(() => {})));
    abort.abort(new Error("own reason"));
    expect(await failure).toMatchObject({ code: "aborted" });
    const step = vi.fn();
    expect(await failureOf(() => within({ ...bounds, signal: abort.signal }, step))).toMatchObject({
      code: "aborted",
    });
    expect(step).not.toHaveBeenCalled();
  });

  it("leaves no timer and no listener, and handles a late failure", async () => {
    const abort = new AbortController();
    const remove = vi.spyOn(abort.signal, "removeEventListener");
    const late = Promise.withResolvers<void>();
    const failure = failureOf(() =>
      within({ ...bounds, signal: abort.signal, deadlineMs: 5 }, () => late.promise),
    );
    expect((await failure).code).toBe("timeout");
    expect(remove).toHaveBeenCalledTimes(1);
    late.reject(new Error("too late"));
    await new Promise((resolve) => setImmediate(resolve));
  });
});
