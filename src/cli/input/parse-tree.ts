import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  type YAMLError,
} from "yaml";
import { assertUsable, type Place, type Problem, UnusableInput } from "../unusable-input.ts";
import { parseJsonTree } from "./parse-json-tree.ts";
import type { TextFile } from "./read-file.ts";
import type { TreeEntry, TreeNode } from "./tree.ts";

// How YAML writes that there is no value. In quotation marks each of these is text.
const NOTHING = /^(?:~|null|Null|NULL)?$/;

// More than fifty thousand aliases of one location; few enough to be read in a second.
const MAX_ALIASED_VALUES = 1_000_000;

/**
 * Parses YAML, or JSON where the name ends in `.json`.
 *
 * @throws UnusableInput with every fault that the parser finds
 */
export function parseTree(file: TextFile): TreeNode {
  return file.name.toLowerCase().endsWith(".json") ? parseJsonTree(file) : parseYamlTree(file);
}

function parseYamlTree({ name, text }: TextFile): TreeNode {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file: name, line, column: col };
  };
  try {
    // The parser compares each key with all others of its record; the copy below finds repeated ones at once.
    const document = parseDocument(text, {
      lineCounter: lines,
      schema: "failsafe",
      prettyErrors: false,
      uniqueKeys: false,
    });
    const faults = [...document.errors, ...document.warnings];
    // The parser recurses until the stack ends, and then takes that for a fault of the document.
    if (faults.some(({ message }) => message.includes("call stack"))) throw new RangeError();
    assertUsable(faults.map((fault) => describeFault(fault, { text, placeAt })));
    return createConverter(text, placeAt).convertDocument(document.contents as ParsedNode | null);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UnusableInput([{ place: { file: name }, message: "is nested too deep." }]);
  }
}

interface YamlText {
  readonly text: string;
  readonly placeAt: (offset: number) => Place;
}

function describeFault({ code, message, pos }: YAMLError, { text, placeAt }: YamlText): Problem {
  const place = placeAt(pos[0]);
  if (code === "MULTIPLE_DOCS") {
    return { place, message: "a second document begins here; put everything into one." };
  }
  const comment = /must be sufficiently indented and end with/.test(message)
    ? findCommentBefore(text, pos[0])
    : undefined;
  if (comment === undefined) return { place, message: `is not YAML here: ${message}` };
  return {
    place: placeAt(comment),
    message:
      "is not YAML here: what follows # is a comment, the closing bracket included. Put a value that holds # in quotation marks.",
  };
}

/** Where a comment begins that follows an open bracket, in the line of an offset or in the one before. */
function findCommentBefore(text: string, offset: number): number | undefined {
  const start = text.lastIndexOf("\n", text.lastIndexOf("\n", offset - 1) - 1) + 1;
  const lines = text.slice(start, text.indexOf("\n", offset) + 1 || text.length);
  const found = /[{[][^\n]*?[^\s{[,][ \t]+(?=#)/.exec(lines);
  return found === null ? undefined : start + found.index + found[0].length;
}

/** Copies YAML's nodes into ours. An alias becomes the very node that it stands for, so aliases cannot multiply. */
function createConverter(text: string, placeAt: (offset: number) => Place) {
  const anchored = new Map<string, ParsedNode>();
  const converted = new Map<ParsedNode, TreeNode>();
  /** How many values a node holds when each alias counts as all that it stands for. */
  const sizes = new Map<TreeNode, number>();
  const problems: Problem[] = [];
  let written = 0;
  let firstAlias: Place | undefined;

  function convertDocument(contents: ParsedNode | null): TreeNode {
    const root = convert(contents);
    assertUsable(problems);
    if (firstAlias !== undefined && sizeOf(root) - written > MAX_ALIASED_VALUES) {
      const message = `the aliases of this file stand for more than ${MAX_ALIASED_VALUES.toLocaleString("en")} values. Write them out, or split the file.`;
      throw new UnusableInput([{ place: firstAlias, message }]);
    }
    return root;
  }

  function convert(node: ParsedNode | null | undefined): TreeNode {
    if (node === null || node === undefined) return { place: placeAt(0), kind: "nothing" };
    const place = placeAt(node.range[0]);
    if (isAlias(node)) return follow(node.source, place);
    if (node.anchor !== undefined) anchored.set(node.anchor, node);
    written += 1;
    const made = make(node, place);
    converted.set(node, made);
    return made;
  }

  // Nodes are met in the order of the document, so an anchor was met before its aliases.
  function follow(name: string, place: Place): TreeNode {
    firstAlias ??= place;
    const target = anchored.get(name);
    const known = target === undefined ? undefined : converted.get(target);
    if (known !== undefined) return known;
    const message = target === undefined ? "this alias has no anchor." : "contains itself through an alias.";
    throw new UnusableInput([{ place, message }]);
  }

  function make(node: Exclude<ParsedNode, Alias.Parsed>, place: Place): TreeNode {
    if (isSeq(node)) {
      const items = node.items.map((item) => convert(item as ParsedNode));
      return measure({ place, kind: "list", items }, items);
    }
    if (isMap(node)) {
      const entries = new Map<string, TreeEntry>();
      for (const { key, value } of node.items as { key: ParsedNode; value: ParsedNode | null }[]) {
        const at = placeAt(key.range[0]);
        if (!isScalar(key)) throw new UnusableInput([{ place: at, message: "a key must be text." }]);
        const name = String(key.value);
        if (entries.has(name)) problems.push({ place: at, message: "this key is used twice." });
        const child = value === null ? ({ place: at, kind: "nothing" } as const) : convert(value);
        entries.set(name, { place: at, value: child });
      }
      const values = Array.from(entries.values(), ({ value }) => value);
      return measure({ place, kind: "record", entries }, values);
    }
    const isPlain = node.type === "PLAIN";
    // What follows in the same line.
    const comment = isPlain ? /^[ \t]*#(.*)/.exec(text.slice(node.range[1]))?.[1] : undefined;
    const cut = comment === undefined ? {} : { comment };
    if (isPlain && NOTHING.test(String(node.value))) return { place, kind: "nothing", ...cut };
    return { place, kind: "text", text: String(node.value), ...cut };
  }

  function measure(node: TreeNode, parts: readonly TreeNode[]): TreeNode {
    sizes.set(
      node,
      parts.reduce((sum, part) => sum + sizeOf(part), 1),
    );
    return node;
  }

  function sizeOf(node: TreeNode): number {
    return sizes.get(node) ?? 1;
  }

  return { convertDocument };
}
