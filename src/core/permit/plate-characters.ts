import { fieldError } from "../fields.ts";
import { codePointOf, describeCharacter } from "../names/visible-name.ts";

// Reads each character of a written plate as letters and digits, drops it as a separator, or refuses it. Dropping any other
// character could turn one vehicle's plate into another's. A test lists every character.

// Most plates match this, and skip the folding below.
const PLAIN = /^[A-Za-z0-9 .'+-]*$/;
const PLAIN_SEPARATORS = /[ .'+-]/g;

const ASCII_LETTER_OR_DIGIT = /^[A-Za-z0-9]$/;

// Spaces, hyphens and dashes, minus and hyphen bullet, dots, apostrophes, and the symbols of vanity plates.
const SEPARATOR = /^[\p{Zs}\p{Pd}\u2212\u2043.·•‧∙⋅'‘’ʼ+♥♡❤★☆⭐✋🤚🖐]$/u;

// Characters without a width: soft hyphen, grapheme joiner, zero-width spaces and joiners, direction marks, invisible
// operators, variation selectors. Not U+202E, which turns the text round: what is seen then is not what is written.
const WITHOUT_WIDTH =
  /^(?:\p{Variation_Selector}|\u034f|[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202d\u2060-\u2064\u2066-\u2069\ufeff])$/u;

// The marks into which Latin letters decompose. Those from U+0363 on are small letters above others.
const DIACRITIC = /^[\u0300-\u0344\u0346-\u034e\u0350-\u0362]$/u;

const HAND = /^[✋🤚🖐]$/u;
const SKIN_TONE = /^[\u{1f3fb}-\u{1f3ff}]$/u;
const DECIMAL_DIGIT = /^\p{Nd}$/u;

/**
 * Latin letters beyond A–Z that are no A–Z with a diacritic. As passports have them (ICAO Doc 9303, part 3), but for
 * Ø, which is O on plates; ĸ, which has no form there, is read as what it looks like.
 */
const WRITTEN_OUT: ReadonlyMap<string, string> = new Map(
  [
    ["Øø", "O"],
    ["Œœ", "OE"],
    ["Ææ", "AE"],
    ["ẞß", "SS"],
    ["ĐđÐð", "D"],
    ["Łł", "L"],
    ["Þþ", "TH"],
    ["Ħħ", "H"],
    ["ı", "I"],
    ["Ĳĳ", "IJ"],
    ["ĸ", "K"],
    ["Ŀŀ", "L"],
    ["ŉŊŋ", "N"],
    ["Ŧŧ", "T"],
    ["ſ", "S"],
  ].flatMap(([characters = "", letters = ""]) =>
    [...characters].map((character): [string, string] => [character, letters]),
  ),
);

/**
 * The letters A–Z and digits of a written plate, without its separators. White space around it is not looked at.
 *
 * @throws EnforcementError `invalid_input` naming the first character that is neither, and its position,
 * counted from 0 in characters
 */
export function foldPlateText(text: string, field: string): string {
  if (PLAIN.test(text)) return text.replace(PLAIN_SEPARATORS, "").toUpperCase();
  const trimmed = text.trim();
  let position = text.length - text.trimStart().length - 1;
  let folded = "";
  /** The character before, and what it was read as. */
  let before = "";
  let beforeReadAs = "";
  for (const character of trimmed) {
    position += 1;
    if (WITHOUT_WIDTH.test(character) || isPartOf(before, beforeReadAs, character)) continue;
    const readAs = foldPlateCharacter(character);
    if (readAs === undefined) throw refuseCharacter(character, position, field);
    folded += readAs;
    before = character;
    beforeReadAs = readAs;
  }
  return folded;
}

/** Whether a character only changes the look of the one before: a diacritic on a letter or digit, a skin tone on a hand. */
function isPartOf(before: string, beforeReadAs: string, character: string): boolean {
  if (DIACRITIC.test(character)) return beforeReadAs !== "";
  return SKIN_TONE.test(character) && HAND.test(before);
}

/** What a character is read as: letters and digits, nothing for a separator; `undefined` for any other. */
export function foldPlateCharacter(written: string): string | undefined {
  const character = toHalfWidth(written);
  if (ASCII_LETTER_OR_DIGIT.test(character)) return character.toUpperCase();
  if (SEPARATOR.test(character)) return "";
  if (DECIMAL_DIGIT.test(character)) return String(digitOf(character));
  return WRITTEN_OUT.get(character) ?? foldDecomposed(character);
}

/** A letter with its diacritics in one character: the letter. Also what Unicode says is the same, such as the Kelvin sign. */
function foldDecomposed(character: string): string | undefined {
  const [base = "", ...marks] = character.normalize("NFD");
  if (base === character || !marks.every((mark) => DIACRITIC.test(mark))) return undefined;
  return foldPlateCharacter(base);
}

function toHalfWidth(character: string): string {
  return /^[\uff01-\uff5e]$/u.test(character)
    ? String.fromCharCode(character.charCodeAt(0) - 0xfee0)
    : character;
}

/** Unicode has decimal digits in tens that follow one another, each from 0 to 9. */
function digitOf(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  let first = point;
  while (DECIMAL_DIGIT.test(String.fromCodePoint(first - 1))) first -= 1;
  return (point - first) % 10;
}

function refuseCharacter(character: string, position: number, field: string): Error {
  return fieldError(field, `${nameCharacter(character)} at position ${position} ${problemOf(character)}`);
}

/** `"А" (U+0410, Cyrillic)`: always with its code point, which distinguishes characters that look alike. */
function nameCharacter(character: string): string {
  const described = describeCharacter(character);
  const codePoint = codePointOf(character);
  return described.includes(codePoint) ? described : `"${character}" (${codePoint})`;
}

const UNREADABLE = "\ufffd";

function problemOf(character: string): string {
  if (character === UNREADABLE) return "stands where something could not be read as text; send UTF-8.";
  if (/^[\n-\r\u0085\u2028\u2029]$/.test(character)) return "breaks the line; write one plate in one line.";
  if (character === "\t") return "stands between two parts; write one plate.";
  if (/^[,;/|&\\]$/.test(toHalfWidth(character))) return "stands between two plates; write one plate.";
  const likeness = LOOK_ALIKES.get(character) ?? LOOK_ALIKES.get(character.toUpperCase());
  if (likeness !== undefined) return `only looks like ${likeness}; write the Latin letter or the digit.`;
  if (/^\p{M}$/u.test(character)) return "is no diacritic of a letter or digit.";
  if (/^\p{L}$/u.test(character) && !/^\p{Script=Latin}$/u.test(character)) {
    return "is no Latin letter; a plate has letters A–Z and digits.";
  }
  return "is neither a letter A–Z, a digit nor a separator.";
}

// The whole table of look-alikes (names/look-alike-table.ts) is more than a lookup should load. Keyboards for typing plates
// have these two scripts; a test compares them with that table.
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  [
    ["A", "ΑАαа"],
    ["B", "ΒВ"],
    ["C", "Сс"],
    ["D", "ԁ"],
    ["E", "ΕЕе"],
    ["F", "Ϝ"],
    ["G", "Ԍ"],
    ["H", "ΗНһ"],
    ["I", "ΙІӀιі"],
    ["J", "ЈјͿ"],
    ["K", "ΚК"],
    ["M", "ΜМϺ"],
    ["N", "Ν"],
    ["O", "ΟОοо"],
    ["P", "ΡРρр"],
    ["Q", "ԛ"],
    ["S", "Ѕѕ"],
    ["T", "ΤТ"],
    ["U", "υ"],
    ["V", "Ѵѵν"],
    ["W", "Ԝԝ"],
    ["X", "ΧХх"],
    ["Y", "ΥУҮγу"],
    ["Z", "Ζ"],
    ["3", "ЗӠ"],
    ["6", "б"],
  ].flatMap(([likeness = "", characters = ""]) =>
    [...characters].map((character): [string, string] => [character, likeness]),
  ),
);
