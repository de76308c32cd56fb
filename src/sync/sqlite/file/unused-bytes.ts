// What no cell of a SQLite file occupies, by its file format (https://www.sqlite.org/fileformat2.html). When SQLite rebuilds
// a b-tree page, copies of cells that moved to another page stay between the page's cell pointers and its first cell, and
// `secure_delete` does not overwrite them. It overwrites everything else that SQLite frees.

/** How a SQLite file is divided. */
export interface PageLayout {
  /** In bytes. */
  readonly pageSize: number;
  /** Bytes of each page that SQLite uses. */
  readonly usableSize: number;
}

/** A part of a file, in bytes. */
export interface ByteRange {
  readonly at: number;
  readonly length: number;
}

/** In the first page, before the page's own header. */
export const FILE_HEADER_BYTES = 100;

/** Page header sizes by page type: index and table, interior and leaf. All other pages start with a page number. */
const HEADER_BYTES: ReadonlyMap<number, number> = new Map([
  [2, 12],
  [5, 12],
  [10, 8],
  [13, 8],
]);

// From so many pages on (128 GiB of 4 KiB each), the page number that begins an overflow page may look like a page type.
const MAX_PAGES = 0x0200_0000;

const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** As many zeros as the largest page has bytes. */
export const ZEROS: Buffer = Buffer.alloc(65_536);

/** @param header the first {@link FILE_HEADER_BYTES} of the file */
export function readLayout(header: Buffer): PageLayout {
  const stored = header.readUInt16BE(16);
  const pageSize = stored === 1 ? 65_536 : stored;
  return { pageSize, usableSize: pageSize - header.readUInt8(20) };
}

/** Where pages hold bytes in no use that are not zero. `at` is where the first of the pages begins in the file. */
export function* listUnused(pages: Buffer, at: number, layout: PageLayout): Generator<ByteRange> {
  const { pageSize } = layout;
  for (let start = 0; start + pageSize <= pages.length; start += pageSize) {
    const header = at + start === 0 ? FILE_HEADER_BYTES : 0;
    const found = findUnused(pages.subarray(start, start + pageSize), header, layout);
    if (found !== undefined) yield { at: at + start + found.at, length: found.length };
  }
}

/**
 * Undefined when the page has none, when it is no b-tree page, and when it is damaged: a page in which a cell or a free
 * block lies outside of the content area is left as it is.
 */
function findUnused(page: Buffer, start: number, { usableSize }: PageLayout): ByteRange | undefined {
  const headerBytes = HEADER_BYTES.get(page.readUInt8(start));
  if (headerBytes === undefined) return undefined;
  const pointers = start + headerBytes;
  const from = pointers + 2 * page.readUInt16BE(start + 3);
  const to = page.readUInt16BE(start + 5) || 65_536;
  if (from >= to || to > usableSize) return undefined;
  if (page.compare(ZEROS, 0, to - from, from, to) === 0) return undefined;
  const firstFree = page.readUInt16BE(start + 1);
  if (firstFree !== 0 && firstFree < to) return undefined;
  for (let pointer = pointers; pointer < from; pointer += 2) {
    if (page.readUInt16BE(pointer) < to) return undefined;
  }
  return { at: from, length: to - from };
}

/** Whether a page's first byte tells its type. */
export function hasClearTypes(size: number, { pageSize }: PageLayout): boolean {
  return size / pageSize < MAX_PAGES;
}

/** Where the page numbers of a log's frames lie in it, as offsets. Some frames may be left from before the log began anew. */
export function* listFrames(logSize: number, { pageSize }: PageLayout): Generator<number> {
  const frameBytes = FRAME_HEADER_BYTES + pageSize;
  for (let at = LOG_HEADER_BYTES; at + frameBytes <= logSize; at += frameBytes) yield at;
}
