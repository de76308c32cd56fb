import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { describeLedger } from "../ledger/contract.ts";

describeLedger({
  name: "the memory ledger",
  histories: { quick: 200, full: 2_000 },
  async create() {
    const ledger = memoryLedger();
    await ledger.open();
    return { ledger, dispose: () => ledger.close() };
  },
});
