import { vi } from "vitest";

// Saved before a test replaces the timers.
const nextTurn = globalThis.setImmediate;

/** Timers, `Date` and `performance` are fake; real asynchronous work continues. */
export function stopTime(now = "2026-09-15T12:00:00.000Z"): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"], now: new Date(now) });
}

/** Runs everything that needs no time. */
export async function idle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => nextTurn(resolve));
}

/** Waits for a promise. Time passes only when nothing else happens, from one timer to the next. */
export async function letTimePass<Value>(promise: Promise<Value>): Promise<Value> {
  let settled = false;
  const watched = promise.finally(() => {
    settled = true;
  });
  watched.catch(() => {});
  for (;;) {
    await idle();
    if (settled) return watched;
    if (vi.getTimerCount() === 0) throw new Error("It waits for something that no time will bring.");
    vi.advanceTimersToNextTimer();
  }
}
