import type { VendorList, VendorListField } from "../../core/vendor/vendor-list.ts";
import type { EntryList } from "../input/entry-list.ts";
import type { TreeNode, TreeReader, TreeRecord } from "../input/tree.ts";

/** How entries are read. `foreign`: they stand in the vendor's own reply, which may have keys of its own. */
export interface EntryReading {
  readonly reader: TreeReader;
  /** What the list is, to begin the sentence of a problem with. */
  readonly what: string;
  readonly foreign?: boolean;
}

/** Reads a vendor's list in a document. Problems are the reader's. */
export function readEntries(
  node: TreeNode,
  list: VendorList,
  { reader, what, foreign = false }: EntryReading,
): EntryList {
  const { entry, fields, textAlone } = list;
  const alone = fields.find(({ key }) => key === textAlone);
  const keyOf = (field: VendorListField) =>
    foreign ? (list.reply?.names[field.key] ?? field.key) : field.key;
  const entries = reader.list(node, what).map((item, index) => {
    const name = `${entry} ${index + 1}`;
    if (alone !== undefined && item.kind !== "record") {
      return { place: item.place, value: reader.text(item, name, alone.use) ?? "" };
    }
    const record = reader.record(item, name, foreign ? undefined : fields.map(keyOf)) ?? new Map();
    const value: Record<string, string> = {};
    for (const field of fields) {
      const owner = { what: name, place: item.place };
      const text = readField(field, record, { reader, owner, key: keyOf(field) });
      if (text !== undefined) value[field.key] = text;
    }
    return { place: item.place, value };
  });
  return { entries, complete: true };
}

function readField(
  { use, required = false, nullable = false }: VendorListField,
  record: TreeRecord,
  {
    reader,
    owner,
    key,
  }: { reader: TreeReader; owner: { what: string; place: TreeNode["place"] }; key: string },
): string | undefined {
  if (required) return reader.requiredTextAt(record, key, owner, use);
  if (nullable && isNull(record.get(key)?.value)) return undefined;
  return reader.textAt(record, key, owner.what, use);
}

function isNull(node: TreeNode | undefined): boolean {
  return node?.kind === "nothing" && node.comment === undefined;
}
