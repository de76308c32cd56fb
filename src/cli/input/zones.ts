import { isEnforcementError } from "../../core/errors.ts";
import { parseInstant } from "../../core/instant.ts";
import { assertUsable } from "../unusable-input.ts";
import { parseCsvTable } from "./csv-table.ts";
import type { EntryList } from "./entry-list.ts";
import { findColumn } from "./find-column.ts";
import { parseTree } from "./parse-tree.ts";
import type { TextFile } from "./read-file.ts";
import { findDamagedCells, type TextUse } from "./spreadsheet-damage.ts";
import { type TreeNode, TreeReader } from "./tree.ts";

/**
 * Reads Passport's zones: a list of `{ id, number?, name, operatorId? }`, what `listZones()` returns, Passport's own
 * reply `{ data: [ … ] }`, or CSV with the columns ID, Number and Name. A reply of Passport's may be one page of
 * several, so it never counts as complete.
 *
 * @throws UnusableInput with every entry that cannot be read
 */
export function readZones(file: TextFile): EntryList {
  if (/\.(csv|tsv)$/i.test(file.name)) return readZoneTable(file);
  const reader = new TreeReader();
  const root = parseTree(file);
  const list = root.kind === "record" ? readReply(root, reader) : readZoneList(root, reader);
  assertUsable(reader.problems);
  return { ...list, warnings: reader.warnings };
}

/** Reads zones as a mapping file has them. Other keys are allowed where a list comes from Passport itself. */
export function readZoneList(
  node: TreeNode,
  reader: TreeReader,
  options: { foreign?: boolean } = {},
): EntryList {
  const entries = reader.list(node, "the list of zones").map((item, index) => {
    const what = `zone ${index + 1}`;
    const operatorKey = options.foreign ? "operator_id" : "operatorId";
    const known = ["id", "number", "name", operatorKey];
    const record = reader.record(item, what, options.foreign ? undefined : known) ?? new Map();
    const owner = { what, place: item.place };
    const id = reader.requiredTextAt(record, "id", owner, "id");
    const name = reader.requiredTextAt(record, "name", owner, "name");
    const textAt = (key: string) =>
      // Programs write null for a zone without a number.
      isNull(record.get(key)?.value) ? undefined : reader.textAt(record, key, what, "id");
    const [number, operatorId] = [textAt("number"), textAt(operatorKey)];
    return {
      place: item.place,
      value: {
        ...{ id, name },
        ...(number === undefined ? {} : { number }),
        ...(operatorId === undefined ? {} : { operatorId }),
      },
    };
  });
  return { entries, complete: true };
}

function isNull(node: TreeNode | undefined): boolean {
  return node?.kind === "nothing" && node.comment === undefined;
}

function readReply(root: TreeNode, reader: TreeReader): EntryList {
  const reply = reader.record(root, "a list of zones")?.get("data")?.value;
  if (reply !== undefined) return { ...readZoneList(reply, reader, { foreign: true }), complete: false };
  const record = reader.record(root, "a list of zones", ["zones", "complete", "fetchedAt"]);
  const zones = record?.get("zones")?.value;
  if (record === undefined || zones === undefined) {
    reader.refuse(root.place, "must be a list of zones, or hold one under zones or data.");
    return { entries: [], complete: false };
  }
  const complete = reader.flagAt(record, "complete", "the list") ?? true;
  const fetchedAt = readFetchedAt(record.get("fetchedAt")?.value, reader);
  return { ...readZoneList(zones, reader), complete, ...(fetchedAt === undefined ? {} : { fetchedAt }) };
}

function readFetchedAt(node: TreeNode | undefined, reader: TreeReader): Date | undefined {
  const text = node === undefined ? undefined : reader.text(node, "fetchedAt of the list");
  if (node === undefined || text === undefined) return undefined;
  try {
    return parseInstant(text, "fetchedAt of the list");
  } catch (error) {
    if (!isEnforcementError(error)) throw error;
    reader.refuse(node.place, error.message);
    return undefined;
  }
}

function readZoneTable(file: TextFile): EntryList {
  const table = parseCsvTable(file);
  const id = findColumn(table, { key: "id", usual: ["ID", "Zone ID"], required: true }) ?? "";
  const name = findColumn(table, { key: "name", usual: ["Name", "Zone Name", "Zone"], required: true }) ?? "";
  const number = findColumn(table, { key: "number", usual: ["Number", "Zone Number"] });
  const entries = table.rows.map((row) => {
    const written = number === undefined ? "" : row.cell(number);
    const value = { id: row.cell(id), name: row.cell(name), ...(written === "" ? {} : { number: written }) };
    return { place: row.place, value };
  });
  const uses = new Map<string, TextUse>([
    [id, "id"],
    [name, "name"],
  ]);
  if (number !== undefined) uses.set(number, "id");
  assertUsable([
    ...findDamagedCells(table, uses),
    ...table.rows.flatMap((row) =>
      [id, name]
        .filter((header) => row.cell(header).trim() === "")
        .map((header) => ({ place: row.place, message: `this row has no ${header}.` })),
    ),
  ]);
  return { entries, complete: true };
}
