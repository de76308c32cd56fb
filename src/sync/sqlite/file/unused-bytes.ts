// Finds the bytes of a SQLite file that no cell occupies, by its file format (https://www.sqlite.org/fileformat2.html).
// When SQLite rebuilds a b-tree page, copies of cells that moved to another page stay between the page's cell pointers
// and its first cell, and `secure_delete` does not overwrite them. It overwrites everything else that SQLite frees.

/** The sizes of a SQLite file's pages. */
export interface PageLayout {
  /** In bytes. */
  readonly pageSize: number;
  /** The bytes of each page that SQLite uses. */
  readonly usableSize: number;
}

/** A part of a file, in bytes. */
export interface ByteRange {
  readonly at: number;
  readonly length: number;
}

/** The file header at the start of the first page, before the page's own header. */
export const FILE_HEADER_BYTES = 100;

/** Page header sizes by page type: index and table, interior and leaf. All other pages start with a page number. */
const HEADER_BYTES: ReadonlyMap<number, number> = new Map([
  [2, 12],
  [5, 12],
  [10, 8],
  [13, 8],
]);

// In a file of this many pages (128 GiB at 4 KiB each), the page number that begins an overflow page may look like a
// page type.
const MAX_PAGES = 0x0200_0000;

const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** Zeros for the largest page. */
export const ZEROS: Buffer = Buffer.alloc(65_536);

/** @param header the first {@link FILE_HEADER_BYTES} of the file */
export function readLayout(header: Buffer): PageLayout {
  const stored = header.readUInt16BE(16);
  const pageSize = stored === 1 ? 65_536 : stored;
  return { pageSize, usableSize: pageSize - header.readUInt8(20) };
}

/** The unused bytes of pages that are not zero. `at` is the offset of the first page in the file. */
export function* listUnused(pages: Buffer, at: number, layout: PageLayout): Generator<ByteRange> {
  const { pageSize } = layout;
  for (let start = 0; start + pageSize <= pages.length; start += pageSize) {
    const header = at + start === 0 ? FILE_HEADER_BYTES : 0;
    const found = findUnused(pages.subarray(start, start + pageSize), header, layout);
    if (found !== undefined) yield { at: at + start + found.at, length: found.length };
  }
}

/**
 * The unused bytes of one page. Undefined when it has none, when it is no b-tree page, and when it is damaged: a page
 * with a cell or a free block outside the content area is left alone.
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

/** Whether the first byte of every page tells its type, in a file of this size. */
export function hasClearTypes(size: number, { pageSize }: PageLayout): boolean {
  return size / pageSize < MAX_PAGES;
}

/** The offsets of the page numbers in a log's frames. Some frames may be left from before the log was restarted. */
export function* listFrames(logSize: number, { pageSize }: PageLayout): Generator<number> {
  const frameBytes = FRAME_HEADER_BYTES + pageSize;
  for (let at = LOG_HEADER_BYTES; at + frameBytes <= logSize; at += frameBytes) yield at;
}
