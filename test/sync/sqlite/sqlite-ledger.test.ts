import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { sqliteLedger } from "../../../src/sync/sqlite/sqlite-ledger.ts";
import { describeLedger } from "../ledger/contract.ts";
import { findQuickFolder } from "./quick-folder.ts";

describeLedger({
  name: "the SQLite ledger",
  histories: { quick: 3, full: 50 },
  async create() {
    const folder = mkdtempSync(join(findQuickFolder(), "ledger-"));
    const path = join(folder, "ledger.db");
    let ledger = sqliteLedger({ path });
    await ledger.open();
    return {
      ledger,
      async reopen() {
        await ledger.close();
        ledger = sqliteLedger({ path });
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
