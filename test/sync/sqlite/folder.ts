import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createSqliteLedger, type SqliteLedger } from "../../../src/sync/sqlite/sqlite-ledger.ts";

/** A folder that is gone when the test is over. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ledger-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A ledger that is closed when the test is over, with its open file. */
export function makeLedger(path: string, internals: Parameters<typeof createSqliteLedger>[1] = {}) {
  const made = createSqliteLedger({ path }, internals);
  onTestFinished(() => made.ledger.close());
  return made;
}

export async function openLedger(path: string): Promise<SqliteLedger> {
  const { ledger } = makeLedger(path);
  await ledger.open();
  return ledger;
}
