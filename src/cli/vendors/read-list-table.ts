import type { VendorList, VendorListField } from "../../core/vendor/vendor-list.ts";
import { type CsvRow, parseCsvTable } from "../input/csv-table.ts";
import type { EntryList } from "../input/entry-list.ts";
import { findColumn } from "../input/find-column.ts";
import type { TextFile } from "../input/read-file.ts";
import { findDamagedCells, type TextUse } from "../input/spreadsheet-damage.ts";
import { assertUsable, type Problem } from "../unusable-input.ts";

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
    const { key, label = key, columns: usual, required = false } = field;
    const header =
      usual.length === 0
        ? undefined
        : findColumn(table, { key: label, usual, named: named.get(key), required });
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
