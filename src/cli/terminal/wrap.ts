import { stripVTControlCharacters } from "node:util";

/** How a paragraph is laid out. */
export interface Layout {
  /** Columns of a line, indents included. Infinity: the paragraph stays one line. */
  readonly width: number;
  /** Before the first line. Default: nothing. */
  readonly indent?: string;
  /** Before each further line. Default: as many spaces as `indent` is wide. */
  readonly hang?: string;
}

// A space at which a line is not broken as long as what it holds together fits into one. Text that is printed was made
// visible before, so that it holds none of its own.
const KEPT = "\u00A0";

/** Text that is not broken if it fits into one line: a name, for example. */
export function keepTogether(text: string): string {
  return text.replaceAll(" ", KEPT);
}

/**
 * Breaks a paragraph at spaces. What stands in quotation marks stays together if it fits into one line, and so does what
 * `keepTogether` marked. A word that is wider than a line is not broken: a path, an address or an id can still be copied.
 * Colours take no columns.
 */
export function wrap(text: string, { width, indent = "", hang = " ".repeat(indent.length) }: Layout): string {
  const room = width - Math.max(columnsOf(indent), columnsOf(hang));
  const words = text
    .replace(/"[^"]*"/g, keepTogether)
    .split(" ")
    .flatMap((word) => (columnsOf(word) > room ? word.split(KEPT) : [word]));
  const lines: string[] = [];
  let line = indent;
  let used = columnsOf(indent);
  let isEmpty = true;
  for (const word of words) {
    const columns = columnsOf(word);
    // An empty word is one of several spaces, or a space at the end: a question ends with one.
    if (!isEmpty && word !== "" && used + 1 + columns > width) {
      lines.push(line.trimEnd());
      line = `${hang}${word}`;
      used = columnsOf(hang) + columns;
    } else {
      line += isEmpty ? word : ` ${word}`;
      used += columns + (isEmpty ? 0 : 1);
    }
    isEmpty = false;
  }
  return [...lines, line].join("\n").replaceAll(KEPT, " ");
}

// East Asian characters, full-width forms and pictures.
const WIDE =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]/u;
const PICTURE = /\p{Emoji_Presentation}/u;

/** How many columns a text takes on a terminal. */
export function columnsOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of stripVTControlCharacters(text)) {
    columns += WIDE.test(character) || PICTURE.test(character) ? 2 : 1;
  }
  return columns;
}
