import { join } from "node:path";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { makeFolder, openLedger } from "../sqlite/folder.ts";
import { describeClockSetBack } from "./clock-set-back.ts";

describeClockSetBack("memory", async () => {
  const ledger = memoryLedger();
  await ledger.open();
  return ledger;
});
describeClockSetBack("a file", () => openLedger(join(makeFolder(), "permits.db")));
