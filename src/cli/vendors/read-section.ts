import type {
  VendorDescriptor,
  VendorSetting,
  VendorSettingKind,
} from "../../core/vendor/vendor-descriptor.ts";
import type { RecordOwner, TreeNode, TreeReader, TreeRecord } from "../input/tree.ts";
import type { MappedFacts } from "./known-vendors.ts";
import { readEntries } from "./read-entries.ts";

/** Reads what a mapping file says of a vendor under `vendors`. Problems are the reader's. */
export function readSection(
  { list, settings: kinds }: VendorDescriptor,
  node: TreeNode,
  { reader, what }: { reader: TreeReader; what: string },
): MappedFacts {
  const record = reader.record(node, what, ["vendor", list.key, ...Object.keys(kinds)]) ?? new Map();
  const settings: Record<string, VendorSetting> = {};
  for (const [key, kind] of Object.entries(kinds)) {
    const value = readSetting(reader, record, { key, kind, owner: { what, place: node.place } });
    if (value !== undefined) settings[key] = value;
  }
  const entries = record.get(list.key)?.value;
  if (entries === undefined) return { settings };
  return { settings, list: readEntries(entries, list, { reader, what: `${list.key} of ${what}` }) };
}

function readSetting(
  reader: TreeReader,
  record: TreeRecord,
  { key, kind, owner }: { key: string; kind: VendorSettingKind; owner: RecordOwner },
): VendorSetting | undefined {
  if (kind === "flag") return reader.flagAt(record, key, owner.what);
  if (kind === "text") return reader.texts(record, owner, [{ key }])[key];
  const node = record.get(key)?.value;
  if (node === undefined) return undefined;
  const what = `${key} of ${owner.what}`;
  return reader
    .list(node, what)
    .flatMap((item, index) => reader.text(item, `entry ${index + 1} of ${what}`, "name") ?? []);
}
