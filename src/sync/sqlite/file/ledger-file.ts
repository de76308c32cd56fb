import { randomUUID } from "node:crypto";
import { closeSync, existsSync, openSync, realpathSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { FENCED, isLockedByOther, RefusedFile, toOpenFailure } from "../errors.ts";
import { watchFiles } from "./in-place.ts";
import { APPLICATION_ID, migrate, SCHEMA_STEPS } from "./schema.ts";

/** A ledger's file, open for its one writer. */
export interface LedgerFile {
  /** The path without links. */
  readonly path: string;
  readonly database: DatabaseSync;
  /**
   * A descriptor of the file besides SQLite's own. It is closed last: closing any descriptor of a file drops all locks
   * that the process has on it.
   */
  readonly descriptor: number;
  /**
   * Throws when the file, or one beside it, was moved, deleted or replaced, or when another process has opened it
   * since. Called inside each transaction that writes, before its commit.
   */
  requireOwned(): void;
  close(): void;
}

// In KiB. With SQLite's own 2 MiB, every insert into the indexes of a million permits would read a page again.
const CACHE_KIB = 32_768;

// In pages of 4 KiB. Copying the log into the file costs two fsyncs, so it happens every 16 MiB.
const CHECKPOINT_PAGES = 4_096;

// How long closing waits for programs that are reading the log, in milliseconds.
const CLOSING_MS = 1_000;

/**
 * Opens or creates a ledger's file, and keeps other processes out while it is open. Another program may lock the file
 * for a moment: statements wait for it, at most `busyMs` milliseconds.
 *
 * @throws RefusedFile when the file is not a ledger, is newer or damaged, or another process has it open
 */
export function openLedgerFile(path: string, busyMs: number, steps = SCHEMA_STEPS): LedgerFile {
  const { file, isNew } = makeFile(path);
  requireOneName(file);
  const lock = lockFile(file);
  let descriptor: number | undefined;
  let database: DatabaseSync | undefined;
  try {
    if (statSync(file).size === 0 && wasMade(lock)) {
      if (isNew) rmSync(file);
      throw new RefusedFile({
        code: "invalid_config",
        field: "path",
        message:
          "path: the ledger that was here is gone or empty. Restore a backup; or, to begin with an empty ledger, remove the .lock file beside it.",
      });
    }
    descriptor = openToWrite(file, "r+");
    database = new DatabaseSync(file, { timeout: busyMs });
    prepareDatabase(database, steps);
    const requireToken = takeOwnership(database);
    lock.exec("PRAGMA user_version = 1");
    return toLedgerFile({ path: file, database, descriptor, lock, requireToken });
  } catch (thrown) {
    database?.close();
    if (descriptor !== undefined) closeSync(descriptor);
    lock.close();
    throw thrown;
  }
}

interface Opened extends Pick<LedgerFile, "path" | "database" | "descriptor"> {
  readonly lock: DatabaseSync;
  readonly requireToken: () => void;
}

function toLedgerFile({ path, database, descriptor, lock, requireToken }: Opened): LedgerFile {
  const requireInPlace = watchFiles(path);
  return {
    path,
    database,
    descriptor,
    requireOwned() {
      requireInPlace();
      requireToken();
    },
    close() {
      emptyLog(database);
      database.close();
      closeSync(descriptor);
      // Last, so that no other process opens the file before it is closed.
      lock.close();
    },
  };
}

/**
 * Copies the log into the file, so that the file is complete when it is closed. SQLite itself does so only when no
 * other connection is left, and readers of other processes have theirs.
 */
function emptyLog(database: DatabaseSync): void {
  try {
    database.exec(`PRAGMA busy_timeout = ${CLOSING_MS}; PRAGMA wal_checkpoint(TRUNCATE)`);
  } catch {
    // The log keeps what was recorded, and the next process finds it there.
  }
}

/**
 * Creates the file when it is missing, and resolves its path. A link may lead to a file that does not exist yet: only
 * once it exists do all its names resolve to one path, and so to one lock.
 */
function makeFile(path: string): { file: string; isNew: boolean } {
  const isNew = !existsSync(path);
  // An existing file is not opened here: closing it would drop SQLite's locks on it, which belong to the process.
  if (isNew) closeSync(openToWrite(path, "a"));
  return { file: realpathSync(path), isNew };
}

function openToWrite(path: string, flags: "a" | "r+"): number {
  try {
    return openSync(path, flags);
  } catch (thrown) {
    throw new RefusedFile(toOpenFailure(thrown));
  }
}

/** Refuses a file with several names. SQLite keeps the log and its locks by name: two names would have two logs. */
function requireOneName(file: string): void {
  if (statSync(file).nlink <= 1) return;
  throw new RefusedFile({
    code: "invalid_config",
    message: "path: the file has another name too (a hard link); remove that, or give the path of a copy.",
    field: "path",
  });
}

/**
 * Makes this process the file's owner, which is the process that opened it last. The lock keeps a second process out,
 * but it can be lost: the operating system drops it when other code of the owner's process closes the lock's file. The
 * returned function reads inside a transaction that writes, so that no other process can open the file between it and
 * the commit.
 */
function takeOwnership(database: DatabaseSync): () => void {
  const token = randomUUID();
  database.prepare("UPDATE owner SET token = ?").run(token);
  const readToken = database.prepare("SELECT token FROM owner");
  return function requireToken() {
    if (readToken.get()?.["token"] !== token) throw new RefusedFile(FENCED);
  };
}

/** The path without links, so that every link to a file leads to the same lock. */
export function resolveLinks(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const folder = dirname(path);
  return existsSync(folder) ? join(realpathSync(folder), basename(path)) : path;
}

/**
 * A lock that the operating system releases when the process ends, however it ends: an exclusive lock of SQLite on a
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
      code: "unavailable",
      field: "path",
      message:
        "ledger: another process, or another ledger of this one, has the file open. One ledger is for one process: stop the other, or use postgresLedger for several.",
    });
  }
}

function wasMade(lock: DatabaseSync): boolean {
  return lock.prepare("PRAGMA user_version").get()?.["user_version"] === 1;
}

/**
 * The version of the file's schema; 0: the database is empty.
 *
 * @throws RefusedFile when it is another program's, or from a newer version of this package
 */
export function requireOurs(database: DatabaseSync, steps: readonly string[]): number {
  // The first read compares the file's size with its header: a truncated file fails here.
  const isEmpty = readPragma(database, "schema_version") === 0;
  const version = Number(readPragma(database, "user_version"));
  const application = readPragma(database, "application_id");
  if (!(isEmpty && version === 0 && application === 0) && application !== APPLICATION_ID) {
    throw new RefusedFile({
      code: "invalid_config",
      field: "path",
      message: "path: is another program's database; give the ledger a file of its own.",
    });
  }
  if (version > steps.length) {
    throw new RefusedFile({
      code: "invalid_config",
      field: "path",
      message: `path: the ledger was written by a newer version of this package (schema ${version}; this one knows ${steps.length}). Upgrade the package, or restore a backup from before the upgrade.`,
    });
  }
  return version;
}

function prepareDatabase(database: DatabaseSync, steps: readonly string[]): void {
  const version = requireOurs(database, steps);
  if (database.prepare("PRAGMA journal_mode = WAL").get()?.["journal_mode"] !== "wal") {
    throw new RefusedFile({
      code: "invalid_config",
      field: "path",
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
  migrate(database, version, steps);
}

export function readPragma(database: DatabaseSync, name: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}
