import { expect, it } from "vitest";
import { minute } from "../ledger/fixtures.ts";
import { listAll } from "../list-all.ts";
import { createLedgers } from "../postgres/ledgers.ts";
import { fillWithRefused, syncOver } from "./refused-ledger.ts";

const ledgers = createLedgers();

it("two machines that retry by the same filter at once change each failure once", async () => {
  const [one, other] = [await ledgers.open(), await ledgers.open()];
  await fillWithRefused(one, 400);
  const failures = await listAll(one.listFailures());
  const reports = await Promise.all([
    syncOver(one).retry({ all: true }),
    syncOver(other).retry({ all: true }),
  ]);
  const done = reports.flatMap(({ items }) => items).filter(({ status }) => status === "done");
  expect(done).toHaveLength(400);
  expect(new Set(done.map(({ key }) => key)).size).toBe(failures.length);
  for (const { matched, done: changed, gone, conflicts } of reports) {
    expect(changed + gone + conflicts).toBe(matched);
  }
  expect(await listAll(other.listFailures())).toEqual([]);
});

it("a machine waits for deliveries that another one is working on, and changes the others meanwhile", async () => {
  const [one, other] = [await ledgers.open(), await ledgers.open()];
  await fillWithRefused(one, 50);
  const id = { providerId: "passport", permitId: "permit-7" };
  expect(await other.claimOne(id, { now: minute(100), leaseMs: 2_000 })).toBeDefined();
  const dismissing = syncOver(one).dismiss({ providerId: "passport" });
  await expect.poll(() => listAll(one.listFailures()), { timeout: 1_900 }).toHaveLength(1);
  expect(await dismissing).toMatchObject({ matched: 50, done: 50, conflicts: 0 });
  expect(await listAll(one.listFailures())).toEqual([]);
});
