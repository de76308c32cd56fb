import { lstatSync, realpathSync, type Stats, statSync } from "node:fs";
import { RefusedFile } from "../errors.ts";
import type { WriterFailure } from "../messages.ts";

/** The files of an open ledger: its database, the log of it, what indexes the log, and its lock. */
const SUFFIXES = ["", "-wal", "-shm", ".lock"] as const;

export const MOVED: WriterFailure = {
  code: "unavailable",
  message:
    "ledger: its file, or one of those beside it (-wal, -shm, .lock), was deleted or replaced while the ledger was open; nothing of this call was recorded. Close the ledger, put the file back or restore a backup, and open it again.",
  field: "path",
  retryable: false,
};

type Identity = Pick<Stats, "dev" | "ino">;

/**
 * Remembers which files a ledger has open. The returned function throws when one of their names leads elsewhere by now, or
 * nowhere: what is written then goes to a file that is gone when the ledger is closed, and the operating system reports
 * no error. A link to the moved file is another file, too: a ledger that is opened through it looks for its log beside
 * the moved file. It costs four calls of `lstat`, some microseconds beside a commit's milliseconds.
 *
 * @param path without links
 */
export function watchFiles(path: string): () => void {
  const opened = SUFFIXES.map((suffix) => `${path}${suffix}`).flatMap((name) => {
    const identity = identify(name, lstatSync);
    return identity === undefined ? [] : [{ name, identity }];
  });
  return function requireInPlace() {
    for (const { name, identity } of opened) {
      if (!isSame(identity, identify(name, lstatSync))) throw new RefusedFile(MOVED);
    }
  };
}

/** Whether a path leads to a file of the ledger, by whatever links. */
export function isFileOf(ledger: string, path: string): boolean {
  const found = identify(path);
  if (found === undefined) return false;
  const file = realpathSync(ledger);
  return SUFFIXES.some((suffix) => isSame(found, identify(`${file}${suffix}`)));
}

/** Undefined where the path leads nowhere, or in a circle. */
function identify(path: string, stat: typeof statSync | typeof lstatSync = statSync): Identity | undefined {
  try {
    return stat(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function isSame(one: Identity, other: Identity | undefined): boolean {
  return one.dev === other?.dev && one.ino === other.ino;
}
