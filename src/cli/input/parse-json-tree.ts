import { visit } from "jsonc-parser";
import { type Place, UnusableInput } from "../unusable-input.ts";
import type { TextFile } from "./read-file.ts";
import type { TreeEntry, TreeNode } from "./tree.ts";

// Deeper than any mapping file, and shallow enough for the stack.
const MAX_DEPTH = 64;

/**
 * Parses JSON strictly, with the place of everything in it. Numbers, `true` and `false` stay the text that was written;
 * `null` is no value. The language's own parser has no places, and one for YAML takes a minute for a large file.
 *
 * @throws UnusableInput where it stops being JSON, and at a key that is used twice
 */
export function parseJsonTree({ name, text }: TextFile): TreeNode {
  const placeAt = (line: number, character: number): Place => ({
    file: name,
    line: line + 1,
    column: character + 1,
  });
  let root: TreeNode | undefined;
  let key = { name: "", place: placeAt(0, 0) };
  /** Put a value into the record or list that holds it; the last is the innermost one that is open. */
  const adders: ((value: TreeNode) => void)[] = [
    (value) => {
      root = value;
    },
  ];
  const add = (value: TreeNode) => {
    if (adders.length > MAX_DEPTH + 1) refuse(value.place, "is nested too deep.");
    adders.at(-1)?.(value);
  };
  const close = () => {
    adders.pop();
  };
  visit(
    text,
    {
      onObjectBegin(_offset, _length, line, character) {
        const entries = new Map<string, TreeEntry>();
        add({ place: placeAt(line, character), kind: "record", entries });
        adders.push((value) => {
          if (entries.has(key.name)) refuse(key.place, "this key is used twice.");
          entries.set(key.name, { place: key.place, value });
        });
      },
      onObjectProperty(property, _offset, _length, line, character) {
        key = { name: property, place: placeAt(line, character) };
      },
      onObjectEnd: close,
      onArrayBegin(_offset, _length, line, character) {
        const items: TreeNode[] = [];
        add({ place: placeAt(line, character), kind: "list", items });
        adders.push((value) => items.push(value));
      },
      onArrayEnd: close,
      onLiteralValue(value: unknown, offset, length, line, character) {
        const place = placeAt(line, character);
        if (value === null) {
          add({ place, kind: "nothing" });
          return;
        }
        const written = typeof value === "string" ? value : text.slice(offset, offset + length);
        add({ place, kind: "text", text: written });
      },
      onError(_error, _offset, _length, line, character) {
        refuse(placeAt(line, character), "is not JSON here, or was cut off.");
      },
    },
    { disallowComments: true },
  );
  return root ?? refuse(placeAt(0, 0), "is not JSON here, or was cut off.");
}

function refuse(place: Place, message: string): never {
  throw new UnusableInput([{ place, message }]);
}
