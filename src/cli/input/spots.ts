import { assertUsable, type Problem } from "../unusable-input.ts";
import { parseCsvTable } from "./csv-table.ts";
import type { EntryList } from "./entry-list.ts";
import { findColumn } from "./find-column.ts";
import type { TextFile } from "./read-file.ts";
import { readSpotMail } from "./spot-mail.ts";
import { findDamagedCells, type TextUse } from "./spreadsheet-damage.ts";

/**
 * Reads HotSpot's SpotIDs: CSV with the columns SpotID and, where there is one, Name; any other file is read as the
 * text of an e-mail.
 *
 * @throws UnusableInput naming each row or line that cannot be read
 */
export function readSpots(file: TextFile): EntryList {
  return /\.(csv|tsv)$/i.test(file.name) ? readSpotTable(file) : readSpotMail(file);
}

function readSpotTable(file: TextFile): EntryList {
  const table = parseCsvTable(file);
  const spotId =
    findColumn(table, { key: "SpotID", usual: ["SpotID", "Spot", "Spot Number"], required: true }) ?? "";
  const name = findColumn(table, { key: "name", usual: ["Name", "Location", "Location Name", "Lot"] });
  const uses = new Map<string, TextUse>([[spotId, "spotId"]]);
  if (name !== undefined) uses.set(name, "name");
  const problems: Problem[] = findDamagedCells(table, uses);
  const entries = table.rows.map((row) => {
    const id = row.cell(spotId).trim();
    if (id === "") problems.push({ place: row.place, message: "this row has no SpotID." });
    const called = name === undefined ? "" : row.cell(name);
    return {
      place: row.place,
      value: { spotId: row.cell(spotId), ...(called.trim() === "" ? {} : { name: called }) },
    };
  });
  assertUsable(problems);
  return { entries, complete: true };
}
