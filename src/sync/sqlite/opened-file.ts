import { DatabaseSync } from "node:sqlite";
import { isEnforcementError } from "../../core/errors.ts";
import { DAMAGED, toEnforcementError, toWriterFailure } from "./errors.ts";
import { watchFiles } from "./file/in-place.ts";
import { type CheckMessage, SOUND, startIntegrityCheck } from "./file/integrity.ts";
import { resolveLinks } from "./file/ledger-file.ts";
import { createReader, type Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

/** Settings for tests. */
export interface SqliteInternals {
  /** A file of up to this size is checked before it is open, in bytes. */
  readonly checkedAtOnce?: number;
  /** How long a statement waits for another program's lock, in milliseconds. */
  readonly busyMs?: number;
}

/** An open ledger file: one connection that writes, and one that reads. */
export interface OpenedFile {
  readonly path: string;
  /** Throws when the file, or one of those beside it, was moved, deleted or replaced. */
  requireInPlace(): void;
  readonly reader: Reader;
  readonly writer: Writer;
  /** The result of checking the whole file; undefined when the check was stopped. */
  readonly checked: Promise<CheckMessage | undefined>;
  close(): Promise<void>;
}

// A file of this size is checked in some 50 ms. A larger one is checked while deliveries go on.
const CHECKED_AT_ONCE = 32 * 1024 * 1024;

// A program that reads or copies the file may lock it for a moment.
const BUSY_MS = 5_000;

// Lookups and the host's other work wait meanwhile.
const READER_BUSY_MS = 1_000;

/** Opens a ledger's file in a thread of its own, and begins to check it. */
export async function openFile(path: string, internals: SqliteInternals): Promise<OpenedFile> {
  const { checkedAtOnce = CHECKED_AT_ONCE, busyMs = BUSY_MS } = internals;
  const { writer, isChecked } = await Writer.start({ path, checkedAtOnce, busyMs });
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: READER_BUSY_MS });
    const connection = database;
    const check = isChecked ? SOUND : startIntegrityCheck({ path });
    const checked = check.result.then((result) => {
      if (result === "damaged") writer.fail(DAMAGED);
      return result;
    });
    const opened = {
      path,
      requireInPlace: watchFiles(resolveLinks(path)),
      reader: createReader(connection),
      writer,
      checked,
    };
    return {
      ...opened,
      async close() {
        await check.stop();
        connection.close();
        // Last, because SQLite folds the log into the file when the last connection closes.
        await writer.stop();
      },
    };
  } catch (thrown) {
    database?.close();
    await writer.stop();
    throw isEnforcementError(thrown) ? thrown : toEnforcementError(toWriterFailure(thrown), "open");
  }
}
