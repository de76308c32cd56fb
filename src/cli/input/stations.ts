import { assertUsable, type Problem } from "../unusable-input.ts";
import { parseCsvTable } from "./csv-table.ts";
import type { EntryList } from "./entry-list.ts";
import { findColumn } from "./find-column.ts";
import type { TextFile } from "./read-file.ts";
import { findDamagedCells, type TextUse } from "./spreadsheet-damage.ts";

/** Headers by what they hold: `description`, `stationLocation`, `zone`. */
export type StationColumns = ReadonlyMap<string, string>;

// How Flex calls the columns of its export is unpublished: these are the names of the fields on its screens.
const USUAL = {
  description: ["Description", "Station Description", "Mobile Payment Station", "Station", "Name"],
  stationLocation: ["Station Location", "Location"],
  zone: ["Zone", "Zone Name"],
} as const;

/** What `--column` can name. */
export const STATION_COLUMNS: readonly string[] = Object.keys(USUAL);

/**
 * Reads the Mobile Payment Stations that were exported from Flex as CSV. Cells are taken to the letter, spaces
 * included, for Flex compares them so. Columns that are not asked for are passed over.
 *
 * @throws UnusableInput naming each row without a description by its line
 */
export function readStations(file: TextFile, columns: StationColumns): EntryList {
  const table = parseCsvTable(file);
  const [description = "", stationLocation, zone] = (["description", "stationLocation", "zone"] as const).map(
    (key) =>
      findColumn(table, { key, usual: USUAL[key], named: columns.get(key), required: key === "description" }),
  );
  const names = [description, stationLocation, zone].filter((header) => header !== undefined);
  const uses = new Map(names.map((header): [string, TextUse] => [header, "name"]));
  const problems: Problem[] = findDamagedCells(table, uses);
  const entries = table.rows.map((row) => {
    if (row.cell(description).trim() === "") {
      problems.push({ place: row.place, message: `this row has no ${description}.` });
    }
    return {
      place: row.place,
      value: {
        description: row.cell(description),
        ...(stationLocation === undefined ? {} : { stationLocation: row.cell(stationLocation) }),
        ...(zone === undefined ? {} : { zone: row.cell(zone) }),
      },
    };
  });
  assertUsable(problems);
  return { entries, complete: true };
}
