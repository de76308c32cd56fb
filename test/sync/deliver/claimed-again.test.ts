import { expect, it } from "vitest";
import type { Directory } from "../../../src/core/directory/directory.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { createPermitSync } from "../../../src/sync/permit-sync.ts";
import { permit, setUp } from "../reconcile/reconcile-bench.ts";

const shortly = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

it("a delivery that is claimed again before its release is confirmed is still delivered", async () => {
  const { provider, directory, clock, seen } = setUp();
  const inner = memoryLedger();
  let claims = 0;
  let saves = 0;
  let release = () => {};
  const recorded = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow: Ledger = {
    ...inner,
    async record(...change) {
      const statuses = await inner.record(...change);
      release();
      // The claim's answer comes first; the delivery in it is outdated as soon as this one comes.
      await shortly(5);
      return statuses;
    },
    async claim(request) {
      await recorded;
      // The second one is requested before the save and carried out after it.
      for (let waited = 0; waited < 100 && claims > 0 && saves === 0; waited += 1) await shortly(1);
      const claimed = await inner.claim(request);
      claims += 1;
      return claimed;
    },
    async save(updates) {
      const before = claims;
      const effects = await inner.save(updates);
      saves += 1;
      // A file that is written and read by one thread answers both at once, in whatever order.
      for (let waited = 0; waited < 50 && claims === before; waited += 1) {
        await shortly(1);
      }
      await shortly(1);
      return effects;
    },
  };
  const slowDirectory: Directory = {
    ...directory,
    async getCompany(id) {
      await shortly(30);
      return directory.getCompany(id);
    },
  };
  const options = { providers: [provider], ledger: slow, directory: slowDirectory, clock };
  const sync = createPermitSync(options);
  await sync.start();
  await sync.issueMany([permit(1), permit(2)]);
  await sync.idle();
  expect(seen()).toHaveLength(2);
  await sync.stop();
});
