import { XMLParser, XMLValidator } from "fast-xml-parser";
import { fieldError } from "../../../../core/fields.ts";
import { isXmlText, unescapeXml } from "./xml-text.ts";

/** An element with its namespace; the prefix that the sender chose for it says nothing. */
export interface XmlElement {
  /** Without prefix. */
  readonly name: string;
  /** Empty: in none. */
  readonly namespace: string;
  /** By name as written, with prefix. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** All of its own text, as written, white space included. */
  readonly text: string;
}

// An envelope with a security header is seven deep. A body that is nested deeper is an attack.
const MAX_DEPTH = 16;

// An envelope has some thirty. Parsing thousands takes milliseconds, which a sender could cause again and again.
const MAX_TAGS_AND_ATTRIBUTES = 500;

const ATTRIBUTES = ":@";
const TEXT = "#text";
const CDATA = "#cdata";

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  cdataPropName: CDATA,
  trimValues: false,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  maxNestedTags: MAX_DEPTH,
  ignoreDeclaration: true,
  ignorePiTags: true,
});

/** A node as the parser has it: one key for its name, with a list of nodes or a text, and one for its attributes. */
type Node = Readonly<Record<string, unknown>>;

/** Namespaces by prefix; the default one has the prefix "". */
type Namespaces = ReadonlyMap<string, string>;

/**
 * The root element of an XML body. Document type declarations are refused, so that there are no entities but the five
 * of XML itself. Nothing outside the body is read.
 *
 * @throws EnforcementError `invalid_input` when it is empty, not well-formed, nested more than 16 levels deep, has more
 * than 500 tags and attributes, a document type or an unknown entity, or uses a prefix that stands for nothing
 */
export function parseXmlBody(body: string): XmlElement {
  const text = body.replace(/^\ufeff/, "");
  if (text.trim() === "") throw problem("is empty; send an XML document.");
  // Nothing else that begins so belongs into an envelope. The parser would read it where it stands.
  if (/<!(?!--|\[CDATA\[)/.test(text)) throw problem("must have no document type declaration.");
  if ((text.match(/[<=]/g)?.length ?? 0) > MAX_TAGS_AND_ATTRIBUTES) throw problem("has too many elements.");
  if (!isXmlText(text)) throw problem("holds characters that XML does not allow.");
  const [root, ...others] = parse(text).filter((node) => nameOf(node) !== TEXT);
  if (root === undefined || others.length > 0) throw problem("must have one root element.");
  return toElement(root, new Map([["", ""]]), MAX_DEPTH);
}

function parse(text: string): readonly Node[] {
  try {
    if (XMLValidator.validate(text) === true) return parser.parse(text) as Node[];
  } catch {
    // What the parser says quotes the text.
  }
  throw problem("is not well-formed XML, was cut off, or is nested too deep.");
}

function toElement(node: Node, outer: Namespaces, depth: number): XmlElement {
  if (depth === 0) throw problem("is nested too deep.");
  const qualified = nameOf(node);
  const attributes = readAttributes(node[ATTRIBUTES]);
  const namespaces = declareNamespaces(outer, attributes);
  const [prefix, name] = splitName(qualified);
  const namespace = namespaces.get(prefix);
  if (namespace === undefined) throw problem("uses a prefix that stands for no namespace.");
  const inner = (node[qualified] ?? []) as readonly Node[];
  return {
    name,
    namespace,
    attributes,
    children: inner.filter(isElement).map((child) => toElement(child, namespaces, depth - 1)),
    text: inner.map(textOf).join(""),
  };
}

function readAttributes(written: unknown): ReadonlyMap<string, string> {
  return new Map(Object.entries(written ?? {}).map(([name, value]) => [name, readText(String(value))]));
}

function declareNamespaces(outer: Namespaces, attributes: ReadonlyMap<string, string>): Namespaces {
  const declared = [...attributes].flatMap(([name, uri]): [string, string][] => {
    if (name === "xmlns") return [["", uri]];
    return name.startsWith("xmlns:") && uri !== "" ? [[name.slice("xmlns:".length), uri]] : [];
  });
  return declared.length === 0 ? outer : new Map([...outer, ...declared]);
}

function splitName(qualified: string): [prefix: string, name: string] {
  const colon = qualified.indexOf(":");
  return colon === -1 ? ["", qualified] : [qualified.slice(0, colon), qualified.slice(colon + 1)];
}

function nameOf(node: Node): string {
  return Object.keys(node).find((key) => key !== ATTRIBUTES) ?? "";
}

function isElement(node: Node): boolean {
  const name = nameOf(node);
  return name !== TEXT && name !== CDATA;
}

function textOf(node: Node): string {
  if (TEXT in node) return readText(String(node[TEXT]));
  // CDATA holds no references.
  return CDATA in node ? (node[CDATA] as readonly Node[]).map((part) => String(part[TEXT])).join("") : "";
}

function readText(text: string): string {
  const read = unescapeXml(text);
  if (read === undefined) throw problem("has an entity that XML itself does not know.");
  return read;
}

function problem(words: string): Error {
  return fieldError("body", words);
}
