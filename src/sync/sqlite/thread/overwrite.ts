import { closeSync, fdatasyncSync, fstatSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { isLockedByOther } from "../errors.ts";
import { type LedgerFile, readPragma } from "../file/ledger-file.ts";
import {
  FILE_HEADER_BYTES,
  hasClearTypes,
  listFrames,
  listUnused,
  type PageLayout,
  readLayout,
  ZEROS,
} from "../file/unused-bytes.ts";
import type { OverwriteStep } from "../messages.ts";

// How long one step searches pages. Calls that arrive meanwhile wait.
const STEP_MS = 20;

// How long a step waits for programs that read or lock the file.
const WAIT_MS = 50;

const CHUNK_BYTES = 256 * 1024;

/** One pass over the file. */
interface Walk {
  /** The number of the last erasure before the pass began. */
  readonly erasure: number;
  readonly layout: PageLayout;
  /** The file up to this offset holds nothing that was erased before the pass began. */
  done: number;
}

/**
 * Overwrites the unused bytes of the file with zeros, where erased data may remain, and empties the log, in steps.
 *
 * A step writes into the file itself, because `node:sqlite` cannot write a page. It writes only while the log is empty
 * and this connection holds the write lock. Then the file has the current version of every page, no connection copies a
 * page from the log, and the written bytes are unused: a program that reads the page meanwhile does not look at them.
 */
export function createOverwriter({ database, path, descriptor, requireOwned }: LedgerFile) {
  const log = `${path}-wal`;
  const findErasure = database.prepare("SELECT last FROM erasure WHERE last > overwritten");
  findErasure.setReturnArrays(true);
  const noteDone = database.prepare("UPDATE erasure SET overwritten = ?");
  const checkpointPages = Number(readPragma(database, "wal_autocheckpoint"));
  const busyMs = Number(readPragma(database, "busy_timeout"));
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let walk: Walk | undefined;

  function begin(): Walk | undefined {
    const found = findErasure.get() as unknown as [number] | undefined;
    if (found === undefined) return undefined;
    const layout = readLayout(read(FILE_HEADER_BYTES, 0));
    if (!hasClearTypes(fstatSync(descriptor).size, layout)) throw new Error("The file is too large.");
    // Every page that is written before the pass ends stays in the log until the next step.
    database.exec("PRAGMA wal_autocheckpoint = 0");
    return { erasure: found[0], layout, done: 0 };
  }

  function end(): void {
    walk = undefined;
    database.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
  }

  function goOn(current: Walk): OverwriteStep {
    // SQLite may move a page that is not overwritten yet to the place of one that is: rewritten places are searched
    // again.
    const again = listWritten(current);
    if (readPragma(database, "wal_checkpoint(TRUNCATE)") !== 0) return "waits";
    const isWritten = whileLocked(() => {
      if (statSync(log).size > 0) return undefined;
      return overwriteSome(current, again);
    });
    if (isWritten === undefined) return "waits";
    // Otherwise SQLite would write its cached pages, without the zeros, again.
    if (isWritten) database.exec("PRAGMA shrink_memory");
    if (current.done < fstatSync(descriptor).size) return "more";
    whileLocked(() => noteDone.run(current.erasure), "COMMIT");
    return "done";
  }

  function whileLocked<Value>(run: () => Value, finish: "COMMIT" | "ROLLBACK" = "ROLLBACK"): Value {
    database.exec("BEGIN IMMEDIATE");
    try {
      requireOwned();
      const value = run();
      database.exec(finish);
      return value;
    } finally {
      if (database.isTransaction) database.exec("ROLLBACK");
    }
  }

  /** Overwrites some pages. Returns whether it wrote anything. */
  function overwriteSome(current: Walk, again: Iterable<number>): boolean {
    const { layout } = current;
    let isWritten = false;
    const overwrite = (pages: Buffer, at: number) => {
      for (const unused of listUnused(pages, at, layout)) {
        writeSync(descriptor, ZEROS, 0, unused.length, unused.at);
        isWritten = true;
      }
    };
    for (const at of again) overwrite(read(layout.pageSize, at), at);
    const { size } = fstatSync(descriptor);
    const until = performance.now() + STEP_MS;
    do {
      const pages = read(CHUNK_BYTES, current.done);
      overwrite(pages, current.done);
      current.done += pages.length;
    } while (current.done < size && performance.now() < until);
    if (isWritten) fdatasyncSync(descriptor);
    return isWritten;
  }

  function read(length: number, at: number): Buffer {
    return chunk.subarray(0, readSync(descriptor, chunk, 0, length, at));
  }

  /** The offsets of pages that were searched already and were written again since the last step. */
  function listWritten({ layout, done }: Walk): ReadonlySet<number> {
    const places = new Set<number>();
    // Closing the log's descriptor drops no lock: SQLite keeps none on its log.
    const opened = openSync(log, "r");
    try {
      const number = Buffer.alloc(4);
      for (const frame of listFrames(fstatSync(opened).size, layout)) {
        readSync(opened, number, 0, 4, frame);
        const at = (number.readUInt32BE() - 1) * layout.pageSize;
        if (at < done) places.add(at);
      }
    } finally {
      closeSync(opened);
    }
    return places;
  }

  /**
   * Runs one step. `done`: nothing is left of what was erased before the pass began. `waits`: another program reads or
   * locks the file.
   */
  return function overwriteStep(): OverwriteStep {
    walk ??= begin();
    if (walk === undefined) return "done";
    let step: OverwriteStep = "waits";
    try {
      database.exec(`PRAGMA busy_timeout = ${WAIT_MS}`);
      step = goOn(walk);
    } catch (thrown) {
      if (!isLockedByOther(thrown)) throw thrown;
    } finally {
      database.exec(`PRAGMA busy_timeout = ${busyMs}`);
      if (step !== "more") end();
    }
    return step;
  };
}
