import { isEnforcementError } from "../core/errors.ts";
import { DAMAGED, toEnforcementError, toWriterFailure } from "./sqlite-errors.ts";
import { type CheckMessage, startIntegrityCheck } from "./sqlite-integrity.ts";
import { createReader, type Reader } from "./sqlite-reader.ts";
import { Writer } from "./sqlite-writer.ts";

/** What tests may set. */
export interface SqliteInternals {
  /** How many pages the file may have. */
  readonly maxPages?: number;
  /** How long `open` waits for the check of the whole file, in milliseconds. */
  readonly checkWaitMs?: number;
}

/** A ledger's file while it is open: one connection that writes, one that reads. */
export interface OpenedFile {
  readonly path: string;
  readonly reader: Reader;
  readonly writer: Writer;
  /** What the check of the whole file found; undefined when it was stopped before it ended. */
  readonly checked: Promise<CheckMessage | undefined>;
  close(): Promise<void>;
}

// A small file is checked before `open` returns; a large one need not hold up the first delivery.
const CHECK_WAIT_MS = 500;

/** Opens a ledger's file in a thread of its own, and begins to check it. */
export async function openFile(path: string, internals: SqliteInternals): Promise<OpenedFile> {
  const { maxPages, checkWaitMs = CHECK_WAIT_MS } = internals;
  const writer = await Writer.start({ path, ...(maxPages === undefined ? {} : { maxPages }) });
  let reader: Reader | undefined;
  try {
    reader = createReader(path);
    const check = startIntegrityCheck({ path });
    const checked = check.result.then((result) => {
      if (result === "damaged") writer.fail(DAMAGED);
      return result;
    });
    const opened = { path, reader, writer, checked };
    const close = async () => {
      await check.stop();
      opened.reader.close();
      // Last: the log is folded into the file by the last connection that is closed.
      await writer.stop();
    };
    if ((await within(checked, checkWaitMs)) === "damaged") {
      await close();
      throw toEnforcementError(DAMAGED, "open");
    }
    return { ...opened, close };
  } catch (thrown) {
    if (reader?.isOpen()) reader.close();
    await writer.stop();
    throw isEnforcementError(thrown) ? thrown : toEnforcementError(toWriterFailure(thrown), "open");
  }
}

/** A result that comes in time; undefined when it does not. */
async function within<Value>(result: Promise<Value>, timeMs: number): Promise<Value | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeMs);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}
