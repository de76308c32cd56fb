import { expect, it } from "vitest";
import { NO_DELIVERY } from "../../../src/sync/ledger/delivery.ts";
import { countOf } from "../ledger/count-of.ts";
import { claimAll, createLedgers, issue, later, START } from "./ledgers.ts";

const ledgers = createLedgers();
const HOUR_MS = 60 * 60_000;

it("a claim lasts by the database's clock, whatever another machine takes that clock to show", async () => {
  const [one, other] = [await ledgers.open(), await ledgers.open()];
  await one.record([issue("P-1", { validTo: later(HOUR_MS) }), issue("P-2")]);
  const [first] = await one.claim({ limits: new Map([["push", 1]]), now: START, leaseMs: 60_000 });
  if (first === undefined) throw new Error("Nothing was due.");
  const late = later(10 * HOUR_MS);
  expect((await claimAll(other, late)).map(({ permitId }) => permitId)).not.toContain(first.permitId);
  expect(await other.claimOne(first, { now: late, leaseMs: 60_000 })).toBeUndefined();
  expect(await countOf(other, "push", late)).toMatchObject({ pending: 2 });
  expect(await other.erase({ endedBefore: late, now: late, limit: 10 })).toBe(0);
  expect(await one.save([{ ...first, delivery: { ...NO_DELIVERY, generation: 1 } }])).toEqual([true]);

  const shown = await one.pool.query("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::text AS now");
  const now = Number(shown.rows[0]?.now);
  for (const ledger of [one, other]) expect(ledger.now?.()?.getTime()).toBeGreaterThan(now - HOUR_MS);
  const open = (await ledgers.open()).now?.();
  const after = await one.pool.query("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::text AS now");
  expect(open?.getTime()).toBeLessThanOrEqual(Number(after.rows[0]?.now));
});
