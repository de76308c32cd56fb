import { type Place, UnusableInput } from "../unusable-input.ts";
import type { TextFile } from "./read-file.ts";
import type { TreeEntry, TreeNode } from "./tree.ts";

// Deeper than any mapping file, and shallow enough for the stack.
const MAX_DEPTH = 64;

// Sticky: each matches where the reader stands, or not at all.
const SPACE = /[ \t\r\n]*/y;
const STRING = /"[^"\\]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\]*)*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * Parses JSON strictly, with the place of everything in it. Numbers, `true` and `false` stay the text that was written;
 * `null` is no value. The language's own parser has no places, and one for YAML takes a minute for a large file.
 *
 * @throws UnusableInput where it stops being JSON, and at a key that is used twice
 */
export function parseJsonTree(file: TextFile): TreeNode {
  const reader = new JsonReader(file);
  const root = reader.readValue(0);
  reader.expectEnd();
  return root;
}

class JsonReader {
  readonly #file: TextFile;
  #offset = 0;
  #line = 1;
  #lineStart = 0;

  constructor(file: TextFile) {
    this.#file = file;
    this.#skipSpace();
  }

  readValue(depth: number): TreeNode {
    const place = this.#place();
    if (depth > MAX_DEPTH) throw new UnusableInput([{ place, message: "is nested too deep." }]);
    if (this.#takeSign("{")) return { place, kind: "record", entries: this.#readEntries(depth) };
    if (this.#takeSign("[")) return { place, kind: "list", items: this.#readItems(depth) };
    const text = this.#takeString();
    if (text !== undefined) return { place, kind: "text", text };
    const scalar = this.#take(SCALAR) ?? this.#refuse();
    return scalar === "null" ? { place, kind: "nothing" } : { place, kind: "text", text: scalar };
  }

  expectEnd(): void {
    if (this.#offset < this.#file.text.length) this.#refuse();
  }

  #readEntries(depth: number): Map<string, TreeEntry> {
    const entries = new Map<string, TreeEntry>();
    if (this.#takeSign("}")) return entries;
    for (;;) {
      const place = this.#place();
      const key = this.#takeString() ?? this.#refuse();
      if (entries.has(key)) throw new UnusableInput([{ place, message: "this key is used twice." }]);
      if (!this.#takeSign(":")) this.#refuse();
      entries.set(key, { place, value: this.readValue(depth + 1) });
      if (this.#takeSign("}")) return entries;
      if (!this.#takeSign(",")) this.#refuse();
    }
  }

  #readItems(depth: number): TreeNode[] {
    const items: TreeNode[] = [];
    if (this.#takeSign("]")) return items;
    for (;;) {
      items.push(this.readValue(depth + 1));
      if (this.#takeSign("]")) return items;
      if (!this.#takeSign(",")) this.#refuse();
    }
  }

  #takeString(): string | undefined {
    const place = this.#place();
    const found = this.#take(STRING);
    if (found === undefined) return undefined;
    try {
      return JSON.parse(found);
    } catch {
      // It holds a control character, which JSON wants escaped.
      return this.#refuse(place);
    }
  }

  /** What stands here, and the space after it. */
  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#offset;
    const found = pattern.exec(this.#file.text)?.[0];
    if (found === undefined) return undefined;
    this.#offset += found.length;
    this.#skipSpace();
    return found;
  }

  #takeSign(sign: string): boolean {
    if (this.#file.text[this.#offset] !== sign) return false;
    this.#offset += 1;
    this.#skipSpace();
    return true;
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#offset;
    const space = SPACE.exec(this.#file.text)?.[0] ?? "";
    for (let at = space.indexOf("\n"); at !== -1; at = space.indexOf("\n", at + 1)) {
      this.#line += 1;
      this.#lineStart = this.#offset + at + 1;
    }
    this.#offset += space.length;
  }

  #place(): Place {
    return { file: this.#file.name, line: this.#line, column: this.#offset - this.#lineStart + 1 };
  }

  #refuse(place = this.#place()): never {
    throw new UnusableInput([{ place, message: "is not JSON here, or was cut off." }]);
  }
}
