import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryLedger } from "../../../../src/index.ts";
import { sqliteLedger } from "../../../../src/sync/sqlite-ledger.ts";
import { BATCH } from "../wire.ts";
import type { Contender } from "./contender.ts";
import { createLoop } from "./loop.ts";
import { createOurs } from "./ours.ts";

/** Where files of the benchmark lie: on the machine's disk, and gone afterwards. */
export function makeFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "enforcement-bench-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** By name, as the tables call them. */
export const CONTENDERS: Readonly<Record<string, Contender>> = {
  "ours, memoryLedger": createOurs(() => ({ ledger: memoryLedger(), remove() {} })),
  "ours, sqliteLedger": createOurs(() => {
    const { folder, remove } = makeFolder();
    return { ledger: sqliteLedger({ path: join(folder, "ledger.sqlite") }), remove };
  }),
  "undici loop, 100 in a request": createLoop(BATCH),
  "undici loop, one by one": createLoop(1),
};
