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

// Pages are looked at for so long in one step. Calls that come meanwhile wait.
const STEP_MS = 20;

// For other programs that read, or hold a lock.
const WAIT_MS = 50;

const CHUNK_BYTES = 256 * 1024;

/** One walk over the file. */
interface Walk {
  /** Which erasure was the last when it began. */
  readonly erasure: number;
  readonly layout: PageLayout;
  /** What is before this place in the file holds nothing that was erased before the walk began. */
  done: number;
}

/**
 * Overwrites with zeros what erasing has left in the file where no cell is, and empties the log, in steps.
 *
 * A step writes into the file itself: `node:sqlite` has no way to write a page. It does so only while the log is empty and
 * this connection holds the lock of those that write. Then the file has every page as it is, no connection copies a page
 * from the log, and the bytes that are written are in no use: whoever reads the page meanwhile does not look at them.
 */
export function createOverwriter({ database, path, descriptor, requireOwned }: LedgerFile) {
  const log = `${path}-wal`;
  const findOwed = database.prepare("SELECT last FROM erasure WHERE last > overwritten");
  findOwed.setReturnArrays(true);
  const noteDone = database.prepare("UPDATE erasure SET overwritten = ?");
  const checkpointPages = Number(readPragma(database, "wal_autocheckpoint"));
  const busyMs = Number(readPragma(database, "busy_timeout"));
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let walk: Walk | undefined;

  function begin(): Walk | undefined {
    const owed = findOwed.get() as unknown as [number] | undefined;
    if (owed === undefined) return undefined;
    const layout = readLayout(read(FILE_HEADER_BYTES, 0));
    if (!hasClearTypes(fstatSync(descriptor).size, layout)) throw new Error("The file is too large.");
    // Every page that is written until the end stays in the log until the next step.
    database.exec("PRAGMA wal_autocheckpoint = 0");
    return { erasure: owed[0], layout, done: 0 };
  }

  function end(): void {
    walk = undefined;
    database.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
  }

  function goOn(current: Walk): OverwriteStep {
    // SQLite may give a page that is not overwritten yet the number of one that is: those are looked at again.
    const again = listWritten(current);
    if (readPragma(database, "wal_checkpoint(TRUNCATE)") !== 0) return "waits";
    const isWritten = whileLocked(() => {
      if (statSync(log).size > 0) return undefined;
      return overwriteSome(current, again);
    });
    if (isWritten === undefined) return "waits";
    // Otherwise the writer would write the pages again as it has them in memory.
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

  /** Whether something was written. */
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

  /** Where pages begin that were written since the last step, and that were looked at before. */
  function listWritten({ layout, done }: Walk): ReadonlySet<number> {
    const places = new Set<number>();
    // Closing it takes no lock away: SQLite has none on its log.
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

  /** `done`: nothing is left of what was erased before the walk began. `waits`: another program reads or locks the file. */
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
