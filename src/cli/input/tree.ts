import { showName } from "../../core/names/visible-name.ts";
import { type Place, type Problem, showPlace } from "../unusable-input.ts";
import { describeDamage, type TextUse } from "./spreadsheet-damage.ts";

/**
 * A document's content with the place of everything in it. Every scalar is the text that was written: `0815` keeps
 * its zero, and no text becomes a number, a date or a boolean.
 */
export type TreeNode = { readonly place: Place } & (
  | { readonly kind: "record"; readonly entries: ReadonlyMap<string, TreeEntry> }
  | { readonly kind: "list"; readonly items: readonly TreeNode[] }
  | ({ readonly kind: "text"; readonly text: string } & Cut)
  | ({ readonly kind: "nothing" } & Cut)
);

/** What follows # in the same line, where no quotation marks end the value before it. */
interface Cut {
  readonly comment?: string;
}

/** One key of a record with its value. */
export interface TreeEntry {
  /** Where the key stands. */
  readonly place: Place;
  readonly value: TreeNode;
}

/** The node that a path of keys and indexes leads to; `undefined` where the document ends before it does. */
export function findNode(root: TreeNode, path: readonly (string | number)[]): TreeNode | undefined {
  let node: TreeNode | undefined = root;
  for (const step of path) {
    if (node?.kind === "list" && typeof step === "number") node = node.items[step];
    else if (node?.kind === "record" && typeof step === "string") node = node.entries.get(step)?.value;
    else return undefined;
  }
  return node;
}

/** The entries of a record, by key. */
export type TreeRecord = ReadonlyMap<string, TreeEntry>;

/** Reads a tree strictly, and collects every problem with its place instead of stopping at the first. */
export class TreeReader {
  readonly problems: Problem[] = [];
  /** What can be read, and may be meant otherwise. */
  readonly warnings: Problem[] = [];
  readonly #reported = new Set<string>();

  refuse(place: Place, message: string): void {
    this.#report(this.problems, { place, message });
  }

  warn(place: Place, message: string): void {
    this.#report(this.warnings, { place, message });
  }

  /** A node is read once for each alias; its problems are kept once. */
  #report(list: Problem[], problem: Problem & { place: Place }): void {
    const key = `${showPlace(problem.place)} ${problem.message}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    list.push(problem);
  }

  /** The entries, unless it is no record. Keys that are not known are problems; without `knownKeys` all are taken. */
  record(node: TreeNode, what: string, knownKeys?: readonly string[]): TreeRecord | undefined {
    if (node.kind !== "record") {
      const keys = knownKeys === undefined ? "" : ` (${knownKeys.join(", ")})`;
      this.refuse(node.place, `${what} must hold keys and values${keys}.`);
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

  /**
   * The text; empty text is text. With a `use`, a text that a spreadsheet has damaged is a problem, and one that a
   * comment follows is a warning: the comment may be meant as a part of it.
   */
  text(node: TreeNode, what: string, use?: TextUse): string | undefined {
    if (node.kind === "text") {
      if (use === undefined) return node.text;
      const problem = describeDamage(node.text, use, what);
      if (problem !== undefined) this.refuse(node.place, problem);
      if (isDoubtful(node, use)) this.warn(node.place, describeCut(node.text, what));
      return node.text;
    }
    this.refuse(node.place, node.kind === "nothing" ? describeNothing(node, what) : `${what} must be text.`);
    return undefined;
  }

  /** The texts of some keys. A key that is absent or cannot be read is left out. */
  texts(record: TreeRecord, owner: RecordOwner, fields: readonly TextField[]): Record<string, string> {
    const texts: Record<string, string> = {};
    for (const { key, from = key, use, required = false, nullable = false } of fields) {
      const node = record.get(from)?.value;
      if (node === undefined && required) this.refuse(owner.place, `${owner.what} has no ${from}.`);
      if (node === undefined || (nullable && isNull(node))) continue;
      const text = this.text(node, `${from} of ${owner.what}`, use);
      if (text !== undefined) texts[key] = text;
    }
    return texts;
  }

  /** `true` or `false` under one key; `undefined` where the key is absent. */
  flagAt(record: TreeRecord, key: string, what: string): boolean | undefined {
    const node = record.get(key)?.value;
    if (node === undefined) return undefined;
    const text = node.kind === "text" ? node.text : "";
    if (text === "true" || text === "false") return text === "true";
    this.refuse(node.place, `${key} of ${what} must be true or false.`);
    return undefined;
  }
}

/** What a record is of, to begin the sentence of a problem with, and where it stands. */
export interface RecordOwner {
  readonly what: string;
  readonly place: Place;
}

/** A key of a record that holds a text. */
export interface TextField {
  readonly key: string;
  /** What the document calls the key. Default: the key. */
  readonly from?: string;
  readonly use?: TextUse;
  /** Whether a record without it is a problem. Default false. */
  readonly required?: boolean;
  /** Whether `null` is an absent value. Default false: it is a problem. */
  readonly nullable?: boolean;
}

function isNull(node: TreeNode): boolean {
  return node.kind === "nothing" && node.comment === undefined;
}

/** Whether a comment may be meant as a part of the value. After an id of the host, one with a space in front is a comment. */
function isDoubtful({ comment }: Cut, use: TextUse): boolean {
  return comment !== undefined && (use !== "ownId" || /^\S/.test(comment));
}

function describeCut(text: string, what: string): string {
  return `${what} is read as "${showName(text)}": what follows # is a comment. If it belongs to the value, put all of it in quotation marks; if it is a comment, put the value alone in quotation marks.`;
}

function describeNothing({ comment }: Cut, what: string): string {
  return comment !== undefined
    ? `${what} has no value: what follows # is a comment. If it is the value, put it in quotation marks.`
    : `${what} has no value; leave the key out instead.`;
}
