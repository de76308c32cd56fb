import { renameSync, rmSync } from "node:fs";
import { backup, DatabaseSync } from "node:sqlite";
import { toEnforcementError, toWriterFailure } from "./sqlite-errors.ts";

// Everything in one step, off this thread: the copy is of one moment, and writers never make it begin again.
const ALL_PAGES = 0x7fff_ffff;

/** Copies a ledger's file as it is now. The target is replaced when the copy is whole. */
export async function copyLedgerFile(path: string, target: string): Promise<void> {
  const partial = `${target}.partial`;
  let source: DatabaseSync | undefined;
  try {
    source = new DatabaseSync(path, { readOnly: true, timeout: 1_000 });
    rmSync(partial, { force: true });
    await backup(source, partial, { rate: ALL_PAGES });
    renameSync(partial, target);
  } catch (thrown) {
    rmSync(partial, { force: true });
    throw toEnforcementError(toWriterFailure(thrown), "backup");
  } finally {
    source?.close();
  }
}
