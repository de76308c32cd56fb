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
import { assertUsable, type Place, UnusableInput } from "../unusable-input.ts";
import { parseJsonTree } from "./parse-json-tree.ts";
import type { TextFile } from "./read-file.ts";
import type { TreeEntry, TreeNode } from "./tree.ts";

// How YAML writes that there is no value. In quotation marks each of these is text.
const NOTHING = /^(?:~|null|Null|NULL)?$/;

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
    const document = parseDocument(text, { lineCounter: lines, schema: "failsafe", prettyErrors: false });
    const faults = [...document.errors, ...document.warnings];
    if (faults.some(isOverflow)) throw new RangeError();
    assertUsable(faults.map((fault) => ({ place: placeAt(fault.pos[0]), message: describeFault(fault) })));
    return createGrafter(placeAt)(document.contents as ParsedNode | null);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UnusableInput([{ place: { file: name }, message: "is nested too deep." }]);
  }
}

/** The parser recurses until the stack ends, and then takes that for a fault of the document. */
function isOverflow({ message }: YAMLError): boolean {
  return message.includes("call stack");
}

function describeFault({ code, message }: YAMLError): string {
  if (code === "DUPLICATE_KEY") return "this key is used twice.";
  if (code === "MULTIPLE_DOCS") return "a second document begins here; put everything into one.";
  return `is not YAML here: ${message}`;
}

/** Copies YAML's nodes into ours. An alias becomes the very node that it stands for, so aliases cannot multiply. */
function createGrafter(placeAt: (offset: number) => Place) {
  const anchored = new Map<string, ParsedNode>();
  const grafted = new Map<ParsedNode, TreeNode>();

  function graft(node: ParsedNode | null | undefined): TreeNode {
    if (node === null || node === undefined) return { place: placeAt(0), kind: "nothing" };
    const place = placeAt(node.range[0]);
    if (isAlias(node)) return follow(node.source, place);
    if (node.anchor !== undefined) anchored.set(node.anchor, node);
    const made = make(node, place);
    grafted.set(node, made);
    return made;
  }

  // Nodes are met in the order of the document, so an anchor was met before its aliases.
  function follow(name: string, place: Place): TreeNode {
    const target = anchored.get(name);
    const known = target === undefined ? undefined : grafted.get(target);
    if (known !== undefined) return known;
    const message = target === undefined ? "this alias has no anchor." : "contains itself through an alias.";
    throw new UnusableInput([{ place, message }]);
  }

  function make(node: Exclude<ParsedNode, Alias.Parsed>, place: Place): TreeNode {
    if (isSeq(node))
      return { place, kind: "list", items: node.items.map((item) => graft(item as ParsedNode)) };
    if (isMap(node)) {
      const entries = new Map<string, TreeEntry>();
      for (const { key, value } of node.items as { key: ParsedNode; value: ParsedNode | null }[]) {
        const at = placeAt(key.range[0]);
        if (!isScalar(key)) throw new UnusableInput([{ place: at, message: "a key must be text." }]);
        const grown = value === null ? ({ place: at, kind: "nothing" } as const) : graft(value);
        entries.set(String(key.value), { place: at, value: grown });
      }
      return { place, kind: "record", entries };
    }
    if (node.type === "PLAIN" && NOTHING.test(String(node.value))) return { place, kind: "nothing" };
    return { place, kind: "text", text: String(node.value) };
  }

  return graft;
}
