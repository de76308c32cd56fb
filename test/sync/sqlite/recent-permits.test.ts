import fc from "fast-check";
import { expect, it } from "vitest";
import { RecentPermits } from "../../../src/sync/sqlite/recent-permits.ts";

const NUMBERS = ["AAA1", "BBB2", "CCC3"];

type Step =
  | { kind: "add"; id: string; numbers: string[] }
  | { kind: "turn" }
  | { kind: "end"; isUpToDate: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant("add" as const),
    id: fc.constantFrom("p0", "p1", "p2"),
    numbers: fc.subarray(NUMBERS),
  }),
  fc.record({ kind: fc.constant("turn" as const) }),
  fc.record({ kind: fc.constant("end" as const), isUpToDate: fc.boolean() }),
);

it("names every permit of a plate that the table of plates may not have yet, and no other", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const recent = new RecentPermits();
      let added: [number: string, id: string][] = [];
      let turned: typeof added | undefined;
      for (const one of steps) {
        if (one.kind === "add") {
          recent.add({ id: one.id, companyId: "university" }, one.numbers);
          for (const number of one.numbers) added.push([number, one.id]);
        } else if (one.kind === "turn" && turned === undefined) {
          recent.turn();
          [turned, added] = [added, []];
          expect(recent.count).toBe(0);
        } else if (one.kind === "end" && turned !== undefined) {
          recent.endTurn(one.isUpToDate);
          if (!one.isUpToDate) added.push(...turned);
          turned = undefined;
        }
        for (const number of NUMBERS) {
          const ids = [...(turned ?? []), ...added].filter(([its]) => its === number).map(([, id]) => id);
          expect(recent.find("city", number).size).toBe(0);
          expect([...recent.find("university", number)].sort()).toEqual([...new Set(ids)].sort());
        }
      }
    }),
    { seed: 20_261_126 },
  );
});
