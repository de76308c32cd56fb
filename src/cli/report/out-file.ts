import { randomUUID } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UnusableInput } from "../unusable-input.ts";

/**
 * Checked before anything is done: what a command did must not be lost with a report that has no place.
 *
 * @throws UnusableInput when the file, or a new one in its folder, cannot be written
 */
export function assertWritable(out: string): void {
  try {
    if (!existsSync(out)) accessSync(dirname(toRealPath(out)), constants.W_OK);
    else if (statSync(out).isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    else accessSync(out, constants.W_OK);
  } catch (error) {
    throw unwritable(out, error);
  }
}

/**
 * Writes a file whole or not at all: into a draft beside it, which then takes its name. A link stays and what it leads to is
 * written; the mode and the owner of an old file stay too. What no draft can take the place of is written as it is: a device, a
 * pipe, a file with further names or in a folder that takes no new files.
 *
 * @throws UnusableInput when it cannot be written; an old file is unchanged then, and no draft is left
 */
export function writeWhole(out: string, text: string): void {
  const old = statOf(out);
  const isReplaceable = old === undefined || (old.isFile() && old.nlink === 1n && !isOfDevices(out));
  try {
    if (!isReplaceable || !replace(toRealPath(out), { text, old })) writeFileSync(out, text);
  } catch (error) {
    throw unwritable(out, error);
  }
}

/** `/dev/stdout` may lead to a file, into which more is written. */
function isOfDevices(path: string): boolean {
  return resolve(path).startsWith("/dev/");
}

/** @returns whether the draft took the file's name; false only where there is an old file, which is unchanged then */
function replace(file: string, { text, old }: { text: string; old: ReturnType<typeof statOf> }): boolean {
  const draft = join(dirname(file), `.report-${randomUUID()}.tmp`);
  try {
    const descriptor = openSync(draft, "wx", 0o666);
    try {
      if (old !== undefined) keepOwnerAndMode(descriptor, old);
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, file);
    return true;
  } catch (error) {
    rmSync(draft, { force: true });
    if (old === undefined || !CANNOT_REPLACE.has(codeOf(error) ?? "")) throw error;
    return false;
  }
}

/** Of a folder that takes no new files, an owner that cannot be kept, and a file that is mounted or open elsewhere. */
const CANNOT_REPLACE: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EROFS", "EBUSY", "EXDEV"]);

function keepOwnerAndMode(descriptor: number, old: { uid: bigint; gid: bigint; mode: bigint }): void {
  const [uid, gid] = [Number(old.uid), Number(old.gid)];
  const draft = fstatSync(descriptor);
  if (draft.uid !== uid || draft.gid !== gid) fchownSync(descriptor, uid, gid);
  fchmodSync(descriptor, Number(old.mode) & 0o7777);
}

function unwritable(out: string, error: unknown): UnusableInput {
  const code = codeOf(error);
  const why = code === undefined ? "" : ` (${code})`;
  return new UnusableInput([{ place: { file: out }, message: `cannot be written${why}.` }]);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

/** Whether two paths lead to one file, through symbolic or hard links as well. The file need not exist yet. */
export function isSameFile(one: string, other: string): boolean {
  if (toRealPath(one) === toRealPath(other)) return true;
  const [first, second] = [statOf(one), statOf(other)];
  return first !== undefined && second !== undefined && first.dev === second.dev && first.ino === second.ino;
}

// More links in a row than any system follows.
const MAX_LINKS = 40;

/** Where a path leads. Of a file that does not exist, its folder's path and its name; a link to it is followed. */
function toRealPath(path: string, linksLeft = MAX_LINKS): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    const folder = dirname(absolute);
    if (folder === absolute || linksLeft === 0) return absolute;
    const target = readLink(absolute);
    if (target !== undefined) return toRealPath(resolve(toRealPath(folder), target), linksLeft - 1);
    return join(toRealPath(folder, linksLeft), basename(absolute));
  }
}

function readLink(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}

function statOf(path: string) {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}
