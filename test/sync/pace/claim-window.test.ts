import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leastOf, roomFor } from "../../../src/sync/pace/claim-window.ts";

const alone = { batchSize: 100, ahead: 1_600, isCrowded: false, waiting: 0, held: 0 };

describe("how many deliveries a provider may claim", () => {
  it("alone: as many as its open requests take, and some ahead", () => {
    expect(roomFor(alone)).toBe(1_600);
    expect(roomFor({ ...alone, waiting: 1_000, held: 1_000 })).toBe(600);
    expect(roomFor({ ...alone, waiting: 1_300, held: 1_300 })).toBe(0);
  });

  it("one request's worth where providers take turns", () => {
    expect(roomFor({ ...alone, isCrowded: true })).toBe(100);
    expect(roomFor({ ...alone, batchSize: 1, ahead: 16, isCrowded: true })).toBe(8);
  });

  it("its least, where all hold enough", () => {
    expect(roomFor({ ...alone, held: 10_000 })).toBe(32);
    expect(roomFor({ ...alone, batchSize: 20, held: 50_000 })).toBe(20);
    expect(roomFor({ ...alone, batchSize: 1, held: 50_000 })).toBe(8);
    expect(roomFor({ ...alone, held: 10_000, waiting: 32 })).toBe(0);
  });

  it("holds no more than 10,000 and the least of each, whatever they ask in which order; none that waits for nothing gets nothing", () => {
    const providers = fc.array(fc.record({ batchSize: fc.integer({ min: 1, max: 500 }), turns: fc.nat(3) }), {
      minLength: 1,
      maxLength: 400,
    });
    fc.assert(
      fc.property(providers, fc.array(fc.boolean(), { minLength: 1 }), (asking, crowds) => {
        const waiting = asking.map(() => 0);
        let [held, most] = [0, 10_000];
        for (const { batchSize } of asking) most += leastOf(batchSize);
        for (let round = 0; round < 4; round += 1) {
          for (const [index, { batchSize, turns }] of asking.entries()) {
            if (turns < round) continue;
            const room = roomFor({
              batchSize,
              ahead: batchSize * 16,
              isCrowded: crowds[(index + round) % crowds.length] === true,
              waiting: waiting[index] ?? 0,
              held,
            });
            if (waiting[index] === 0) expect(room).toBeGreaterThan(0);
            waiting[index] = (waiting[index] ?? 0) + room;
            held += room;
            expect(held).toBeLessThanOrEqual(most);
          }
        }
      }),
    );
  });
});
