import { memoryPermits, type PermitInput, parsePlate } from "@offstreet/enforcement";
import { parse } from "csv-parse/sync";

/** A row that could not be used, and why. */
export interface BadRow {
  /** The line where the row starts; the header is line 1. */
  readonly line: number;
  readonly problem: string;
}

const COLUMNS = [
  ...["permit_id", "plates", "region", "locations", "valid_from", "valid_to"],
  ...["holder", "make", "color", "revision"],
] as const;

type Row = Readonly<Record<(typeof COLUMNS)[number], string>>;

/**
 * Reads the export of a permit system. A row that cannot be used is reported with its line and left out; it never
 * stops the others. Of several rows for one permit the highest revision counts.
 */
export function readPermits(csv: string, options: { companyId: string; locationIds: ReadonlySet<string> }) {
  const newest = memoryPermits([]);
  const permits = new Map<string, PermitInput>();
  const badRows: BadRow[] = [];
  const records = parse(csv, { bom: true, relax_column_count: true, info: true }) as unknown as {
    record: string[];
    info: { lines: number };
  }[];
  for (const { record, info } of records.slice(1)) {
    // The parser tells where a row ends; a cell may hold line breaks of its own.
    const line = info.lines - record.join("").split("\n").length + 1;
    try {
      const permit = toPermit(toRow(record), options);
      // Tells whether the permit is news: an older revision never replaces a newer one.
      if (newest.set(permit)) permits.set(permit.id, permit);
    } catch (error) {
      badRows.push({ line, problem: error instanceof Error ? error.message : String(error) });
    }
  }
  return { permits: [...permits.values()], badRows };
}

function toRow(record: readonly string[]): Row {
  if (record.length !== COLUMNS.length) {
    throw new RangeError(`has ${record.length} columns instead of ${COLUMNS.length}.`);
  }
  return Object.fromEntries(COLUMNS.map((name, index) => [name, record[index] ?? ""])) as Row;
}

function toPermit(
  row: Row,
  { companyId, locationIds }: { companyId: string; locationIds: ReadonlySet<string> },
): PermitInput {
  const places = row.locations.split("|").filter((id) => id !== "");
  if (!places.every((id) => locationIds.has(id)))
    throw new RangeError("locations: one of them does not exist.");
  const vehicle = {
    ...(row.make === "" ? {} : { make: row.make }),
    ...(row.color === "" ? {} : { color: row.color }),
  };
  return {
    id: row.permit_id,
    companyId,
    plates: row.plates.split(";").map((plate) => parsePlate(plate, { region: row.region })),
    locationIds: places,
    // The library reads ISO text with an offset, and refuses a date that the calendar does not have.
    validFrom: row.valid_from,
    validTo: row.valid_to === "" ? null : row.valid_to,
    revision: Number(row.revision === "" ? Number.NaN : row.revision),
    ...(row.holder === "" ? {} : { holder: row.holder }),
    vehicle,
  };
}
