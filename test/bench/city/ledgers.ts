import { readFileSync } from "node:fs";
import pg from "pg";
import { startPostgres } from "../../sync/postgres/process.ts";
import { makeFile } from "../sync/contenders/bench-folder.ts";
import type { WriterLedger } from "./processes/writer-process.ts";

export type LedgerName = "sqlite" | "postgres";

/** Where a city's permits are kept, and which processes work there. */
export interface CityLedger {
  readonly name: LedgerName;
  readonly writers: number;
  /** Processes that only answer lookups; without any, the writers answer. */
  readonly readers: number;
  readonly setup: WriterLedger;
  /** Committed transactions of all processes so far; null where the ledger does not count them. */
  countCommits(): Promise<number | null>;
  /** Memory of the database's own processes, in megabytes; shared pages count once. */
  measureMegabytes(): number;
  stop(): Promise<void>;
}

export async function openLedger(name: LedgerName): Promise<CityLedger> {
  return name === "sqlite" ? openSqlite() : await openPostgres();
}

function openSqlite(): CityLedger {
  const { path, remove } = makeFile();
  return {
    name: "sqlite",
    writers: 1,
    readers: 2,
    setup: { kind: "sqlite", path },
    countCommits: async () => null,
    measureMegabytes: () => 0,
    stop: async () => remove(),
  };
}

async function openPostgres(): Promise<CityLedger> {
  const server = await startPostgres();
  const { host } = server;
  const database = "postgres";
  const pool = new pg.Pool({ host, database, user: "postgres", max: 1 });
  pool.on("error", () => {});
  return {
    name: "postgres",
    writers: 3,
    readers: 0,
    setup: { kind: "postgres", host, database },
    async countCommits() {
      const { rows } = await pool.query("SELECT xact_commit FROM pg_stat_database WHERE datname = $1", [
        database,
      ]);
      return Number(rows[0]?.xact_commit ?? 0);
    },
    measureMegabytes: () => megabytesBelow(host),
    async stop() {
      await pool.end();
      await server.stop();
    },
  };
}

/** The memory of a PostgreSQL server with all its processes. 0 where the system does not show it. */
function megabytesBelow(folder: string): number {
  try {
    const server = readFileSync(`${folder}/data/postmaster.pid`, "utf8").split("\n")[0] ?? "";
    const children = readFileSync(`/proc/${server}/task/${server}/children`, "utf8").trim().split(" ");
    const kilobytes = [server, ...children].map(proportionalSize);
    return kilobytes.reduce((sum, one) => sum + one, 0) / 1_024;
  } catch {
    return 0;
  }
}

/** Its own pages and its share of those that several processes have, in kilobytes. */
function proportionalSize(pid: string): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
