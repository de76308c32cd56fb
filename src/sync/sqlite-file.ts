import { existsSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isLockedByOther, RefusedFile } from "./sqlite-errors.ts";
import { watchFiles } from "./sqlite-in-place.ts";
import { APPLICATION_ID, migrate, SCHEMA_VERSION } from "./sqlite-schema.ts";

/** A ledger's file, open for its one writer. */
export interface LedgerFile {
  readonly database: DatabaseSync;
  /** Throws when the file, or one beside it, is not where it was any more. */
  requireInPlace(): void;
  close(): void;
}

// In KiB. The indexes of a million permits want some room: with SQLite's own 2 MiB each insert reads a page again.
const CACHE_KIB = 32_768;

// In pages of 4 KiB. Copying the log into the file costs two more fsyncs, so it happens each 16 MiB.
const CHECKPOINT_PAGES = 4_096;

/**
 * Opens or makes a ledger's file, and keeps other processes out for as long as it is open. A program that is no ledger may
 * lock the file for a moment; statements wait for it, `busyMs` at most.
 *
 * @throws RefusedFile when the file is not a ledger, is newer, damaged, or another process has it
 */
export function openLedgerFile(path: string, busyMs: number): LedgerFile {
  const file = resolveLinks(path);
  const lock = lockFile(file);
  let database: DatabaseSync | undefined;
  try {
    const isEmpty = !existsSync(file) || statSync(file).size === 0;
    if (isEmpty && wasMade(lock)) {
      throw new RefusedFile({
        ...{ code: "invalid_config", field: "path" },
        message:
          "path: the ledger that was here is gone or empty. Restore a backup; or, to begin with an empty ledger, remove the .lock file beside it.",
      });
    }
    database = new DatabaseSync(file, { timeout: busyMs });
    prepareDatabase(database);
    lock.exec("PRAGMA user_version = 1");
  } catch (thrown) {
    database?.close();
    lock.close();
    throw thrown;
  }
  const opened = database;
  return {
    database: opened,
    requireInPlace: watchFiles(file),
    close() {
      opened.close();
      // Last, so that nobody else opens the file before it is closed.
      lock.close();
    },
  };
}

/** The same file has the same lock, whatever links lead to it. */
export function resolveLinks(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const folder = dirname(path);
  return existsSync(folder) ? join(realpathSync(folder), basename(path)) : path;
}

/**
 * A lock that the operating system takes back when the process ends, however it ends: an exclusive lock of SQLite on a
 * small database beside the ledger. The ledger itself stays open to readers.
 */
function lockFile(file: string): DatabaseSync {
  const lock = new DatabaseSync(`${file}.lock`, { timeout: 0 });
  try {
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE; COMMIT");
    return lock;
  } catch (thrown) {
    lock.close();
    if (!isLockedByOther(thrown)) throw thrown;
    throw new RefusedFile({
      ...{ code: "unavailable", field: "path" },
      message:
        "ledger: another process, or another ledger of this one, has the file open. One ledger is for one process: stop the other, or use postgresLedger for several.",
    });
  }
}

function wasMade(lock: DatabaseSync): boolean {
  return lock.prepare("PRAGMA user_version").get()?.["user_version"] === 1;
}

function prepareDatabase(database: DatabaseSync): void {
  // The first read compares the file's size with what its header says: a truncated file ends here.
  const isEmpty = readPragma(database, "schema_version") === 0;
  const version = Number(readPragma(database, "user_version"));
  const application = readPragma(database, "application_id");
  if (!(isEmpty && version === 0 && application === 0) && application !== APPLICATION_ID) {
    throw new RefusedFile({
      ...{ code: "invalid_config", field: "path" },
      message: "path: is another program's database; give the ledger a file of its own.",
    });
  }
  if (version > SCHEMA_VERSION) {
    throw new RefusedFile({
      ...{ code: "invalid_config", field: "path" },
      message: `path: the ledger was written by a newer version of this package (schema ${version}; this one knows ${SCHEMA_VERSION}). Upgrade the package, or restore a backup from before the upgrade.`,
    });
  }
  if (database.prepare("PRAGMA journal_mode = WAL").get()?.["journal_mode"] !== "wal") {
    throw new RefusedFile({
      ...{ code: "invalid_config", field: "path" },
      message: "path: its file system cannot hold a write-ahead log; put the ledger on a local disk.",
    });
  }
  database.exec(`
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -${CACHE_KIB};
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA journal_size_limit = 67108864;
    PRAGMA temp_store = MEMORY;
    PRAGMA secure_delete = ON;
    PRAGMA trusted_schema = OFF;
  `);
  migrate(database, version);
}

/** A pragma's value. */
export function readPragma(database: DatabaseSync, name: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}
