import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RequestPlaces } from "../../../src/sync/deliver/send/request-places.ts";
import { AllPlaces } from "../../../src/sync/deliver/send/vendor-places.ts";

/** Providers with work to do, which send as soon as they have a place. */
function providersOf(max: number, count: number) {
  const places = new RequestPlaces(() => max);
  const left = Array.from({ length: count }, () => 0);
  const sent: number[] = [];
  const open: number[] = [];
  const turns = left.map((_, provider) => () => {
    while ((left[provider] ?? 0) > 0 && places.take(turns[provider] as () => void)) {
      left[provider] = (left[provider] ?? 0) - 1;
      sent.push(provider);
      open.push(provider);
    }
  });
  return {
    places,
    sent,
    open,
    left,
    add(provider: number, work: number) {
      left[provider] = (left[provider] ?? 0) + work;
      turns[provider]?.();
    },
    end(index: number) {
      open.splice(index, 1);
      places.release();
    },
    stop(provider: number) {
      left[provider] = 0;
      places.leave(turns[provider] as () => void);
    },
  };
}

describe("requests of several providers", () => {
  it("never exceed the bound, and none waits while a place is free", () => {
    const step = fc.oneof(
      fc.record({
        do: fc.constant("add" as const),
        provider: fc.nat(4),
        work: fc.integer({ min: 1, max: 5 }),
      }),
      fc.record({ do: fc.constant("end" as const), which: fc.nat(20) }),
      fc.record({ do: fc.constant("stop" as const), provider: fc.nat(4) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 60 }), (max, steps) => {
        const world = providersOf(max, 5);
        for (const one of steps) {
          if (one.do === "add") world.add(one.provider, one.work);
          else if (one.do === "stop") world.stop(one.provider);
          else if (world.open.length > 0) world.end(one.which % world.open.length);
          expect(world.open.length).toBeLessThanOrEqual(max);
          const waiting = world.left.reduce((sum, work) => sum + work, 0);
          expect(world.open.length === max || waiting === 0).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("take turns: a provider with a long queue does not precede one with a single request", () => {
    const world = providersOf(2, 3);
    world.add(0, 100);
    world.add(1, 2);
    world.add(2, 1);
    for (let ended = 0; ended < 6; ended += 1) world.end(0);
    // The first two places were free. From then on each provider gets one place in turn.
    expect(world.sent).toEqual([0, 0, 0, 1, 2, 0, 1, 0]);
  });
});

describe("many providers of one vendor", () => {
  it("each get their turn when a place that all wait for leads to none of another kind", () => {
    const places = new AllPlaces(1, () => {});
    const vendor = places.of("https://down.test");
    vendor.noteProbe(false);
    const holder = places.of("https://other.test").take(false, () => {});
    const probing = vendor.take(true, () => {});
    const turns = Array.from({ length: 20_000 }, () => {
      let count = 0;
      const again = () => {
        count += 1;
        vendor.take(true, again)?.();
      };
      vendor.take(true, again);
      return () => count;
    });
    probing?.();
    holder?.();
    expect(turns.filter((turn) => turn() === 0)).toEqual([]);
  });
});
