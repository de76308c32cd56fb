import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder on the machine's disk that is gone afterwards. */
export function makeFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "enforcement-bench-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A ledger's file in a folder of its own. */
export function makeFile(): { path: string; remove(): void } {
  const { folder, remove } = makeFolder();
  return { path: join(folder, "ledger.sqlite"), remove };
}
