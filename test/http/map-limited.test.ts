import { describe, expect, it } from "vitest";
import { mapLimited } from "../../src/http/concurrency.ts";
import { idle } from "../support/fake-time.ts";

describe("mapLimited", () => {
  it("respects its limit, starts in order, and returns the results in the order of the inputs", async () => {
    const inputs = Array.from({ length: 25 }, (_, index) => index);
    const started: number[] = [];
    let running = 0;
    let most = 0;

    const results = await mapLimited(inputs, 4, async (input, index) => {
      started.push(index);
      running += 1;
      most = Math.max(most, running);
      // Later tasks end first.
      for (let turn = 0; turn < 3 - (index % 4); turn += 1) await idle();
      running -= 1;
      return input * 2;
    });

    expect(most).toBe(4);
    expect(started).toEqual(inputs);
    expect(results).toEqual(inputs.map((input) => input * 2));
  });

  it("starts no task for an empty input", async () => {
    expect(await mapLimited([], 4, () => Promise.reject(new Error("never")))).toEqual([]);
  });

  it("starts nothing more after a failure", async () => {
    const started: number[] = [];

    const mapped = mapLimited([0, 1, 2, 3, 4, 5], 2, async (input) => {
      started.push(input);
      await idle();
      if (input === 1) throw new Error("broken");
    });

    await expect(mapped).rejects.toThrow("broken");
    await idle();
    expect(started.length).toBeLessThanOrEqual(3);
  });
});
