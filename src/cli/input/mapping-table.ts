import {
  isStage,
  LOCATION_KEYS,
  type Location,
  type LocationProvider,
} from "../../core/directory/directory.ts";
import { assertUsable, type Problem, UnusableInput } from "../unusable-input.ts";
import { findVendor, targetUseOf } from "../vendors/known-vendors.ts";
import { type CsvRow, type CsvTable, parseCsvTable } from "./csv-table.ts";
import type { MappingFile } from "./mapping-file.ts";
import type { TextFile } from "./read-file.ts";
import { findDamagedCells, type TextUse } from "./spreadsheet-damage.ts";

/** What a table of locations cannot say itself. */
export interface TableCompany {
  /** The company's name, as the vendor's staff know it. */
  readonly name: string | undefined;
  /** The vendor's code for the company, where the vendor has such codes. */
  readonly code: string | undefined;
}

const LOCATION_COLUMNS = LOCATION_KEYS.filter((key) => key !== "providers");
const PROVIDER_COLUMN = /^(.+)\.(enabled|target|stage)$/;

/**
 * Reads a mapping file in CSV: one location in each row. Columns are `id` and `name`, where wanted `companyId`,
 * `zoneName` and `region`, and for each provider `<id>.enabled` (true or false), `<id>.target` and `<id>.stage`.
 * Without an `enabled` column a provider is on where its target is filled in. An empty cell is an absent value.
 * The company has every provider of the table switched on; its id is the first row's `companyId`.
 *
 * @throws UnusableInput with each bad row and each column that is not known, or when no company is named
 */
export function readMappingTable(file: TextFile, company: TableCompany): MappingFile {
  const table = parseCsvTable(file);
  const providerIds = findProviders(table);
  if (company.name === undefined) {
    const message = "holds locations only: name their company with --company.";
    throw new UnusableInput([{ place: { file: file.name }, message }]);
  }
  const companyId = table.rows.map((row) => row.cell("companyId")).find((id) => id !== "") ?? "company";
  const problems: Problem[] = findDamagedCells(table, usesOf(providerIds));
  const locations = table.rows.map((row) => {
    for (const column of ["id", "name"]) {
      if (row.cell(column).trim() === "") {
        problems.push({ place: row.place, message: `this row has no ${column}.` });
      }
    }
    return { place: row.place, location: readLocation(row, { companyId, providerIds, table, problems }) };
  });
  assertUsable(problems);
  const entry = { enabled: true, ...(company.code === undefined ? {} : { code: company.code }) };
  return {
    name: file.name,
    company: {
      id: companyId,
      name: company.name,
      providers: Object.fromEntries(
        providerIds.map((id) => [id, findVendor(id)?.hasCompanyCodes === true ? entry : { enabled: true }]),
      ),
    },
    companyPlace: { file: file.name },
    locations,
    otherCompanies: [],
    vendors: new Map(),
    warnings: [],
  };
}

/** What each column is for; a table need not have all of them. Flex finds a location by its name, so its targets are names. */
function usesOf(providerIds: readonly string[]): ReadonlyMap<string, TextUse> {
  return new Map<string, TextUse>([
    ["id", "ownId"],
    ["companyId", "ownId"],
    ["name", "name"],
    ["zoneName", "name"],
    ["region", "name"],
    ...providerIds.map((id): [string, TextUse] => [`${id}.target`, targetUseOf(findVendor(id))]),
  ]);
}

function findProviders({ headers, headerPlace, unnamedCell }: CsvTable): string[] {
  const unknown = headers.filter((name) => !LOCATION_COLUMNS.includes(name) && !PROVIDER_COLUMN.test(name));
  const missing = ["id", "name"].filter((name) => !headers.includes(name));
  assertUsable([
    ...unknown.map((name) => ({
      place: headerPlace,
      message: `column "${name}" is not known; known columns: ${LOCATION_COLUMNS.join(", ")}, and <provider>.enabled, <provider>.target, <provider>.stage.`,
    })),
    ...missing.map((name) => ({ place: headerPlace, message: `has no column "${name}".` })),
    ...(unnamedCell === undefined
      ? []
      : [
          {
            place: unnamedCell,
            message: "this cell stands in a column without a name; name it or empty it.",
          },
        ]),
  ]);
  return [...new Set(headers.flatMap((name) => PROVIDER_COLUMN.exec(name)?.[1] ?? []))];
}

interface RowContext {
  readonly companyId: string;
  readonly providerIds: readonly string[];
  readonly table: CsvTable;
  readonly problems: Problem[];
}

function readLocation(row: CsvRow, { companyId, providerIds, table, problems }: RowContext): Location {
  const [zoneName, region] = [row.cell("zoneName"), row.cell("region")];
  const readProvider = (id: string): LocationProvider => {
    const [target, stage] = [row.cell(`${id}.target`), row.cell(`${id}.stage`).trim()];
    const flag = row.cell(`${id}.enabled`).trim().toLowerCase();
    const hasFlag = table.headers.includes(`${id}.enabled`);
    if (hasFlag && !["true", "false", ""].includes(flag)) {
      problems.push({ place: row.place, message: `${id}.enabled must be true or false.` });
    }
    if (stage !== "" && !isStage(stage)) {
      problems.push({ place: row.place, message: `${id}.stage must be setup, testing or live.` });
    }
    return {
      enabled: hasFlag ? flag === "true" : target !== "",
      ...(target === "" ? {} : { target }),
      ...(isStage(stage) ? { stage } : {}),
    };
  };
  return {
    id: row.cell("id"),
    companyId: row.cell("companyId") || companyId,
    name: row.cell("name"),
    ...(zoneName === "" ? {} : { zoneName }),
    ...(region === "" ? {} : { region }),
    providers: Object.fromEntries(providerIds.map((id) => [id, readProvider(id)])),
  };
}
