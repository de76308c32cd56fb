import { parentPort, workerData } from "node:worker_threads";
import { DAMAGED, RefusedFile, toWriterFailure } from "./errors.ts";
import { isSound } from "./file/integrity.ts";
import { openLedgerFile, readPragma } from "./file/ledger-file.ts";
import type { Parcel, WriterData, WriterMessage } from "./messages.ts";
import { createOperations } from "./thread/operations.ts";

// The only thread that writes a ledger's file. Commits wait for the disk, which must not block the thread that answers
// lookups.

function tell(message: WriterMessage): void {
  parentPort?.postMessage(message);
}

function start({ path, checkedAtOnce, busyMs }: WriterData): void {
  const file = openLedgerFile(path, busyMs);
  const { database } = file;
  const bytes = Number(readPragma(database, "page_count")) * Number(readPragma(database, "page_size"));
  const isChecked = bytes <= checkedAtOnce;
  if (isChecked && !isSound(database)) throw new RefusedFile(DAMAGED);
  const handleParcel = createOperations(file);
  parentPort?.on("message", (parcel: Parcel) => {
    const answers = handleParcel(parcel);
    if (answers !== undefined) tell({ kind: "answers", ...answers });
  });
  tell({ kind: "opened", isChecked });
}

try {
  start(workerData as WriterData);
} catch (thrown) {
  tell({ kind: "refused", failure: toWriterFailure(thrown) });
}
