import { CsvError, parse } from "csv-parse/sync";
import { assertUsable, type Place, type Problem, UnusableInput } from "../unusable-input.ts";
import type { TextFile } from "./read-file.ts";

/** A CSV file with a header. Every row that holds anything is here, or the file was refused. */
export interface CsvTable {
  /** As they stand in the file, without the spaces around them. */
  readonly headers: readonly string[];
  readonly headerPlace: Place;
  readonly rows: readonly CsvRow[];
}

/** One row. */
export interface CsvRow {
  /** Where it begins: a cell may hold line breaks. */
  readonly place: Place;
  /** The cell under a header, as it was written: spaces count. */
  cell(header: string): string;
}

const DELIMITERS = [",", ";", "\t", "|"];

/**
 * Parses CSV with a header row, separated by the comma, semicolon, tab or bar that its header has most of. Lines
 * without any content are no rows; every other row must have as many cells as the header.
 *
 * @throws UnusableInput naming each bad row by its line
 */
export function parseCsvTable(file: TextFile): CsvTable {
  const [header, ...records] = readRecords(file);
  if (header === undefined)
    throw new UnusableInput([{ place: { file: file.name }, message: "has no header row." }]);
  const headers = header.cells.map((cell) => cell.trim());
  const problems: Problem[] = findRepeated(headers).map((name) => ({
    place: header.place,
    message: `has the column "${name}" twice.`,
  }));
  for (const { cells, place } of records) {
    if (cells.length === headers.length) continue;
    const message = `this row has ${count(cells.length, "cell")}, the header ${headers.length}. Put names that hold the separator in quotation marks.`;
    problems.push({ place, message });
  }
  assertUsable(problems);
  const indexes = new Map(headers.map((name, index) => [name, index]));
  return {
    headers,
    headerPlace: header.place,
    rows: records.map(({ cells, place }) => ({
      place,
      cell: (name) => cells[indexes.get(name) ?? -1] ?? "",
    })),
  };
}

interface Cells {
  readonly cells: readonly string[];
  readonly place: Place;
}

function readRecords({ name, text }: TextFile): Cells[] {
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, {
      ...{ bom: true, info: true, relax_column_count: true, skip_empty_lines: false },
      delimiter: findDelimiter(text),
      record_delimiter: ["\r\n", "\n", "\r"],
    }) as unknown as typeof records;
  } catch (error) {
    throw new UnusableInput([describeFault(error, name)]);
  }
  const cells: Cells[] = [];
  let end = 0;
  for (const { record, info } of records) {
    const place = { file: name, line: end + 1 };
    end = info.lines;
    if (record.some((cell) => cell.trim() !== "")) cells.push({ cells: record, place });
  }
  return cells;
}

/** The separator that the first line with content has most of, outside quotation marks. */
function findDelimiter(text: string): string {
  const line = text.split(/\r\n|\n|\r/).find((candidate) => candidate.trim() !== "") ?? "";
  const bare = line.replace(/"[^"]*"/g, "");
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ",";
}

function findRepeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => name !== "" && names.indexOf(name) !== index))];
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

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
