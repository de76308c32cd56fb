import { describe, expect, it } from "vitest";
import { EnforcementError, type EnforcementErrorCode } from "../../../src/core/errors.ts";
import { Breaker } from "../../../src/sync/deliver/send/breaker.ts";
import { createVirtualTime } from "../histories/virtual-time.ts";

const START = Date.parse("2026-09-15T12:00:00.000Z");

function setUp() {
  const time = createVirtualTime(START);
  const told: string[] = [];
  const breaker = new Breaker({
    timers: time.createTimers(),
    // The longest that jitter can be.
    random: () => 1,
    onChange: (error) => told.push(error?.code ?? "back"),
  });
  const fail = (code: EnforcementErrorCode = "timeout", retryAfterMs?: number) =>
    breaker.noteTrouble(new EnforcementError(code, "No.", { retryAfterMs }), { isProbe: false });
  const probe = () => {
    time.advance(breaker.waitMs);
    expect(breaker.startProbe()).toBe(true);
  };
  return { time, told, breaker, fail, probe };
}

describe("the breaker", () => {
  it("opens after three failures in a row; an answer in between resets the count", () => {
    const { breaker, fail, told } = setUp();
    fail();
    fail();
    breaker.noteAnswer({ isProbe: false });
    fail();
    fail();
    expect(breaker.isClosed).toBe(true);
    fail();
    expect(breaker.status).toMatchObject({ state: "open", code: "timeout", downSince: new Date(START) });
    expect(told).toEqual(["timeout"]);
  });

  it.each(["unauthorized", "rate_limited"] as const)("opens at once after %s", (code) => {
    const { breaker, fail } = setUp();
    fail(code);
    expect(breaker.status).toMatchObject({ state: "open", code });
  });

  it("doubles its wait after each failed probe, up to a minute, and emits one event", () => {
    const { breaker, fail, probe, told } = setUp();
    fail("unauthorized");
    const waits: number[] = [];
    for (let round = 0; round < 11; round += 1) {
      waits.push(breaker.waitMs);
      probe();
      breaker.noteTrouble(new EnforcementError("timeout", "No."), { isProbe: true });
    }
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect(told).toEqual(["unauthorized"]);
  });

  it("sends one probe at a time, and closes only when that one is answered", () => {
    const { breaker, fail, probe, told } = setUp();
    fail("rate_limited", 5_000);
    expect(breaker.startProbe()).toBe(false);
    // It was in progress before, and does not change the wait that the vendor asked for since.
    breaker.noteAnswer({ isProbe: false });
    expect(breaker.waitMs).toBe(5_000);
    probe();
    expect(breaker.status.state).toBe("half_open");
    expect(breaker.startProbe()).toBe(false);
    breaker.noteAnswer({ isProbe: true });
    expect(breaker.status).toEqual({ state: "closed", code: null, downSince: null, retryAt: null });
    expect(told).toEqual(["rate_limited", "back"]);
  });

  it("waits at most an hour, whatever the vendor asks for, and not at all when the clock was wrong", () => {
    const { breaker, fail, time } = setUp();
    fail("rate_limited", 365 * 24 * 60 * 60_000);
    expect(breaker.waitMs).toBe(60 * 60_000);
    time.jump(-24 * 60 * 60_000);
    expect(breaker.waitMs).toBe(0);
  });

  it("waits no longer when the clock is set back a little", () => {
    const { breaker, fail, time } = setUp();
    fail("rate_limited", 30_000);
    time.jump(-10 * 60_000);
    expect(breaker.waitMs).toBe(0);
    expect(breaker.startProbe()).toBe(true);
    breaker.noteTrouble(new EnforcementError("rate_limited", "No.", { retryAfterMs: 30_000 }), {
      isProbe: true,
    });
    expect(breaker.waitMs).toBe(30_000);
  });

  it("counts a failure that may concern one permit as the vendor's once five permits have it in three requests", () => {
    const { breaker, told } = setUp();
    const error = new EnforcementError("invalid_response", "What?");
    const held = (...permitIds: string[]) => breaker.noteHeld(error, { permitIds, isProbe: false });
    for (let round = 0; round < 20; round += 1) held("a");
    for (const id of ["a", "b", "c"]) held(id);
    breaker.noteAnswer({ isProbe: false });
    held("a", "b", "c", "d", "e", "f");
    held("a");
    expect(breaker.isClosed).toBe(true);
    held("b");
    expect(breaker.status).toMatchObject({ state: "open", code: "invalid_response" });
    expect(told).toEqual(["invalid_response"]);
  });
});
