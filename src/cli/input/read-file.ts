import { readFileSync, statSync } from "node:fs";
import { UnusableInput } from "../unusable-input.ts";

/** Encodings that a reader takes. */
export const ENCODINGS = ["utf-8", "utf-16le", "utf-16be", "windows-1252"] as const;

export type EncodingName = (typeof ENCODINGS)[number];

/** A file as text, under the name that the user gave it. */
export interface TextFile {
  readonly name: string;
  readonly text: string;
}

// A hundred thousand locations take about 30 MB.
const MAX_FILE_BYTES = 256 * 1024 * 1024;

/** Reads a text file. @throws UnusableInput when there is none, or when it is no text */
export function readTextFile(name: string, encoding?: EncodingName): TextFile {
  const decoded = decodeText(readBytes(name), encoding);
  if ("text" in decoded) return { name, text: decoded.text };
  const { line, problem } = decoded;
  throw new UnusableInput([
    { place: line === undefined ? { file: name } : { file: name, line }, message: problem },
  ]);
}

function readBytes(name: string): Uint8Array {
  try {
    const { size } = statSync(name);
    if (size > MAX_FILE_BYTES)
      throw new UnusableInput([{ place: { file: name }, message: "is larger than 256 MB." }]);
    return readFileSync(name);
  } catch (error) {
    if (error instanceof UnusableInput) throw error;
    throw new UnusableInput([{ place: { file: name }, message: describeFailure(error) }]);
  }
}

function describeFailure(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  if (code === "ENOENT") return "does not exist.";
  if (code === "EISDIR") return "is a folder; name a file.";
  if (code === "EACCES" || code === "EPERM") return "may not be read.";
  return `cannot be read (${code}).`;
}

/** The text, or in one sentence why there is none and what to do. */
export type Decoded = { readonly text: string } | { readonly problem: string; readonly line?: number };

const BOMS: readonly (readonly [bytes: readonly number[], encoding: EncodingName | "utf-32"])[] = [
  [[0x00, 0x00, 0xfe, 0xff], "utf-32"],
  [[0xff, 0xfe, 0x00, 0x00], "utf-32"],
  [[0xef, 0xbb, 0xbf], "utf-8"],
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"],
];

const FORMATS: readonly (readonly [start: string, name: string])[] = [
  ["PK\u0003\u0004", "an Excel workbook or another zip file"],
  ["\u00d0\u00cf\u0011\u00e0", "an old Excel, Word or Outlook file"],
  ["%PDF", "a PDF"],
  ["\u001f\u008b", "a gzip file"],
  ["\u0089PNG", "a picture"],
  ["\u00ff\u00d8\u00ff", "a picture"],
  ["{\\rtf", "a rich-text file"],
];

/**
 * Decodes a file without guessing. A byte order mark decides; without one the text is UTF-8, or it is refused with
 * the encoding that it seems to be: what Windows-1252 reads as a name may be another name in another code page.
 *
 * @param encoding what the user says of files that are neither marked nor UTF-8. One that is stays what it is:
 * a command reads several files, and a mapping in UTF-8 beside an export in Windows-1252 must not lose its accents
 */
export function decodeText(bytes: Uint8Array, encoding?: EncodingName): Decoded {
  const start = String.fromCharCode(...bytes.subarray(0, 8));
  const format = FORMATS.find(([magic]) => start.startsWith(magic))?.[1];
  if (format !== undefined) {
    return { problem: `is ${format}, not text. Export or save it as CSV, YAML or plain text in UTF-8.` };
  }
  const mark = BOMS.find(([mark]) => mark.every((byte, index) => bytes[index] === byte));
  if (mark?.[1] === "utf-32") return { problem: "is UTF-32. Save it as UTF-8." };
  if (mark !== undefined) return decodeAs(bytes, mark[1]);
  // Text in UTF-16 may be valid UTF-8 as well, but for its NULs.
  const hasNul = bytes.subarray(0, 4_096).includes(0);
  const text = hasNul ? undefined : tryDecode(bytes, "utf-8");
  if (text !== undefined) return checkText(text);
  if (encoding !== undefined) return decodeAs(bytes, encoding);
  if (!hasNul) return suspectCodePage(bytes);
  return {
    problem:
      "holds NUL bytes: it is UTF-16 without a byte order mark, or not text. Save it as UTF-8, or say --encoding utf-16le.",
  };
}

function decodeAs(bytes: Uint8Array, encoding: EncodingName): Decoded {
  if (encoding === "windows-1252" && bytes.some(isUndefinedIn1252)) {
    return { problem: "is not Windows-1252 either: it holds bytes that have no meaning there." };
  }
  const text = tryDecode(bytes, encoding);
  if (text === undefined)
    return { problem: `is damaged: it holds bytes that ${encoding.toUpperCase()} cannot have.` };
  return checkText(text);
}

/** Says in which line UTF-8 ends, and how that line would read, so that a person can decide. */
function suspectCodePage(bytes: Uint8Array): Decoded {
  const { line, content } = findInvalidLine(bytes);
  if (bytes.some(isUndefinedIn1252)) {
    const problem = "is neither UTF-8 nor Windows-1252. Save it as UTF-8 in the program that made it.";
    return { line, problem };
  }
  const strange = content.findIndex((byte) => byte >= 0x80);
  const sample = new TextDecoder("windows-1252").decode(
    content.subarray(Math.max(0, strange - 40), strange + 40),
  );
  return {
    line,
    problem: `is not UTF-8; it seems to be Windows-1252, in which this line reads "${sample.trim()}". Save it as UTF-8 (in Excel: "CSV UTF-8"), or say --encoding windows-1252 if that reads right.`,
  };
}

function findInvalidLine(bytes: Uint8Array): { line: number; content: Uint8Array } {
  for (let line = 1, start = 0; ; line += 1) {
    const end = bytes.indexOf(0x0a, start);
    const content = bytes.subarray(start, end === -1 ? bytes.length : end);
    if (end === -1 || tryDecode(content, "utf-8") === undefined) return { line, content };
    start = end + 1;
  }
}

function checkText(text: string): Decoded {
  const start = text.trimStart().slice(0, 200).toLowerCase();
  if (start === "") return { problem: "is empty." };
  if (/^(<!doctype html|<html)/.test(start)) {
    return {
      problem: "is a web page, perhaps a login page that was saved instead of the file. Export it again.",
    };
  }
  return { text };
}

function tryDecode(bytes: Uint8Array, encoding: EncodingName): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function isUndefinedIn1252(byte: number): boolean {
  return byte === 0x81 || byte === 0x8d || byte === 0x8f || byte === 0x90 || byte === 0x9d;
}
