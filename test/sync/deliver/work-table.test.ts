import { expect, it } from "vitest";
import { type Work, WorkTable } from "../../../src/sync/deliver/work.ts";
import { HeldDeliveries } from "../../../src/sync/pace/claim-window.ts";

it("the tables of all providers count together what they hold, each permit once", () => {
  const held = new HeldDeliveries();
  const [one, other] = [new WorkTable(held), new WorkTable(held)];
  const work = {} as Work;
  one.set("P-1", work);
  one.set("P-2", work);
  // Claimed again: the outdated state makes way.
  one.set("P-2", work);
  other.set("P-1", work);
  expect(held.total).toBe(3);
  one.delete("P-1");
  one.delete("P-1");
  expect(held.total).toBe(2);
  one.clear();
  expect(held.total).toBe(1);
  other.clear();
  expect(held.total).toBe(0);
});
