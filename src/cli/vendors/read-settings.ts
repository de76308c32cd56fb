import type { TreeReader, TreeRecord } from "../input/tree.ts";
import type { Setting } from "./vendor.ts";

/** What kind of value each key takes. `id` and `name` are texts that are compared, `names` is a list of such. */
export type SettingKinds = Readonly<Record<string, "text" | "flag" | "id" | "name" | "names">>;

/** Reads the keys of a vendor's section that are no list. Absent keys stay absent. */
export function readSettings(
  reader: TreeReader,
  record: TreeRecord,
  { kinds, what }: { kinds: SettingKinds; what: string },
): Record<string, Setting> {
  const settings: Record<string, Setting> = {};
  for (const [key, kind] of Object.entries(kinds)) {
    const value = readSetting(reader, record, { key, kind, what });
    if (value !== undefined) settings[key] = value;
  }
  return settings;
}

function readSetting(
  reader: TreeReader,
  record: TreeRecord,
  { key, kind, what }: { key: string; kind: SettingKinds[string]; what: string },
): Setting | undefined {
  if (kind === "flag") return reader.flagAt(record, key, what);
  if (kind === "text") return reader.textAt(record, key, what);
  if (kind === "id" || kind === "name") return reader.textAt(record, key, what, kind);
  const node = record.get(key)?.value;
  if (node === undefined) return undefined;
  return reader
    .list(node, `${key} of ${what}`)
    .flatMap((item, index) => reader.text(item, `entry ${index + 1} of ${key} of ${what}`, "name") ?? []);
}
