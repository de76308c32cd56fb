import { isEnforcementError } from "../../core/errors.ts";
import { DAMAGED, toEnforcementError, toWriterFailure } from "./errors.ts";
import { watchFiles } from "./file/in-place.ts";
import { type CheckMessage, SOUND, startIntegrityCheck } from "./file/integrity.ts";
import { resolveLinks } from "./file/ledger-file.ts";
import { createIndexing } from "./index-recent.ts";
import { createReader, type Reader } from "./reader.ts";
import type { RecentPermits } from "./recent-permits.ts";
import { Writer } from "./writer.ts";

/** What tests may set. */
export interface SqliteInternals {
  /** Up to which size the file is checked before it is open, in bytes. */
  readonly checkedAtOnce?: number;
  /** How long a statement waits for another program's lock, in milliseconds. */
  readonly busyMs?: number;
  /** How many new permits wait before they are added to the file's indexes. */
  readonly mostRecent?: number;
}

/** A ledger's file while it is open: one connection that writes, one that reads. */
export interface OpenedFile {
  readonly path: string;
  /** Throws when the file, or one beside it, is not where it was any more. */
  requireInPlace(): void;
  readonly reader: Reader;
  readonly writer: Writer;
  /** Whoever records a permit notes it here first. */
  readonly recent: RecentPermits;
  readonly indexing: ReturnType<typeof createIndexing>;
  /** What the check of the whole file found; undefined when it was stopped before its end. */
  readonly checked: Promise<CheckMessage | undefined>;
  close(): Promise<void>;
}

// A file of this size is read through in some 50 ms. A larger one need not hold up the first delivery.
const CHECKED_AT_ONCE = 32 * 1024 * 1024;

// A program that looks into the file, or copies it, may lock it for a moment.
const BUSY_MS = 5_000;

// New permits that are found by memory instead of the table of plates. To add so many takes some 20 ms.
const MOST_RECENT = 4_000;

/** Opens a ledger's file in a thread of its own, and begins to check it. */
export async function openFile(path: string, internals: SqliteInternals): Promise<OpenedFile> {
  const { checkedAtOnce = CHECKED_AT_ONCE, busyMs = BUSY_MS, mostRecent = MOST_RECENT } = internals;
  const { writer, isChecked } = await Writer.start({ path, checkedAtOnce, busyMs });
  let reader: Reader | undefined;
  try {
    reader = createReader(path);
    const check = isChecked ? SOUND : startIntegrityCheck({ path });
    const checked = check.result.then((result) => {
      if (result === "damaged") writer.fail(DAMAGED);
      return result;
    });
    const { recent } = reader;
    const indexing = createIndexing({ writer, recent, mostRecent });
    const opened = {
      path,
      requireInPlace: watchFiles(resolveLinks(path)),
      reader,
      writer,
      recent,
      indexing,
      checked,
    };
    return {
      ...opened,
      async close() {
        await check.stop();
        // Otherwise the next process reads them when it opens the file.
        await indexing.addToIndexes();
        opened.reader.close();
        // Last: the log is folded into the file by the last connection that is closed.
        await writer.stop();
      },
    };
  } catch (thrown) {
    reader?.close();
    await writer.stop();
    throw isEnforcementError(thrown) ? thrown : toEnforcementError(toWriterFailure(thrown), "open");
  }
}
