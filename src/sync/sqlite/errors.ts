import { EnforcementError } from "../../core/errors.ts";
import type { WriterFailure } from "./messages.ts";

// SQLite's primary result codes.
const [BUSY, LOCKED, READ_ONLY, IO_ERROR, CORRUPT, FULL, CANNOT_OPEN, NOT_A_DATABASE] = [
  5, 6, 8, 10, 11, 13, 14, 26,
];

const RESTORE = "Close the ledger and restore a backup; see “A damaged file” in the guide.";

export const DAMAGED: WriterFailure = {
  code: "unavailable",
  message: `ledger: the file is damaged. ${RESTORE}`,
  field: "path",
  retryable: false,
};

export const NOT_A_LEDGER: WriterFailure = {
  code: "invalid_config",
  message: "path: is not a SQLite database; give another path, or restore a backup of the ledger there.",
  field: "path",
};

export const FENCED: WriterFailure = {
  code: "unavailable",
  message:
    "ledger: another process has opened this ledger; nothing of this call was recorded, and this one records nothing more. Close it and open it again when the other process has ended.",
  field: "path",
  retryable: false,
};

/** The failure to report. It holds no path, no value and no text of SQLite's. */
export function toWriterFailure(thrown: unknown): WriterFailure {
  if (thrown instanceof RefusedFile) return thrown.failure;
  switch (primaryCodeOf(thrown)) {
    case FULL:
      return {
        code: "unavailable",
        message:
          "ledger: the disk is full; nothing of this call was recorded. Make room and repeat it; nothing has to be restarted.",
      };
    case BUSY:
    case LOCKED:
      return {
        code: "unavailable",
        message:
          "ledger: another program holds a lock on the ledger's file; nothing of this call was recorded. End that program's transaction, and repeat the call.",
      };
    case CORRUPT:
      return DAMAGED;
    case NOT_A_DATABASE:
      return NOT_A_LEDGER;
    case IO_ERROR:
      return {
        code: "unavailable",
        message: "ledger: the disk failed to read or write; nothing of this call was recorded.",
      };
    case READ_ONLY:
    case CANNOT_OPEN:
      return {
        code: "invalid_config",
        message:
          "path: cannot be opened for writing; its directory must exist, and this process must own both.",
        field: "path",
      };
    default: {
      const code = primaryCodeOf(thrown);
      const what = code === undefined ? "an unexpected error" : `SQLite error ${code}`;
      return {
        code: "unavailable",
        message: `ledger: failed with ${what}; nothing of this call was recorded.`,
      };
    }
  }
}

/** The failure to report to a reader beside the writer. It holds no path, no value and no text of SQLite's. */
export function toReaderFailure(thrown: unknown): WriterFailure {
  if (thrown instanceof RefusedFile) return thrown.failure;
  switch (primaryCodeOf(thrown)) {
    case BUSY:
    case LOCKED:
      return {
        code: "unavailable",
        message: "reader: another program locks the ledger's file. Repeat the call when it has ended.",
        field: "path",
      };
    case CORRUPT:
      return {
        code: "unavailable",
        message:
          "path: the file is incomplete or damaged. While it is being restored, repeat the call when the copy is complete; otherwise restore a backup, see “A damaged file” in the guide.",
        field: "path",
      };
    case NOT_A_DATABASE:
      return NOT_A_LEDGER;
    case IO_ERROR:
      return { code: "unavailable", message: "reader: the disk failed to read.", field: "path" };
    case READ_ONLY:
    case CANNOT_OPEN:
      return {
        code: "unavailable",
        message:
          "path: the log (-wal, -shm) beside the file is missing, and this process may not create it. Open the ledger in its own process, or let this process write to the directory.",
        field: "path",
      };
    default: {
      const code = primaryCodeOf(thrown);
      const what = code === undefined ? "an unexpected error" : `SQLite error ${code}`;
      return { code: "unavailable", message: `reader: failed with ${what}.` };
    }
  }
}

/** The error that the caller gets. */
export function toEnforcementError(failure: WriterFailure, operation: string): EnforcementError {
  const { code, message, field, retryable } = failure;
  return new EnforcementError(code, message, { operation, field, retryable });
}

/** Thrown when a file is not a usable ledger. */
export class RefusedFile extends Error {
  readonly failure: WriterFailure;

  constructor(failure: WriterFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Whether an operation failed because another program holds a lock on the file. */
export function isLockedByOther(thrown: unknown): boolean {
  const code = primaryCodeOf(thrown);
  return code === BUSY || code === LOCKED;
}

export function primaryCodeOf(thrown: unknown): number | undefined {
  const code = (thrown as { errcode?: unknown } | null)?.errcode;
  return typeof code === "number" ? code & 0xff : undefined;
}

/** The failure of creating the file, mapped as SQLite would report it. */
export function toOpenFailure(thrown: unknown): WriterFailure {
  const code = String((thrown as { code?: unknown }).code);
  return toWriterFailure({ errcode: code === "ENOSPC" || code === "EDQUOT" ? FULL : CANNOT_OPEN });
}
