import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { raceAbort, systemTimers, wait } from "../../src/core/timers.ts";
import { idle, letTimePass, stopTime } from "../support/fake-time.ts";

beforeEach(() => stopTime());
afterEach(() => vi.useRealTimers());

describe("wait", () => {
  it("waits", async () => {
    const started = performance.now();

    await letTimePass(wait(1_234, new AbortController().signal, systemTimers));

    expect(performance.now() - started).toBe(1_234);
  });

  it("ends with the signal, and leaves no timer and no listener", async () => {
    const controller = new AbortController();
    const removed = vi.spyOn(controller.signal, "removeEventListener");
    const waiting = wait(1_234, controller.signal, systemTimers);

    controller.abort(new Error("over"));

    await expect(waiting).rejects.toThrow("over");
    await expect(wait(1_234, controller.signal, systemTimers)).rejects.toThrow("over");
    expect(vi.getTimerCount()).toBe(0);
    expect(removed).not.toHaveBeenCalled();
  });
});

describe("raceAbort", () => {
  it("settles as the promise does", async () => {
    const { signal } = new AbortController();

    expect(await raceAbort(Promise.resolve("value"), signal)).toBe("value");
    await expect(raceAbort(Promise.reject(new Error("broken")), signal)).rejects.toThrow("broken");
  });

  it.each(["before", "meanwhile"])(
    "ends with a signal that is aborted %s; a later rejection of the promise is handled",
    async (when) => {
      const controller = new AbortController();
      const late = Promise.withResolvers<void>();
      const unhandled = vi.fn();
      process.on("unhandledRejection", unhandled);
      if (when === "before") controller.abort(new Error("over"));

      const racing = raceAbort(late.promise, controller.signal);
      controller.abort(new Error("over"));
      await expect(racing).rejects.toThrow("over");
      late.reject(new Error("later"));
      await idle();

      process.off("unhandledRejection", unhandled);
      expect(unhandled).not.toHaveBeenCalled();
    },
  );
});
