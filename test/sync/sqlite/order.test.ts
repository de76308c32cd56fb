import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { Ledger, LedgerChange } from "../../../src/sync/ledger/ledger.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { createSqliteLedger } from "../../../src/sync/sqlite/sqlite-ledger.ts";
import { suiteSize } from "../../support/suite-size.ts";
import { claim, find, forget, issue, revise, revoke } from "../ledger/fixtures.ts";
import { findQuickFolder } from "./quick-folder.ts";

const PLATES = ["AAA 1", "BBB 2", "CCC 3"];

/** Few ids make changes of what is known; many make long runs of new permits. */
const changeAmong = (ids: number): fc.Arbitrary<LedgerChange> =>
  fc
    .record({
      id: fc.integer({ min: 0, max: ids - 1 }).map((number) => `p${number}`),
      kind: fc.oneof(
        { weight: 60, arbitrary: fc.constant("issue") },
        fc.constantFrom("revise", "revoke", "forget"),
      ),
      revision: fc.integer({ min: 0, max: 3 }),
      plates: fc.subarray(PLATES, { minLength: 1 }),
      providerIds: fc.oneof(fc.constant<string[]>(["passport"]), fc.subarray(["passport", "hotspot"])),
      at: fc.integer({ min: 0, max: 9 }),
    })
    .map(({ id, kind, revision, plates, providerIds, at }) => {
      if (kind === "revoke") return revoke(at, id);
      if (kind === "forget") return forget(at, id);
      // Nearly always the same content for the same revision; otherwise it is a conflict.
      const numbers = at === 9 ? plates : [PLATES[revision % PLATES.length] ?? ""];
      const permit = { id, revision, plates: numbers.map((text) => parsePlate(text)) };
      return kind === "issue" ? issue(permit, at, providerIds) : revise(permit, at, providerIds);
    });

const call = fc.oneof(
  { weight: 30, arbitrary: fc.array(changeAmong(1_000), { minLength: 1, maxLength: 1 }) },
  { weight: 5, arbitrary: fc.array(changeAmong(20), { minLength: 1, maxLength: 1 }) },
  { weight: 3, arbitrary: fc.array(changeAmong(400), { minLength: 2, maxLength: 60 }) },
  { weight: 1, arbitrary: fc.array(changeAmong(2_000), { minLength: 64, maxLength: 300 }) },
);

const step = fc.record({ changes: call, turnsBefore: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1, 2) });

it("records simultaneous calls in the order in which they were made, whatever calls share a commit", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 120, size: "max" }), async (steps) => {
      const folder = mkdtempSync(join(findQuickFolder(), "ledger-"));
      const { ledger } = createSqliteLedger({ path: join(folder, "ledger.db") });
      const model = memoryLedger();
      try {
        await Promise.all([ledger.open(), model.open()]);
        const saying = [];
        const expected = [];
        for (const { changes, turnsBefore } of steps) {
          for (let turn = 0; turn < turnsBefore; turn += 1) await setImmediate();
          saying.push(ledger.record(changes));
          expected.push(await model.record(changes));
        }
        expect(await Promise.all(saying)).toEqual(expected);
        expect(await describe(ledger)).toEqual(await describe(model));
      } finally {
        await ledger.close();
        rmSync(folder, { recursive: true });
      }
    }),
    // Making what fails smaller takes minutes; SHRINK=yes does it.
    {
      seed: Number(process.env["SEED"] ?? 20_261_126),
      numRuns: suiteSize("HISTORY_COUNT", { quick: 5, full: 60 }),
      endOnFailure: process.env["SHRINK"] !== "yes",
    },
  );
});

/** Everything that recording has led to, in an order of its own. */
async function describe(ledger: Ledger) {
  const found = await find(ledger, ["AAA1", "BBB2", "CCC3"]);
  const claimed = [];
  for (const providerId of ["passport", "hotspot"]) {
    claimed.push(...(await claim(ledger, 10, { providerId, limit: 100_000 })));
  }
  const lines = claimed.map(({ permitId, providerId, stored, dueSince }) => ({
    ...{ name: `${permitId} ${providerId}`, stored, dueSince },
  }));
  return {
    found: found.toSorted((one, other) => one.id.localeCompare(other.id)),
    claimed: lines.toSorted((one, other) => one.name.localeCompare(other.name)),
  };
}
