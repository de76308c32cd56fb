import { copyFileSync, existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parsePlate } from "../../../../src/core/permit/plate.ts";
import { expectSound, makeQuickFolder } from "../../ledger/erased-plates.ts";
import { issue } from "../../ledger/fixtures.ts";
import { makeLedger } from "../folder.ts";
import { startReader } from "./reader-child.ts";

const PLATE = "ABC123";

/** Permits with other plates, which make the file larger. */
function others(count: number, prefix: string) {
  return Array.from({ length: count }, (_, index) =>
    issue({ id: `${prefix}-${index}`, plates: [parsePlate(`${prefix}${index}`)] }),
  );
}

/** What the guide says, while the ledger is closed. */
function restore(backup: string, path: string): void {
  copyFileSync(backup, `${path}.new`);
  for (const suffix of ["-wal", "-shm", ""]) {
    if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${path}.old${suffix}`);
  }
  renameSync(`${path}.new`, path);
}

describe("a restore while other processes look up", () => {
  it.each([
    ["smaller", 10, 2_000],
    ["larger", 2_000, 10],
  ])("of a %s file is noticed at the next call, and the restored file is sound", async (_, before, after) => {
    const path = join(makeQuickFolder(), "ledger.db");
    const backup = join(makeQuickFolder(), "backup.db");
    const { ledger } = makeLedger(path);
    await ledger.open();
    await ledger.record([issue({ id: "in-backup" }), ...others(before, "B")]);
    await ledger.backup(backup);
    await ledger.record([issue({ id: "lost" }), ...others(after, "A")]);
    const [busy, calm] = [startReader(path), startReader(path)];
    expect(await calm.find(PLATE)).toEqual({ ids: ["in-backup", "lost"] });
    await busy.beBusy(PLATE);
    await ledger.close();
    restore(backup, path);
    expect(await calm.find(PLATE)).toEqual({ ids: ["in-backup"] });
    await ledger.open();
    await ledger.record([issue({ id: "later" }), ...others(3_000, "C")]);
    const { failures } = await busy.stop();
    // For the moment in which no file had the name.
    for (const failure of failures) expect(failure).toMatch(/leads to no file|was replaced while/);
    for (const reader of [busy, calm]) {
      expect(await reader.find(PLATE)).toEqual({ ids: ["in-backup", "later"] });
      expect(await reader.find("C2999")).toEqual({ ids: ["C-2999"] });
      expect(await reader.find("A5")).toEqual({ ids: [] });
    }
    await ledger.close();
    await expectSound(path);
  });
});
