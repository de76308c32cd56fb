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

describe("a pace", () => {
  it("ends a slice of work after a millisecond, and reads the time at every eighth piece alone", () => {
    const { eventLoop, pass } = handEventLoop();
    const slicer = new Pace(eventLoop).createSlicer();
    const work = (pieces: number) => Array.from({ length: pieces }, () => slicer.isOver);
    expect(work(8)).toEqual(Array(8).fill(false));
    pass(1.1);
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
});
