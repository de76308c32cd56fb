import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createSqliteLedger } from "../../../src/sync/sqlite/sqlite-ledger.ts";
import { describeLedger } from "../ledger/contract.ts";
import { findQuickFolder } from "./quick-folder.ts";

// After how many new permits the indexes are brought up to date; undefined: as for hosts, which is after the test.
const MAX_RECENT = [1, undefined, 2, 4];
let opened = 0;

function openLedger(path: string) {
  const mostRecent = MAX_RECENT[opened++ % MAX_RECENT.length];
  return createSqliteLedger({ path }, mostRecent === undefined ? {} : { mostRecent }).ledger;
}

describeLedger({
  name: "the SQLite ledger",
  histories: { quick: 3, full: 50 },
  async create() {
    const folder = mkdtempSync(join(findQuickFolder(), "ledger-"));
    const path = join(folder, "ledger.db");
    let ledger = openLedger(path);
    await ledger.open();
    return {
      ledger,
      async reopen() {
        await ledger.close();
        ledger = openLedger(path);
        await ledger.open();
        return ledger;
      },
      async dispose() {
        await ledger.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
});
