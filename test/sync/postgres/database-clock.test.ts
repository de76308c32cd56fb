import { describe, expect, it } from "vitest";
import { DatabaseClock } from "../../../src/sync/postgres/database-clock.ts";

/** A machine and its database; all times in milliseconds. `ask` takes `there` to the database and `back` from it. */
function createBench(databaseShows: number) {
  let elapsed = 500;
  let shown = databaseShows;
  const clock = new DatabaseClock(() => elapsed);
  const pass = (milliseconds: number) => {
    elapsed += milliseconds;
    shown += milliseconds;
  };
  return {
    pass,
    ask(there: number, back: number) {
      const note = clock.ask();
      pass(there);
      const read = shown;
      pass(back);
      note(`${read}.000000`);
    },
    step(milliseconds: number) {
      shown += milliseconds;
    },
    behindBy: () => shown - (clock.now()?.getTime() ?? Number.NaN),
    clock,
  };
}

describe("a machine's estimate of the database's clock", () => {
  it("is unknown before the database has answered", () => {
    expect(createBench(1_000_000).clock.now()).toBeUndefined();
  });

  it("advances by itself, and is never ahead of the database's clock", () => {
    const { ask, pass, behindBy } = createBench(1_000_000);
    ask(300, 40);
    expect(behindBy()).toBe(40);
    pass(60_000);
    expect(behindBy()).toBe(40);
  });

  it("is based on the quickest answer", () => {
    const { ask, behindBy } = createBench(1_000_000);
    ask(5, 40);
    ask(900, 3);
    ask(2, 700);
    expect(behindBy()).toBe(3);
  });

  it.each([-3_600_000, -200, 200, 3_600_000])(
    "follows when the database's clock is set, by %i ms",
    (stepMs) => {
      const { ask, step, behindBy } = createBench(10_000_000);
      ask(5, 5);
      step(stepMs);
      ask(5, 8);
      expect(behindBy()).toBe(8);
    },
  );
});
