import type { Place } from "../unusable-input.ts";

/** The text of a CSV file and what separates its cells. */
export interface CsvSource {
  /** In as many lines as the file. */
  readonly text: string;
  readonly delimiter: string;
}

const DELIMITERS = [",", ";", "\t", "|"];

/** Excel reads and writes the separator in a line of its own; a spreadsheet may have added empty cells to it. */
const SEPARATOR_LINE = /^\uFEFF?"?sep=(\\t|[^\r\n"])"?[,;|\t ]*(?=[\r\n]|$)/i;

// The header is looked for in the first characters of the file.
const MAX_HEADER_CHARACTERS = 65_536;

/** Finds the separator of a file. A line that only names it is emptied. */
export function readCsvSource(text: string): CsvSource {
  const [line, named] = SEPARATOR_LINE.exec(text) ?? [];
  if (line === undefined || named === undefined) return { text, delimiter: guessDelimiter(text) };
  return { text: text.slice(line.length), delimiter: named === "\\t" ? "\t" : named };
}

/**
 * The text with cells such as `="014283"` written as CSV wants them. Some programs leave out the quotation marks around
 * them, which a strict parser refuses.
 */
export function quoteFormulas({ text, delimiter }: CsvSource): string {
  const edges = [delimiter, "\n", "\r"];
  return text.replace(/="([^"\r\n]*)"/g, (formula, content: string, index: number) => {
    const before = text[index - 1] ?? "\n";
    const after = text[index + formula.length] ?? "\n";
    return edges.includes(before) && edges.includes(after) ? `"=""${content}"""` : formula;
  });
}

/** Finds the line and column of a cell by going through its row once more: only problems need them. */
export function createCellFinder({ text, delimiter }: CsvSource): (row: Place, cell: number) => Place {
  let lines: readonly string[] | undefined;
  return ({ file, line: first = 1 }, cell) => {
    lines ??= text.split(/\r\n|\n|\r/);
    let passed = 0;
    let isQuoted = false;
    for (let line = first; line <= lines.length; line += 1) {
      const content = lines[line - 1] ?? "";
      for (let column = 1; column <= content.length + 1; column += 1) {
        if (passed === cell && !isQuoted) return { file, line, column };
        const character = content[column - 1];
        if (character === '"') isQuoted = !isQuoted;
        else if (character === delimiter && !isQuoted) passed += 1;
      }
      // The row ended before this cell.
      if (!isQuoted) break;
    }
    return { file, line: first };
  };
}

// The parser's own search, `delimiter_auto`, takes any ASCII character for a separator and fails at a letter with an accent.
/** The separator that the header has most of, outside quotation marks. */
function guessDelimiter(text: string): string {
  const bare = text.slice(0, MAX_HEADER_CHARACTERS).replace(/"[^"]*"/g, '""');
  const header = bare.split(/\r\n|\n|\r/).find((line) => line.trim() !== "") ?? "";
  const counts = DELIMITERS.map((delimiter) => header.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ",";
}
