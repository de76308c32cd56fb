import type { VendorList, VendorListField } from "../../core/vendor/vendor-list.ts";
import { type CsvRow, type CsvTable, parseCsvTable } from "../input/csv-table.ts";
import type { TextFile } from "../input/read-file.ts";
import { findDamagedCells, type TextUse } from "../input/spreadsheet-damage.ts";
import { assertUsable, type Problem, UnusableInput } from "../unusable-input.ts";
import type { EntryList } from "./known-vendors.ts";

interface Column {
  readonly field: VendorListField;
  readonly header: string;
}

/**
 * Reads a vendor's list from CSV. Cells are taken to the letter, spaces included, for vendors compare them so. Columns
 * that no field has are passed over.
 *
 * @throws UnusableInput naming each damaged cell, and each row that lacks a required field, by its line
 */
export function readListTable(
  file: TextFile,
  { fields }: VendorList,
  named: ReadonlyMap<string, string>,
): EntryList {
  const table = parseCsvTable(file);
  const columns = fields.flatMap((field): Column[] => {
    const header = field.columns.length === 0 ? undefined : findColumn(table, field, named.get(field.key));
    return header === undefined ? [] : [{ field, header }];
  });
  const uses = new Map(columns.map(({ header, field }): [string, TextUse] => [header, field.use]));
  const problems: Problem[] = findDamagedCells(table, uses);
  const entries = table.rows.map((row) => {
    for (const { field, header } of columns) {
      if (field.required === true && row.cell(header).trim() === "") {
        problems.push({ place: row.place, message: `this row has no ${field.label ?? header}.` });
      }
    }
    return { place: row.place, value: toEntry(row, columns) };
  });
  assertUsable(problems);
  return { entries, complete: true };
}

function toEntry(row: CsvRow, columns: readonly Column[]): Record<string, string> {
  return Object.fromEntries(
    columns.flatMap(({ field: { key, required, keepsBlank }, header }) => {
      const text = row.cell(header);
      const isAbsent = text.trim() === "" && required !== true && keepsBlank !== true;
      return isAbsent ? [] : [[key, text]];
    }),
  );
}

/**
 * The header of a field in this table; `undefined` where an optional one is absent.
 *
 * @param named the header that the user named; it must be there
 * @throws UnusableInput naming the headers that there are
 */
function findColumn(
  { headers, headerPlace }: CsvTable,
  { key, label = key, columns: usual, required = false }: VendorListField,
  named: string | undefined,
): string | undefined {
  const wanted = named === undefined ? usual : [named];
  const found = headers.find((header) => wanted.some((name) => fold(name) === fold(header)));
  if (found !== undefined || !(required || named !== undefined)) return found;
  const there = headers.map((header) => `"${header}"`).join(", ");
  const message =
    named === undefined
      ? `has no column for the ${label}. Columns: ${there}. Name it with --column "${label}=…".`
      : `has no column "${named}". Columns: ${there}.`;
  throw new UnusableInput([{ place: headerPlace, message }]);
}

function fold(header: string): string {
  return header.toLowerCase().replace(/[\s_-]+/g, "");
}
