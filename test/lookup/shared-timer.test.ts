import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SharedTimer, type TimedWait } from "../../src/lookup/shared-timer.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function waitFor(milliseconds: number, expired: number[] = []): TimedWait {
  return { endsAt: performance.now() + milliseconds, expire: () => expired.push(milliseconds) };
}

describe("one timer for all waits", () => {
  it("ends each wait at its own instant, with one timer at a time", () => {
    const timer = new SharedTimer();
    const expired: number[] = [];
    for (const milliseconds of [300, 100, 200, 100]) timer.add(waitFor(milliseconds, expired));
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(99);
    expect(expired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(expired).toEqual([100, 100]);
    vi.advanceTimersByTime(200);
    expect(expired).toEqual([100, 100, 200, 300]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is not created again for every wait", () => {
    const timers = vi.spyOn(globalThis, "setTimeout");
    const timer = new SharedTimer();
    const first = waitFor(100);
    timer.add(first);
    for (let count = 0; count < 50; count += 1) {
      const wait = waitFor(100);
      timer.add(wait);
      timer.remove(wait);
    }
    expect(timers).toHaveBeenCalledTimes(1);
    timer.remove(first);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("continues for the rest when the wait that it was set for has ended", () => {
    const timer = new SharedTimer();
    const expired: number[] = [];
    const early = waitFor(100, expired);
    timer.add(early);
    timer.add(waitFor(150, expired));
    timer.remove(early);
    vi.advanceTimersByTime(149);
    expect(expired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(expired).toEqual([150]);
  });

  it("ignores a wait that is removed twice, or was never added", () => {
    const timer = new SharedTimer();
    const wait = waitFor(10);
    timer.add(wait);
    timer.remove(wait);
    timer.remove(wait);
    timer.remove(waitFor(10));
    expect(vi.getTimerCount()).toBe(0);
  });
});
