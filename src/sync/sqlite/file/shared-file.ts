import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { RefusedFile } from "../errors.ts";
import type { WriterFailure } from "../messages.ts";
import { createReader, type Reader } from "../reader.ts";
import { type Identity, identify, isSame } from "./in-place.ts";
import { requireOurs } from "./ledger-file.ts";
import { SCHEMA_STEPS } from "./schema.ts";

/** A ledger's file that another process or thread writes, open for reading only. */
export interface SharedFile {
  /** Whether the path still leads to the file that was opened, with the same log beside it. */
  isInPlace(): boolean;
  /** Reads in one snapshot, and holds no lock on the log afterwards. */
  read<Value>(use: (reader: Reader) => Value): Value;
  close(): void;
}

const MISSING: WriterFailure = {
  code: "unavailable",
  message:
    "path: leads to no file. The ledger's own process creates it: open it there once, or correct the path. The next call looks again.",
  field: "path",
};

const UNREADABLE: WriterFailure = {
  code: "invalid_config",
  message: "path: must be a file that this process may read.",
  field: "path",
};

const NOT_YET: WriterFailure = {
  code: "unavailable",
  message:
    "path: holds no ledger yet. Open the ledger in its own process, or let the copy that is being made there end. The next call looks again.",
  field: "path",
};

const OLDER: WriterFailure = {
  code: "unavailable",
  message:
    "path: the ledger was written by an older version of this package. Open it with this version in its own process, which upgrades it. The next call looks again.",
  field: "path",
};

const REPLACED: WriterFailure = {
  code: "unavailable",
  message:
    "path: the file, or its log, was replaced while it was being opened. The next call opens it again.",
  field: "path",
};

// How long a statement waits, in milliseconds: the file is locked for moments, while a log is recovered or removed.
const BUSY_MS = 1_000;

const MAX_OPENINGS = 3;

type Identities = readonly (Identity | undefined)[];

/**
 * Opens the file. SQLite creates the log (`-wal`, `-shm`) beside it when that is missing and the process may create it;
 * nothing else is written.
 *
 * @throws RefusedFile when the file is missing, holds no ledger yet, or is another program's or of another version
 */
export function openSharedFile(path: string, steps = SCHEMA_STEPS): SharedFile {
  for (let opening = 1; opening <= MAX_OPENINGS; opening += 1) {
    const found = identify(path);
    if (found === undefined) throw new RefusedFile(MISSING);
    try {
      const shared = tryToOpen(path, steps);
      if (shared !== undefined) return shared;
    } catch (thrown) {
      // Otherwise the file was replaced meanwhile, and what failed says nothing about the next one.
      if (isSame(found, identify(path))) throw thrown;
    }
  }
  throw new RefusedFile(REPLACED);
}

/** Returns undefined when the file or its log was replaced meanwhile. */
function tryToOpen(path: string, steps: readonly string[]): SharedFile | undefined {
  const file = findFile(path);
  const before = identifyAll(path, file);
  const shared = openToRead(file, steps);
  const opened = identifyAll(path, file);
  // A log that was missing was created just now.
  if (before.every((one, index) => one === undefined || isSame(one, opened[index]))) {
    return { ...shared, isInPlace: () => isUnchanged(opened, identifyAll(path, file)) };
  }
  shared.close();
  return undefined;
}

/** The file's path without links, where its log lies. */
function findFile(path: string): string {
  const file = realpathSync(path);
  // Not by opening it: closing it again would drop the locks of a writer in the same process.
  if (!statSync(file).isFile() || !isReadable(file)) throw new RefusedFile(UNREADABLE);
  return file;
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** The file that the path leads to now, and the log beside the file that it led to first. */
function identifyAll(path: string, file: string): Identities {
  return [identify(path), identify(`${file}-wal`), identify(`${file}-shm`)];
}

function isUnchanged(before: Identities, now: Identities): boolean {
  return before.every((one, index) => {
    const other = now[index];
    return one === undefined ? other === undefined : isSame(one, other);
  });
}

function openToRead(file: string, steps: readonly string[]): Omit<SharedFile, "isInPlace"> {
  const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS });
  try {
    requireVersion(database, steps);
    const reader = createReader(database);
    const [begin, end] = [database.prepare("BEGIN"), database.prepare("COMMIT")];
    const readVersion = database.prepare("PRAGMA user_version");
    return {
      read(use) {
        begin.run();
        try {
          // The writer may upgrade the file while it is open here.
          if (readVersion.get()?.["user_version"] !== steps.length) requireVersion(database, steps);
          return use(reader);
        } finally {
          if (database.isTransaction) end.run();
        }
      },
      close: () => database.close(),
    };
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

function requireVersion(database: DatabaseSync, steps: readonly string[]): void {
  const version = requireOurs(database, steps);
  if (version < steps.length) throw new RefusedFile(version === 0 ? NOT_YET : OLDER);
}
