import { memoryLedger } from "@offstreet/enforcement";
import { sqliteLedger } from "@offstreet/enforcement/sqlite";
import { HOTSPOT_CONTENDERS } from "../hotspot/contenders.ts";
import { NOTES_CONTENDERS } from "../notes/contenders.ts";
import { BATCH } from "../wire.ts";
import { appending } from "./append.ts";
import { makeFile } from "./bench-folder.ts";
import type { Contender } from "./contender.ts";
import { createLoop } from "./loop.ts";
import { createSqliteLoop } from "./node-sqlite.ts";
import { oursOverPostgres } from "./our-postgres.ts";
import { createOurs } from "./ours.ts";
import { rawPgBoss } from "./pg-boss.ts";
import { issuing, issuingMany } from "./recording.ts";

/** By name, as the tables call them. */
export const CONTENDERS: Readonly<Record<string, Contender>> = {
  "ours, memoryLedger": createOurs(() => ({ ledger: memoryLedger(), remove() {} })),
  "ours, sqliteLedger": createOurs(() => {
    const { path, remove } = makeFile();
    return { ledger: sqliteLedger({ path }), remove };
  }),
  "undici loop, 100 in a request": createLoop(BATCH),
  "undici loop, one by one": createLoop(1),
  "ours, postgresLedger": oursOverPostgres,
  "pg-boss, one job for each permit": rawPgBoss,
  "issue, 64 callers at once": issuing,
  "append and fsync for each call": appending,
  "node:sqlite, a transaction for each call": createSqliteLoop({ isOneTransaction: false }),
  "issueMany, one call": issuingMany,
  "node:sqlite loop, one transaction": createSqliteLoop({ isOneTransaction: true }),
  ...HOTSPOT_CONTENDERS,
  ...NOTES_CONTENDERS,
};
