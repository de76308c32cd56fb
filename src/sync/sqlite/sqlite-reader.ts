import { isEnforcementError } from "../../core/errors.ts";
import { type FindPermits, markChecked } from "../../core/lookup/find-permits.ts";
import type { PermitRecord, StoredPermit } from "../ledger/ledger.ts";
import { isLockedByOther, toEnforcementError, toReaderFailure } from "./errors.ts";
import { readLedgerPath } from "./file/ledger-path.ts";
import { openSharedFile, type SharedFile } from "./file/shared-file.ts";
import { createLists } from "./lists.ts";
import type { Reader } from "./reader.ts";

export interface SqliteReaderOptions {
  /**
   * The path of the ledger's file: the one that `sqliteLedger` has, or a link to it. It may not exist yet. The file, and
   * the log beside it (`-wal`, `-shm`), must be on a disk of this machine.
   */
  readonly path: string;
}

/**
 * A ledger's file, read beside the process that writes it.
 *
 * Each call looks whether the path still leads to the file that is open, and reads one state of it: everything that was
 * recorded before the call. Between calls the reader holds no transaction.
 */
export interface SqliteReader {
  /**
   * The permits of a plate, for `createPermitLookupHandler`. Returns them at once, from the calling thread. Finds each
   * permit whose `issue` has returned, in whichever process.
   *
   * @throws EnforcementError naming `path`: `unavailable` when the file is missing, holds no ledger yet, is incomplete
   * or damaged, or its log can neither be read nor created; `invalid_config` when it cannot be read, is another
   * program's, no database, or from a newer version of this package. The next call looks again.
   */
  readonly findPermits: FindPermits;
  /**
   * A permit with its state; undefined when it is unknown or erased.
   *
   * @throws EnforcementError as `findPermits` does
   */
  getPermit(permitId: string): Promise<StoredPermit | undefined>;
  /**
   * All that the ledger holds of one permit, for `explainPermit`; undefined when it was never recorded.
   *
   * @throws EnforcementError as `findPermits` does
   */
  readRecord(permitId: string): Promise<PermitRecord | undefined>;
  /**
   * The ids of all companies that have a permit in the ledger.
   *
   * @throws EnforcementError as `findPermits` does
   */
  listCompanies(): AsyncIterable<string>;
  /** Closes the file. Further calls throw `unavailable`, and `retryable` is false. */
  close(): Promise<void>;
}

/**
 * Reads a ledger's file in processes and threads other than the one that writes it, on the same machine: lookups in a
 * cluster of processes, for example. It records nothing, and takes no part in the lock of `sqliteLedger`.
 *
 * The file is opened by the first call, not here, so that a reader can be made before the writer has started. It is
 * opened again when it was replaced, and when a call has failed. Each thread needs a reader of its own.
 *
 * @throws EnforcementError `invalid_config` naming the option
 */
export function sqliteReader(options: SqliteReaderOptions): SqliteReader {
  const path = readLedgerPath(options, "sqliteReader");
  let opened: SharedFile | undefined;
  let isClosed = false;

  function drop(): void {
    const file = opened;
    opened = undefined;
    file?.close();
  }

  function read<Value>(operation: string, use: (reader: Reader) => Value): Value {
    if (isClosed) throw toEnforcementError(CLOSED, operation);
    try {
      if (opened?.isInPlace() === false) drop();
      opened ??= openSharedFile(path);
      return opened.read(use);
    } catch (thrown) {
      // What was read of a damaged or replaced file is not kept.
      if (!isLockedByOther(thrown)) drop();
      throw isEnforcementError(thrown) ? thrown : toEnforcementError(toReaderFailure(thrown), operation);
    }
  }

  return {
    findPermits: markChecked((query) => read("lookup", (reader) => reader.findPermits(query))),
    async getPermit(permitId) {
      return read("getPermit", (reader) => reader.getPermit(permitId));
    },
    async readRecord(permitId) {
      return read("readRecord", (reader) => reader.readRecord(permitId));
    },
    listCompanies: createLists((use) => read("list", use)).listCompanies,
    async close() {
      isClosed = true;
      drop();
    },
  };
}

const CLOSED = {
  code: "unavailable",
  message: "reader: is closed; make another one with sqliteReader().",
  retryable: false,
} as const;
