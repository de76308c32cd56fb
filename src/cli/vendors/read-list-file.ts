import { parseInstant } from "../../core/instant.ts";
import { outcomeOf } from "../../core/registration/outcome.ts";
import type { VendorList } from "../../core/vendor/vendor-list.ts";
import { parseTree } from "../input/parse-tree.ts";
import type { TextFile } from "../input/read-file.ts";
import { type TreeNode, TreeReader } from "../input/tree.ts";
import { assertUsable } from "../unusable-input.ts";
import type { EntryList } from "./known-vendors.ts";
import { readBullets } from "./read-bullets.ts";
import { readEntries } from "./read-entries.ts";
import { readListTable } from "./read-list-table.ts";

/**
 * Reads a vendor's list from a file of its own, in one of the forms that the vendor's list has.
 *
 * @param columns headers that the user named, by the keys of the list's fields
 * @throws UnusableInput with every entry that cannot be read
 */
export function readListFile(
  file: TextFile,
  list: VendorList,
  columns: ReadonlyMap<string, string>,
): EntryList {
  const other = list.forms.find(({ form }) => form !== "table");
  if (other === undefined || /\.(csv|tsv)$/i.test(file.name)) return readListTable(file, list, columns);
  return other.form === "bullets" ? readBullets(file, list, other) : readDocument(file, list);
}

/** A list of entries, a record that holds it with `complete` and `fetchedAt`, or the vendor's own reply. */
function readDocument(file: TextFile, list: VendorList): EntryList {
  const reader = new TreeReader();
  const root = parseTree(file);
  const read =
    root.kind === "record"
      ? readRecordOfList(root, list, reader)
      : readEntries(root, list, { reader, what: `the list of ${list.key}` });
  assertUsable(reader.problems);
  return { ...read, warnings: reader.warnings };
}

function readRecordOfList(root: TreeNode, list: VendorList, reader: TreeReader): EntryList {
  const { key, reply } = list;
  const what = `the list of ${key}`;
  const replied = reply && reader.record(root, `a list of ${key}`)?.get(reply.under)?.value;
  if (replied !== undefined) {
    // It may be one page of several.
    return { ...readEntries(replied, list, { reader, what, foreign: true }), complete: false };
  }
  const record = reader.record(root, `a list of ${key}`, [key, "complete", "fetchedAt"]);
  const entries = record?.get(key)?.value;
  if (record === undefined || entries === undefined) {
    const or = reply === undefined ? "" : ` or ${reply.under}`;
    reader.refuse(root.place, `must be a list of ${key}, or hold one under ${key}${or}.`);
    return { entries: [], complete: false };
  }
  const complete = reader.flagAt(record, "complete", "the list") ?? true;
  const fetchedAt = readFetchedAt(record.get("fetchedAt")?.value, reader);
  return {
    ...readEntries(entries, list, { reader, what }),
    complete,
    ...(fetchedAt === undefined ? {} : { fetchedAt }),
  };
}

function readFetchedAt(node: TreeNode | undefined, reader: TreeReader): Date | undefined {
  const text = node === undefined ? undefined : reader.text(node, "fetchedAt of the list");
  if (node === undefined || text === undefined) return undefined;
  const read = outcomeOf(() => parseInstant(text, "fetchedAt of the list"));
  if (read.ok) return read.value;
  reader.refuse(node.place, read.error.message);
  return undefined;
}
