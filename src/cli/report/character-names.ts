// Names of the characters that make two names differ without anybody seeing it. Not a table of Unicode: what is
// missing here is shown by its code point alone.
const NAMES: ReadonlyMap<string, string> = new Map([
  ["U+0009", "tab"],
  ["U+000A", "line break"],
  ["U+000D", "carriage return"],
  ["U+0020", "space"],
  ["U+0027", "straight apostrophe"],
  ["U+002D", "hyphen"],
  ["U+0030", "digit zero"],
  ["U+00A0", "no-break space"],
  ["U+00AD", "soft hyphen"],
  ["U+0300", "combining grave accent"],
  ["U+0301", "combining acute accent"],
  ["U+0302", "combining circumflex"],
  ["U+0308", "combining diaeresis"],
  ["U+0327", "combining cedilla"],
  ["U+0391", "Greek Alpha"],
  ["U+0410", "Cyrillic A"],
  ["U+0415", "Cyrillic Ie"],
  ["U+041E", "Cyrillic O"],
  ["U+0421", "Cyrillic Es"],
  ["U+0430", "Cyrillic a"],
  ["U+0435", "Cyrillic ie"],
  ["U+043E", "Cyrillic o"],
  ["U+2009", "thin space"],
  ["U+200B", "zero-width space"],
  ["U+200C", "zero-width non-joiner"],
  ["U+200D", "zero-width joiner"],
  ["U+200E", "left-to-right mark"],
  ["U+200F", "right-to-left mark"],
  ["U+2010", "true hyphen"],
  ["U+2011", "no-break hyphen"],
  ["U+2013", "en dash"],
  ["U+2014", "em dash"],
  ["U+2018", "left quotation mark"],
  ["U+2019", "curly apostrophe"],
  ["U+202E", "right-to-left override"],
  ["U+202F", "narrow no-break space"],
  ["U+2060", "word joiner"],
  ["U+2212", "minus sign"],
  ["U+3000", "ideographic space"],
  ["U+FEFF", "byte order mark"],
]);

/** `U+00A0, a no-break space`; the code point alone where the character has no name here. */
export function nameCodePoint(codePoint: string): string {
  const name = NAMES.get(codePoint);
  return name === undefined ? codePoint : `${codePoint} (${name})`;
}
