import { CsvError, parse } from "csv-parse/sync";
import { count } from "../report/words.ts";
import { assertUsable, type Place, type Problem, UnusableInput } from "../unusable-input.ts";
import type { TextFile } from "./read-file.ts";

/** A CSV file with a header. Every row that holds anything is here, or the file was refused. */
export interface CsvTable {
  /** As they stand in the file, without the spaces around them and without empty ones. */
  readonly headers: readonly string[];
  readonly headerPlace: Place;
  readonly rows: readonly CsvRow[];
  /** The first cell with content under an empty header. */
  readonly unnamedCell: Place | undefined;
}

/** One row. */
export interface CsvRow {
  /** Where it begins: a cell may hold line breaks. */
  readonly place: Place;
  /** The cell under a header, as it was written: spaces count. Empty where the row ends before it. */
  cell(header: string): string;
  /** Where that cell begins. */
  placeOf(header: string): Place;
}

/**
 * Parses CSV with a header row. Cells are separated by the character that a first line such as `sep=;` names, else by
 * the comma, semicolon, tab or bar that the header has most of. Lines without any content are no rows. A row may leave
 * out its last cells: they are empty.
 *
 * @throws UnusableInput naming each bad row by its line
 */
export function parseCsvTable(file: TextFile): CsvTable {
  const source = readCsvSource(file.text);
  const [header, ...records] = readRecords(file.name, source);
  if (header === undefined)
    throw new UnusableInput([{ place: { file: file.name }, message: "has no header row." }]);
  const names = header.cells.map((cell) => cell.trim());
  const problems: Problem[] = findRepeated(names).map((name) => ({
    place: header.place,
    message: `has the column "${name}" twice.`,
  }));
  for (const { cells, place } of records) {
    if (cells.slice(names.length).every(isBlank)) continue;
    const message = `this row has ${count(cells.length, "cell")}, the header ${names.length}. Put names that hold the separator in quotation marks.`;
    problems.push({ place, message });
  }
  assertUsable(problems);
  const indexes = new Map(names.map((name, index) => [name, index]));
  const locate = createCellFinder(source);
  return {
    headers: names.filter((name) => name !== ""),
    headerPlace: header.place,
    rows: records.map(({ cells, place }) => ({
      place,
      cell: (name) => cells[indexes.get(name) ?? -1] ?? "",
      placeOf: (name) => locate(place, indexes.get(name) ?? 0),
    })),
    unnamedCell: findUnnamedCell(names, records, locate),
  };
}

interface Cells {
  readonly cells: readonly string[];
  readonly place: Place;
}

function readRecords(file: string, source: CsvSource): Cells[] {
  const cells: Cells[] = [];
  let line = 1;
  for (const { record, raw } of parseRecords(file, source)) {
    const place = { file, line };
    // The parser's own count takes a line break of two characters inside a cell for two.
    line += raw.match(/\r\n|\n|\r/g)?.length ?? 0;
    if (!record.every(isBlank)) cells.push({ cells: record, place });
  }
  return cells;
}

interface ParsedRecord {
  readonly record: string[];
  /** As it stands in the file. */
  readonly raw: string;
}

function parseRecords(file: string, source: CsvSource): ParsedRecord[] {
  try {
    return parseStrictly(source);
  } catch (error) {
    try {
      return parseStrictly({ ...source, text: quoteFormulas(source) });
    } catch {
      throw new UnusableInput([describeFault(error, file)]);
    }
  }
}

function parseStrictly({ text, delimiter }: CsvSource): ParsedRecord[] {
  return parse(text, {
    bom: true,
    raw: true,
    relax_column_count: true,
    skip_empty_lines: false,
    delimiter,
    record_delimiter: ["\r\n", "\n", "\r"],
  }) as unknown as ParsedRecord[];
}

function findUnnamedCell(
  names: readonly string[],
  records: readonly Cells[],
  locate: (row: Place, cell: number) => Place,
): Place | undefined {
  const unnamed = names.flatMap((name, index) => (name === "" ? [index] : []));
  for (const { cells, place } of records) {
    const index = unnamed.find((candidate) => !isBlank(cells[candidate] ?? ""));
    if (index !== undefined) return locate(place, index);
  }
  return undefined;
}

function isBlank(cell: string): boolean {
  return cell.trim() === "";
}

function findRepeated(names: readonly string[]): string[] {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const name of names) {
    if (seen.has(name) && name !== "") repeated.add(name);
    seen.add(name);
  }
  return [...repeated];
}

function describeFault(error: unknown, file: string): Problem {
  if (!(error instanceof CsvError)) return { place: { file }, message: "is not CSV." };
  const line = typeof error["lines"] === "number" ? error["lines"] : undefined;
  const place = line === undefined ? { file } : { file, line };
  const message = /QUOTE/.test(error.code)
    ? "a quotation mark is not closed, or stands inside a cell that has none around it. Double the marks that belong to a name."
    : `is not CSV here (${error.code}).`;
  return { place, message };
}

/** The text of a CSV file and what separates its cells. */
interface CsvSource {
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
function readCsvSource(text: string): CsvSource {
  const [line, named] = SEPARATOR_LINE.exec(text) ?? [];
  if (line === undefined || named === undefined) return { text, delimiter: guessDelimiter(text) };
  return { text: text.slice(line.length), delimiter: named === "\\t" ? "\t" : named };
}

/**
 * The text with cells such as `="014283"` written as CSV wants them. Some programs leave out the quotation marks around
 * them, which a strict parser refuses.
 */
function quoteFormulas({ text, delimiter }: CsvSource): string {
  const edges = [delimiter, "\n", "\r"];
  return text.replace(/="([^"\r\n]*)"/g, (formula, content: string, index: number) => {
    const before = text[index - 1] ?? "\n";
    const after = text[index + formula.length] ?? "\n";
    return edges.includes(before) && edges.includes(after) ? `"=""${content}"""` : formula;
  });
}

/** Finds the line and column of a cell by going through its row once more: only problems need them. */
function createCellFinder({ text, delimiter }: CsvSource): (row: Place, cell: number) => Place {
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
