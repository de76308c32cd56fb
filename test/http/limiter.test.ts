import { afterEach, describe, expect, it, vi } from "vitest";
import { createLimiter } from "../../src/http/concurrency.ts";
import { idle, letTimePass, stopTime } from "../support/fake-time.ts";

const never = new AbortController().signal;

afterEach(() => vi.useRealTimers());

/** A task that logs its start, and ends on demand. */
function createTask() {
  const end = Promise.withResolvers<void>();
  const task = { started: false, end: end.resolve, fail: end.reject, run: () => {} };
  const run = async () => {
    task.started = true;
    await end.promise;
  };
  return Object.assign(task, { run });
}

describe("concurrency", () => {
  it("bounds the tasks at once; the others start in call order", async () => {
    const limiter = createLimiter({ concurrency: 2, requestsPerSecond: undefined });
    const order: number[] = [];
    let running = 0;
    let most = 0;

    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        limiter.run(never, async () => {
          order.push(index);
          running += 1;
          most = Math.max(most, running);
          await idle();
          running -= 1;
        }),
      ),
    );

    expect(most).toBe(2);
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it("frees the place of a task that fails", async () => {
    const limiter = createLimiter({ concurrency: 1, requestsPerSecond: undefined });

    await expect(limiter.run(never, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");

    expect(await limiter.run(never, async () => "done")).toBe("done");
  });

  it("rejects an aborted signal, and starts nothing", async () => {
    const limiter = createLimiter({ concurrency: 1, requestsPerSecond: undefined });
    const task = createTask();

    await expect(limiter.run(AbortSignal.abort(new Error("over")), task.run)).rejects.toThrow("over");

    expect(task.started).toBe(false);
  });

  it("gives the place of a task that was aborted while waiting to the next", async () => {
    const limiter = createLimiter({ concurrency: 1, requestsPerSecond: undefined });
    const [first, second, third] = [createTask(), createTask(), createTask()];
    const impatient = new AbortController();
    const ends = [
      limiter.run(never, first.run),
      limiter.run(impatient.signal, second.run),
      limiter.run(never, third.run),
    ];
    await idle();

    impatient.abort(new Error("gave up"));
    await expect(ends[1]).rejects.toThrow("gave up");
    first.end();
    await idle();

    expect([second.started, third.started]).toEqual([false, true]);
    third.end();
    await Promise.all([ends[0], ends[2]]);
    expect(await limiter.run(never, async () => "free")).toBe("free");
  });

  it("starts no task that is aborted in the same turn in which its place comes", async () => {
    const limiter = createLimiter({ concurrency: 1, requestsPerSecond: undefined });
    const [first, second] = [createTask(), createTask()];
    const impatient = new AbortController();
    const ends = [limiter.run(never, first.run), limiter.run(impatient.signal, second.run)];
    await idle();

    first.end();
    await ends[0];
    impatient.abort(new Error("gave up"));

    await expect(ends[1]).rejects.toThrow("gave up");
    expect(second.started).toBe(false);
    expect(await limiter.run(never, async () => "free")).toBe("free");
  });
});

describe("requestsPerSecond", () => {
  it("spaces the starts evenly, in order, at any concurrency", async () => {
    stopTime();
    const limiter = createLimiter({ concurrency: 8, requestsPerSecond: 4 });
    const started = performance.now();
    const starts: [number, number][] = [];

    await letTimePass(
      Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          limiter.run(never, async () => {
            starts.push([index, performance.now() - started]);
          }),
        ),
      ),
    );

    expect(starts).toEqual([
      [0, 0],
      [1, 250],
      [2, 500],
      [3, 750],
      [4, 1000],
      [5, 1250],
    ]);
  });

  it("does not save up idle time", async () => {
    stopTime();
    const limiter = createLimiter({ concurrency: 8, requestsPerSecond: 1 });
    await limiter.run(never, async () => {});
    vi.advanceTimersByTime(60_000);
    const started = performance.now();
    const starts: number[] = [];

    const note = async () => {
      starts.push(performance.now() - started);
    };
    await letTimePass(Promise.all([limiter.run(never, note), limiter.run(never, note)]));

    expect(starts).toEqual([0, 1000]);
  });

  it("uses no start time for tasks that were aborted while waiting", async () => {
    stopTime();
    const limiter = createLimiter({ concurrency: 8, requestsPerSecond: 1 });
    const impatient = new AbortController();
    const started = performance.now();
    await limiter.run(never, async () => {});
    const given = Array.from({ length: 5 }, () => limiter.run(impatient.signal, async () => {}));
    const last = limiter.run(never, async () => performance.now() - started);
    await idle();

    impatient.abort(new Error("gave up"));
    const ends = await Promise.allSettled(given);

    expect(ends.map(({ status }) => status)).toEqual(Array(5).fill("rejected"));
    expect(await letTimePass(last)).toBe(1000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
