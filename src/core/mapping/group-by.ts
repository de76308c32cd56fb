/** Entries by key. A key with one entry costs no array: in most lists nearly every key has one. */
export interface Groups<Entry> {
  /** In order of appearance; empty for an unknown key. */
  get(key: string): readonly Entry[];
  has(key: string): boolean;
  /** In order of first appearance. */
  keys(): Iterable<string>;
}

/** Groups entries, none of which may be an array. Entries without a key are left out. */
export function groupBy<Entry extends object>(
  entries: Iterable<Entry>,
  keyOf: (entry: Entry) => string | undefined,
): Groups<Entry> {
  const groups = new Map<string, Entry | Entry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, entry);
    else if (Array.isArray(group)) group.push(entry);
    else groups.set(key, [group, entry]);
  }
  return {
    get(key) {
      const group = groups.get(key);
      if (group === undefined) return [];
      return Array.isArray(group) ? group : [group];
    },
    has: (key) => groups.has(key),
    keys: () => groups.keys(),
  };
}

/** `find`, called once for each target: thousands of locations may have the same one. */
export function memoize<Value>(find: (target: string) => Value): (target: string) => Value {
  const found = new Map<string, { value: Value }>();
  return (target) => {
    const known = found.get(target) ?? { value: find(target) };
    found.set(target, known);
    return known.value;
  };
}
