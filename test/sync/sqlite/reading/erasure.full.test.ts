import { expect, it } from "vitest";
import { expectSound, findErased, openErased, reviseKept } from "../../ledger/erased-plates.ts";
import { startReader } from "./reader-child.ts";

// Half a minute on a quiet machine.
const WITHIN_MS = 30 * 60_000;

it(
  "readers that look up all the time do not keep 10,000 erased permits from being overwritten",
  async () => {
    const count = 12_000;
    const isErased = (index: number) => index % 6 !== 0;
    const { folder, path, ledger, erased } = await openErased(count, isErased);
    expect(erased).toBe(10_000);
    expect(Object.keys(findErased(folder, isErased))).toContain("ledger.db");
    const readers = [startReader(path), startReader(path)];
    for (const reader of readers) await reader.beBusy("SEC000006");
    const revising = reviseKept(ledger, count, isErased);
    expect(await ledger.overwriteErased?.()).toBe(true);
    await revising;
    expect(findErased(folder, isErased)).toEqual({});
    for (const reader of readers) {
      const { count: lookups, failures } = await reader.stop();
      expect(failures).toEqual([]);
      expect(lookups).toBeGreaterThan(0);
      expect(await reader.find("SEC000006")).toEqual({ ids: ["permit-6"] });
    }
    await ledger.close();
    expect(findErased(folder, isErased)).toEqual({});
    await expectSound(path);
  },
  WITHIN_MS,
);
