/** Longest name, in UTF-16 code units, that is explained or suggested. No vendor's field holds half of it. */
export const MAX_NAME_LENGTH = 1_000;

/** Whether a name is short enough to be explained or suggested. */
export function isComparable(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH;
}

const SHOWN_EACH_SIDE = 60;

// Controls, format characters, lone surrogates, combining marks, fillers and blanks; every space except U+0020; and
// U+0020 itself where a reader overlooks it: at either end and after another one.
const HIDDEN = /[\p{C}\p{M}\u115F\u1160\u2800\u3164\uFFA0]|(?! )\p{Z}|^ | (?= *$)|(?<= ) /gu;

/**
 * A name as a person can read it: an invisible character is replaced by its code point in brackets,
 * `Lot[U+00A0]A`. A long name is clipped to 60 characters on each side of `around` (a code unit index, default 0).
 */
export function showName(name: string, around = 0): string {
  return makeVisible(name.length <= 2 * SHOWN_EACH_SIDE ? name : clip(name, around));
}

// The most frequent ones; any other character is described by its code point alone.
const CALLED: ReadonlyMap<string, string> = new Map([
  ["\t", "tab"],
  ["\n", "line break"],
  ["\r", "carriage return"],
  ["\u00A0", "no-break space"],
  ["\u00AD", "soft hyphen"],
  ["\u2002", "en space"],
  ["\u2003", "em space"],
  ["\u2007", "figure space"],
  ["\u2009", "thin space"],
  ["\u200A", "hair space"],
  ["\u200B", "zero-width space"],
  ["\u200C", "zero-width non-joiner"],
  ["\u200D", "zero-width joiner"],
  ["\u200E", "left-to-right mark"],
  ["\u200F", "right-to-left mark"],
  ["\u202F", "narrow no-break space"],
  ["\u2060", "word joiner"],
  ["\u3000", "ideographic space"],
  ["\uFEFF", "byte order mark"],
]);

// Scripts with letters that look like Latin ones.
const ORIGINS: readonly (readonly [origin: string, letters: RegExp])[] = [
  ["Cyrillic", /\p{Script=Cyrillic}/u],
  ["Greek", /\p{Script=Greek}/u],
  ["Armenian", /\p{Script=Armenian}/u],
  ["Cherokee", /\p{Script=Cherokee}/u],
  ["Coptic", /\p{Script=Coptic}/u],
  ["full-width", /[\uFF01-\uFF5E]/],
];

/** Whether a name has characters that a person cannot see, and so cannot retype. */
export function hasHiddenCharacters(name: string): boolean {
  return makeVisible(name) !== name;
}

/** Whether a name has characters that belong in no name: control characters, and format characters without a width. */
export function hasForbiddenCharacters(name: string): boolean {
  return /[\p{Cc}\p{Cf}]/u.test(name);
}

/** `U+00A0` for a no-break space. */
export function codePointOf(character: string): `U+${string}` {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/**
 * One character in a sentence: `"l"`, `"А" (U+0410, Cyrillic)`, `U+00A0 (no-break space)`. `undefined` means the
 * end of the name.
 */
export function describeCharacter(character: string | undefined): string {
  if (character === undefined) return "the end of the name";
  if (character === " ") return "a space";
  if (/[!-~]/.test(character)) return `"${character}"`;
  const codePoint = codePointOf(character);
  if (hasHiddenCharacters(character)) {
    const called = CALLED.get(character);
    return called === undefined ? codePoint : `${codePoint} (${called})`;
  }
  const origin = ORIGINS.find(([, letters]) => letters.test(character))?.[0];
  return `"${character}" (${origin === undefined ? codePoint : `${codePoint}, ${origin}`})`;
}

function makeVisible(text: string): string {
  return text.replace(HIDDEN, (character) => `[${codePointOf(character)}]`);
}

function clip(name: string, around: number): string {
  // Two code units make at most one character, so four times as many hold enough whole ones.
  const before = [...name.slice(Math.max(0, around - 4 * SHOWN_EACH_SIDE), around)].slice(-SHOWN_EACH_SIDE);
  const after = [...name.slice(around, around + 4 * SHOWN_EACH_SIDE)].slice(0, SHOWN_EACH_SIDE);
  const [head, tail] = [before.join(""), after.join("")];
  return `${head.length < around ? "…" : ""}${head}${tail}${around + tail.length < name.length ? "…" : ""}`;
}
