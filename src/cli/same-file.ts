import { lstatSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

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
