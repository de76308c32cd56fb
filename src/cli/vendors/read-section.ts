import type {
  VendorDescriptor,
  VendorSetting,
  VendorSettingKind,
} from "../../core/vendor/vendor-descriptor.ts";
import type { TreeNode, TreeReader, TreeRecord } from "../input/tree.ts";
import type { MappedFacts } from "./mapped-facts.ts";
import { readEntries } from "./read-entries.ts";

/** Reads what a mapping file says of a vendor under `vendors`. Problems are the reader's. */
export function readSection(
  { list, settings: kinds }: VendorDescriptor,
  node: TreeNode,
  { reader, what }: { reader: TreeReader; what: string },
): MappedFacts {
  const record = reader.record(node, what, ["vendor", list.key, ...Object.keys(kinds)]) ?? new Map();
  const settings = readSettings(reader, record, { kinds, what });
  const entries = record.get(list.key)?.value;
  if (entries === undefined) return { settings };
  return { settings, list: readEntries(entries, list, { reader, what: `${list.key} of ${what}` }) };
}

function readSettings(
  reader: TreeReader,
  record: TreeRecord,
  { kinds, what }: { kinds: Readonly<Record<string, VendorSettingKind>>; what: string },
): Record<string, VendorSetting> {
  const settings: Record<string, VendorSetting> = {};
  for (const [key, kind] of Object.entries(kinds)) {
    const value = readSetting(reader, record, { key, kind, what });
    if (value !== undefined) settings[key] = value;
  }
  return settings;
}

function readSetting(
  reader: TreeReader,
  record: TreeRecord,
  { key, kind, what }: { key: string; kind: VendorSettingKind; what: string },
): VendorSetting | undefined {
  if (kind === "flag") return reader.flagAt(record, key, what);
  if (kind === "text") return reader.textAt(record, key, what);
  const node = record.get(key)?.value;
  if (node === undefined) return undefined;
  return reader
    .list(node, `${key} of ${what}`)
    .flatMap((item, index) => reader.text(item, `entry ${index + 1} of ${key} of ${what}`, "name") ?? []);
}
