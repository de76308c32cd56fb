// What XML 1.0 allows nowhere, not even as a character reference: most control characters, and half a character.
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const ALL_FORBIDDEN = new RegExp(FORBIDDEN.source, "gu");

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** Escapes a text for an element or an attribute that the dialect writes. What XML cannot hold becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(ALL_FORBIDDEN, "\ufffd")
    .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/** Whether XML can hold a text. */
export function isXmlText(text: string): boolean {
  return !FORBIDDEN.test(text);
}

/**
 * A text of the sender's with the five predefined entities and character references read, each once. `undefined`
 * when it has any other entity: those need a declaration, and declarations are refused.
 */
export function unescapeXml(text: string): string | undefined {
  let isKnown = true;
  const read = text.replace(/&([^&;]{0,12};?)/g, (_, reference: string) => {
    const character = reference.endsWith(";") ? readReference(reference.slice(0, -1)) : undefined;
    isKnown &&= character !== undefined;
    return character ?? "";
  });
  return isKnown ? read : undefined;
}

function readReference(name: string): string | undefined {
  const digits = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(name);
  if (digits === null) return PREDEFINED.get(name);
  const point = digits[1] === undefined ? Number(digits[2]) : Number.parseInt(digits[1], 16);
  if (point > 0x10ffff) return undefined;
  const character = String.fromCodePoint(point);
  return isXmlText(character) ? character : undefined;
}
