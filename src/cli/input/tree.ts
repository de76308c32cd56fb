import type { Place, Problem } from "../unusable-input.ts";

/**
 * A document's content with the place of everything in it. Every scalar is the text that was written: `0815` keeps
 * its zero, and nothing turns into a number, a date or a boolean behind anybody's back.
 */
export type TreeNode = { readonly place: Place } & (
  | { readonly kind: "record"; readonly entries: ReadonlyMap<string, TreeEntry> }
  | { readonly kind: "list"; readonly items: readonly TreeNode[] }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "nothing" }
);

/** One key of a record with its value. */
export interface TreeEntry {
  /** Where the key stands. */
  readonly place: Place;
  readonly value: TreeNode;
}

/** The entries of a record, by key. */
export type TreeRecord = ReadonlyMap<string, TreeEntry>;

/** Reads a tree strictly, and collects every problem with its place instead of stopping at the first. */
export class TreeReader {
  readonly problems: Problem[] = [];

  refuse(place: Place, message: string): void {
    this.problems.push({ place, message });
  }

  /** The entries, unless it is no record. Keys that are not known are problems; without `knownKeys` all are taken. */
  record(node: TreeNode, what: string, knownKeys?: readonly string[]): TreeRecord | undefined {
    if (node.kind !== "record") {
      this.refuse(node.place, `${what} must hold keys and values${describe(knownKeys)}.`);
      return undefined;
    }
    for (const [key, { place }] of node.entries) {
      if (knownKeys !== undefined && !knownKeys.includes(key)) {
        this.refuse(place, `key "${key}" of ${what} is not known; known keys: ${knownKeys.join(", ")}.`);
      }
    }
    return node.entries;
  }

  /** The items, unless it is no list. */
  list(node: TreeNode, what: string): readonly TreeNode[] {
    if (node.kind === "list") return node.items;
    this.refuse(node.place, `${what} must be a list.`);
    return [];
  }

  /** The text; empty text is text. */
  text(node: TreeNode, what: string): string | undefined {
    if (node.kind === "text") return node.text;
    this.refuse(
      node.place,
      node.kind === "nothing" ? `${what} has no value; leave the key out instead.` : `${what} must be text.`,
    );
    return undefined;
  }

  /** `true` or `false`. */
  flag(node: TreeNode, what: string): boolean | undefined {
    const text = node.kind === "text" ? node.text : "";
    if (text === "true" || text === "false") return text === "true";
    this.refuse(node.place, `${what} must be true or false.`);
    return undefined;
  }

  /** The text of one key; `undefined` where the key is absent. */
  textAt(record: TreeRecord, key: string, what: string): string | undefined {
    const entry = record.get(key);
    return entry === undefined ? undefined : this.text(entry.value, `${key} of ${what}`);
  }

  /** The flag of one key; `undefined` where the key is absent. */
  flagAt(record: TreeRecord, key: string, what: string): boolean | undefined {
    const entry = record.get(key);
    return entry === undefined ? undefined : this.flag(entry.value, `${key} of ${what}`);
  }

  /** The text of a key that must be there. */
  requiredTextAt(record: TreeRecord, key: string, owner: { what: string; place: Place }): string {
    if (!record.has(key)) this.refuse(owner.place, `${owner.what} has no ${key}.`);
    return this.textAt(record, key, owner.what) ?? "";
  }
}

function describe(keys: readonly string[] | undefined): string {
  return keys === undefined ? "" : ` (${keys.join(", ")})`;
}
