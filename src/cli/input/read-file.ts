import { readFileSync, statSync } from "node:fs";
import { UnusableInput } from "../unusable-input.ts";
import { decodeText, type EncodingName } from "./decode-text.ts";

/** A file as text, under the name that the user gave it. */
export interface TextFile {
  readonly name: string;
  readonly text: string;
}

// A hundred thousand locations take about 30 MB.
const MAX_BYTES = 256 * 1024 * 1024;

/** Reads a text file. @throws UnusableInput when there is none, or when it is no text */
export function readTextFile(name: string, options: { encoding?: EncodingName | undefined } = {}): TextFile {
  const { encoding } = options;
  const decoded = decodeText(readBytes(name), encoding === undefined ? {} : { encoding });
  if ("text" in decoded) return { name, text: decoded.text };
  const { line, problem } = decoded;
  throw new UnusableInput([
    { place: line === undefined ? { file: name } : { file: name, line }, message: problem },
  ]);
}

function readBytes(name: string): Uint8Array {
  try {
    const { size } = statSync(name);
    if (size > MAX_BYTES)
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
