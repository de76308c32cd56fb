import type { TreeReader, TreeRecord } from "../input/tree.ts";

/** What kind of value each key takes. */
export type SettingKinds = Readonly<Record<string, "text" | "flag">>;

/** Reads the keys of a vendor's section that are no list. Absent keys stay absent. */
export function readSettings(
  reader: TreeReader,
  record: TreeRecord,
  { kinds, what }: { kinds: SettingKinds; what: string },
): Record<string, string | boolean> {
  const settings: Record<string, string | boolean> = {};
  for (const [key, kind] of Object.entries(kinds)) {
    const value = kind === "flag" ? reader.flagAt(record, key, what) : reader.textAt(record, key, what);
    if (value !== undefined) settings[key] = value;
  }
  return settings;
}
