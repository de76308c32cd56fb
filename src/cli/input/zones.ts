import { assertUsable } from "../unusable-input.ts";
import { parseCsvTable } from "./csv-table.ts";
import type { EntryList } from "./entry-list.ts";
import { findColumn } from "./find-column.ts";
import { parseTree } from "./parse-tree.ts";
import type { TextFile } from "./read-file.ts";
import { type TreeNode, TreeReader } from "./tree.ts";

/**
 * Reads Passport's zones: a list of `{ id, number?, name }`, what `listZones()` returns, Passport's own reply
 * `{ data: [ … ] }`, or CSV with the columns ID, Number and Name. A reply of Passport's may be one page of several,
 * so it never counts as complete.
 *
 * @throws UnusableInput with every entry that cannot be read
 */
export function readZones(file: TextFile): EntryList {
  if (/\.(csv|tsv)$/i.test(file.name)) return readZoneTable(file);
  const reader = new TreeReader();
  const root = parseTree(file);
  const list = root.kind === "record" ? readReply(root, reader) : readZoneList(root, reader);
  assertUsable(reader.problems);
  return list;
}

/** Reads zones as a mapping file has them. Other keys are allowed where a list comes from Passport itself. */
export function readZoneList(
  node: TreeNode,
  reader: TreeReader,
  options: { foreign?: boolean } = {},
): EntryList {
  const entries = reader.list(node, "the list of zones").map((item, index) => {
    const what = `zone ${index + 1}`;
    const record =
      reader.record(item, what, options.foreign ? undefined : ["id", "number", "name"]) ?? new Map();
    const owner = { what, place: item.place };
    const id = reader.requiredTextAt(record, "id", owner);
    const name = reader.requiredTextAt(record, "name", owner);
    const number =
      record.get("number")?.value.kind === "nothing" ? undefined : reader.textAt(record, "number", what);
    const value = number === undefined || isNull(number, options) ? { id, name } : { id, name, number };
    return { place: item.place, value };
  });
  return { entries, complete: true };
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
  return { ...readZoneList(zones, reader), complete };
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
  assertUsable(
    table.rows.flatMap((row) =>
      [id, name]
        .filter((header) => row.cell(header).trim() === "")
        .map((header) => ({ place: row.place, message: `this row has no ${header}.` })),
    ),
  );
  return { entries, complete: true };
}

/** JSON's null in a reply: the tree keeps words as they stand. */
function isNull(text: string, { foreign = false }: { foreign?: boolean }): boolean {
  return foreign && text === "null";
}
