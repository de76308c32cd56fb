import type { VendorList } from "../../core/vendor/vendor-list.ts";
import type { TreeNode, TreeReader } from "../input/tree.ts";
import type { EntryList } from "./known-vendors.ts";

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
  const names = foreign ? list.reply?.names : undefined;
  const called = fields.map((field) => ({ ...field, from: names?.[field.key] ?? field.key }));
  const entries = reader.list(node, what).map((item, index) => {
    const name = `${entry} ${index + 1}`;
    if (alone !== undefined && item.kind !== "record") {
      return { place: item.place, value: reader.text(item, name, alone.use) ?? "" };
    }
    const keys = called.map(({ from }) => from);
    const record = reader.record(item, name, foreign ? undefined : keys) ?? new Map();
    return { place: item.place, value: reader.texts(record, { what: name, place: item.place }, called) };
  });
  return { entries, complete: true };
}
