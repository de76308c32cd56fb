import { lstatSync, realpathSync, type Stats, statSync } from "node:fs";
import { RefusedFile } from "../errors.ts";
import type { WriterFailure } from "../messages.ts";

/** The suffixes of an open ledger's files: the database, its log, the log's index, and the lock. */
const SUFFIXES = ["", "-wal", "-shm", ".lock"] as const;

export const MOVED: WriterFailure = {
  code: "unavailable",
  message:
    "ledger: its file, or one of those beside it (-wal, -shm, .lock), was deleted or replaced while the ledger was open; nothing of this call was recorded. Close the ledger, put the file back or restore a backup, and open it again.",
  field: "path",
  retryable: false,
};

/** Which file a name leads to. */
export type Identity = Pick<Stats, "dev" | "ino">;

/**
 * Remembers which files a ledger has open. The returned function throws when one of their names leads to another file
 * or to none: writes would go to a file that is gone when the ledger is closed, and the operating system reports no
 * error. A link to the moved file counts as another file too, because a ledger opened through it looks for its log
 * beside the moved file. A call costs four `lstat` calls, some microseconds beside a commit's milliseconds.
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

/** Whether a path leads to a file of the ledger, through any links. */
export function isFileOf(ledger: string, path: string): boolean {
  const found = identify(path);
  if (found === undefined) return false;
  const file = realpathSync(ledger);
  return SUFFIXES.some((suffix) => isSame(found, identify(`${file}${suffix}`)));
}

/** Undefined where the path leads to no file, or in a circle. */
export function identify(
  path: string,
  stat: typeof statSync | typeof lstatSync = statSync,
): Identity | undefined {
  try {
    return stat(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

export function isSame(one: Identity, other: Identity | undefined): boolean {
  return one.dev === other?.dev && one.ino === other.ino;
}
