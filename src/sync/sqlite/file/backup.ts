import { closeSync, existsSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { isEnforcementError } from "../../../core/errors.ts";
import { fieldError, readText } from "../../../core/fields.ts";
import { primaryCodeOf, RefusedFile, toEnforcementError, toWriterFailure } from "../errors.ts";
import { isFileOf } from "./in-place.ts";
import { resolveLinks } from "./ledger-file.ts";
import { FILE_HEADER_BYTES, listUnused, readLayout, ZEROS } from "./unused-bytes.ts";

// Copies all pages in one step, off this thread: the copy is of one moment, and no write makes it start again.
const ALL_PAGES = 0x7fff_ffff;

// Bytes that are searched at once. Lookups are answered between two chunks.
const CHUNK_BYTES = 256 * 1024;

/** The operating system's errors for a path that cannot be written, with what the caller can do. */
const PATH_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist; make it first.",
  ENOTDIR: "its folder is a file; name a file in a folder.",
  EISDIR: "is a folder; name a file in it.",
  EACCES: "cannot be written by this process; give the folder to the process's user, or name another.",
  EPERM: "cannot be written by this process; give the folder to the process's user, or name another.",
  EROFS: "is on a file system that cannot be written; name another.",
  ENAMETOOLONG: "is too long for its file system; name a shorter one.",
  ELOOP: "leads through links in a circle; name the file itself.",
  EINVAL: "is no name that its file system allows; name another.",
  EXDEV: "cannot be replaced there; name another.",
  EBUSY: "is in use by the operating system; name another.",
};

// SQLite's primary result codes.
const [READ_ONLY, FULL, CANNOT_OPEN] = [8, 13, 14];

/** A ledger's file to copy. */
export interface BackupSource {
  readonly path: string;
  /** Throws when the file was moved, deleted or replaced. */
  requireInPlace(): void;
}

/**
 * Copies a ledger's file in its current state. The target is replaced when the copy is complete. The caller ensures
 * that a ledger has one copy in progress at a time.
 *
 * @throws EnforcementError `invalid_input` naming `path`; `unavailable` when the disk is full or the ledger's file is
 * gone
 */
export async function copyLedgerFile(ledger: BackupSource, path: unknown): Promise<void> {
  const target = readTarget(path);
  let partial: string | undefined;
  let source: DatabaseSync | undefined;
  try {
    ledger.requireInPlace();
    requireOther(ledger.path, target);
    const found = statSync(target, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) throw fieldError("path", PATH_PROBLEMS["EISDIR"] ?? "");
    if (found?.isFile() === false) throw fieldError("path", "is no file; name one.");
    partial = makePartial(target, ledger.path);
    source = new DatabaseSync(ledger.path, { readOnly: true, timeout: 1_000 });
    await backup(source, partial, { rate: ALL_PAGES });
    await overwriteUnused(partial);
    renameSync(partial, target);
  } catch (thrown) {
    if (partial !== undefined) removePartial(partial);
    throw toBackupError(thrown);
  } finally {
    source?.close();
  }
}

/** Overwrites the unused bytes of a copy, which may hold erased data. */
async function overwriteUnused(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    await file.read(chunk, 0, FILE_HEADER_BYTES, 0);
    const layout = readLayout(chunk);
    for (let at = 0; ; ) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, at);
      if (bytesRead === 0) break;
      for (const unused of listUnused(chunk.subarray(0, bytesRead), at, layout)) {
        await file.write(ZEROS, 0, unused.length, unused.at);
      }
      at += bytesRead;
    }
    await file.datasync();
  } finally {
    await file.close();
  }
}

function readTarget(path: unknown): string {
  const text = readText(path, "path");
  if (text === ":memory:") throw fieldError("path", "must be a file; a copy in memory is lost.");
  if (text.includes("\0")) throw fieldError("path", "must not hold a NUL character.");
  return resolve(text);
}

/**
 * Refuses the ledger's own files, and the file of a database that is open or was not closed: SQLite would play the log
 * that lies beside it into the copy.
 */
function requireOther(ledger: string, target: string): void {
  const isItsJournal = resolveLinks(target) === `${resolveLinks(ledger)}-journal`;
  if (isItsJournal || isFileOf(ledger, target)) {
    throw fieldError("path", "is the ledger itself; name another file for the copy.");
  }
  const log = ["-wal", "-journal"].find((suffix) => existsSync(`${target}${suffix}`));
  if (log !== undefined) {
    throw fieldError(
      "path",
      `is a database that is in use or was not closed: a file with its name and "${log}" lies beside it; name another file.`,
    );
  }
}

/**
 * Creates an empty file for the copy while it is incomplete. Its name contains the identity of the ledger's file: the
 * next copy overwrites what a killed process left, and two ledgers that are copied to one path at once use different
 * files.
 */
function makePartial(target: string, ledger: string): string {
  const { dev, ino, mode } = statSync(ledger);
  const partial = `${target}.${dev.toString(36)}-${ino.toString(36)}.partial`;
  removePartial(partial);
  closeSync(openSync(partial, "wx", mode & 0o777));
  return partial;
}

/** Removes the incomplete copy, and the journal that SQLite keeps beside it. */
function removePartial(partial: string): void {
  for (const name of [partial, `${partial}-journal`]) rmSync(name, { force: true });
}

function toBackupError(thrown: unknown): unknown {
  if (isEnforcementError(thrown)) return thrown;
  if (thrown instanceof RefusedFile) return toEnforcementError(thrown.failure, "backup");
  const code = String((thrown as { code?: unknown }).code);
  const sqliteCode = primaryCodeOf(thrown);
  const isRefused = sqliteCode === READ_ONLY || sqliteCode === CANNOT_OPEN;
  const problem = PATH_PROBLEMS[isRefused ? "EACCES" : code];
  if (problem !== undefined) return fieldError("path", problem);
  const isFull = code === "ENOSPC" || code === "EDQUOT";
  return toEnforcementError(toWriterFailure(isFull ? { errcode: FULL } : thrown), "backup");
}
