import { parentPort, workerData } from "node:worker_threads";
import { DAMAGED, RefusedFile, toWriterFailure } from "./sqlite-errors.ts";
import { openLedgerFile, readPragma } from "./sqlite-file.ts";
import { isSound } from "./sqlite-integrity.ts";
import type { Request, WriterData, WriterMessage } from "./sqlite-messages.ts";
import { createOperations } from "./sqlite-operations.ts";

// The thread that alone writes a ledger's file. Commits wait for the disk; the thread that answers lookups must not.

function tell(message: WriterMessage): void {
  parentPort?.postMessage(message);
}

function start({ path, checkedAtOnce }: WriterData): void {
  const { database, close } = openLedgerFile(path);
  const bytes = Number(readPragma(database, "page_count")) * Number(readPragma(database, "page_size"));
  const isChecked = bytes <= checkedAtOnce;
  if (isChecked && !isSound(database)) throw new RefusedFile(DAMAGED);
  const handleBatch = createOperations(database, close);
  parentPort?.on("message", (batch: readonly Request[]) => {
    tell({ kind: "answers", answers: handleBatch(batch) });
  });
  tell({ kind: "opened", isChecked });
}

try {
  start(workerData as WriterData);
} catch (thrown) {
  tell({ kind: "refused", failure: toWriterFailure(thrown) });
}
