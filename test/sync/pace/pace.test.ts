import { describe, expect, it } from "vitest";
import { Pace } from "../../../src/sync/pace/pace.ts";

/** An event loop whose time and turns the test decides. */
function handEventLoop() {
  let now = 1_000_000;
  const rests: (number | "next turn")[] = [];
  const due: (() => void)[] = [];
  const wait = (rest: number | "next turn", callback: () => void) => {
    rests.push(rest);
    due.push(callback);
  };
  return {
    rests,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    turn: () => due.shift()?.(),
    eventLoop: {
      monotonic: () => now,
      after: wait,
      nextTurn: (callback: () => void) => wait("next turn", callback),
    },
  };
}

/** A backfill whose slices take a given time, and whose rests end so much too late, while lookups arrive. */
function backfillBesideLookups() {
  const { eventLoop, rests, turn, pass } = handEventLoop();
  const pace = new Pace(eventLoop);
  const slicer = pace.createSlicer();
  return {
    rests,
    slice({ workMs, lateMs }: { workMs: number; lateMs: number }) {
      pace.noteLookup();
      void slicer.nextTurn();
      pass(workMs);
      // The time is read at every eighth piece.
      for (let piece = 0; piece < 8; piece += 1) void slicer.isOver;
      const rest = Number(rests.at(-1));
      pass(Math.max(0, rest - workMs) + lateMs);
      turn();
    },
  };
}

describe("a pace", () => {
  it("ends a slice of work after two milliseconds, and reads the time at every eighth piece alone", () => {
    const { eventLoop, pass } = handEventLoop();
    const slicer = new Pace(eventLoop).createSlicer();
    const work = (pieces: number) => Array.from({ length: pieces }, () => slicer.isOver);
    expect(work(8)).toEqual(Array(8).fill(false));
    pass(2.1);
    expect(work(8)).toEqual([...Array(7).fill(false), true]);
  });

  it("gives waiting work its turns one by one, in the order in which it asked", async () => {
    const { eventLoop, turn } = handEventLoop();
    const pace = new Pace(eventLoop);
    const order: string[] = [];
    const first = pace
      .createSlicer()
      .nextTurn()
      .then(() => order.push("first"));
    const second = pace
      .createSlicer()
      .nextTurn()
      .then(() => order.push("second"));
    turn();
    await first;
    expect(order).toEqual(["first"]);
    turn();
    await second;
    expect(order).toEqual(["first", "second"]);
  });

  it("rests between slices while lookups arrive, and until a second after the last one", () => {
    const { eventLoop, pass, rests, turn } = handEventLoop();
    const pace = new Pace(eventLoop);
    const slicer = pace.createSlicer();
    void slicer.nextTurn();
    turn();
    expect(pace.areLookupsAsked).toBe(false);
    pace.noteLookup();
    pass(999);
    expect(pace.areLookupsAsked).toBe(true);
    void slicer.nextTurn();
    turn();
    turn();
    pass(1);
    expect(pace.areLookupsAsked).toBe(false);
    expect(rests).toEqual(["next turn", "next turn", 1]);
  });

  it("rests longer the later rests end, and soon less when they are in time again", () => {
    const { rests, slice } = backfillBesideLookups();
    for (let index = 0; index < 100; index += 1) slice({ workMs: 2, lateMs: 0 });
    expect(rests.at(-1)).toBe(10);
    for (let index = 0; index < 30; index += 1) slice({ workMs: 2, lateMs: 10 });
    expect(rests.at(-1)).toBeGreaterThan(24);
    expect(rests.at(-1)).toBeLessThanOrEqual(30);
    for (let index = 0; index < 30; index += 1) slice({ workMs: 2, lateMs: 500 });
    expect(rests.at(-1)).toBe(60);
    for (let index = 0; index < 40; index += 1) slice({ workMs: 2, lateMs: 0 });
    expect(rests.at(-1)).toBeLessThan(11);
  });

  it("does not take its own work for a delay", () => {
    const { rests, slice } = backfillBesideLookups();
    for (let index = 0; index < 100; index += 1) slice({ workMs: 15, lateMs: 0 });
    expect(rests.at(-1)).toBe(10);
  });

  it("rests for a millisecond where the host waits, and for the work of a few permits", () => {
    const { eventLoop, rests, turn, pass } = handEventLoop();
    const pace = new Pace(eventLoop);
    const [slicer, hurried] = [pace.createSlicer(), pace.createSlicer({ rest: "short" })];
    for (let index = 0; index < 20; index += 1) {
      pace.noteLookup();
      void (index < 10 ? slicer : hurried).nextTurn();
      pass(1);
      turn();
    }
    expect(new Set(rests)).toEqual(new Set([1]));
  });
});
