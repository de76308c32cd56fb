/** Longest name, in UTF-16 code units, that is taken apart or suggested. No vendor's field holds half of it. */
export const MAX_NAME_LENGTH = 1_000;

const SHOWN_EACH_SIDE = 60;

// Controls, format characters, lone surrogates, combining marks, fillers and blanks; every space but U+0020; and
// U+0020 itself where a person overlooks it: at either end and after another one.
const HIDDEN = /[\p{C}\p{M}\u115F\u1160\u2800\u3164\uFFA0]|(?! )\p{Z}|^ | (?= *$)|(?<= ) /gu;

/**
 * A name as it can be shown to a person: what cannot be seen stands as its code point in brackets,
 * `Lot[U+00A0]A`. A long name is clipped to 60 characters on each side of `around` (a code unit index, default 0).
 */
export function showName(name: string, around = 0): string {
  return makeVisible(name.length <= 2 * SHOWN_EACH_SIDE ? name : clip(name, around));
}

/** Whether a name holds something that a person cannot see, and so cannot retype. */
export function hasHiddenCharacters(name: string): boolean {
  return makeVisible(name) !== name;
}

/** `U+00A0` for a no-break space. */
export function codePointOf(character: string): `U+${string}` {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** One character in a sentence; `undefined` stands for the end of the name. */
export function describeCharacter(character: string | undefined): string {
  if (character === undefined) return "the end of the name";
  if (character === " ") return "a space";
  if (hasHiddenCharacters(character)) return codePointOf(character);
  return /[!-~]/.test(character) ? `"${character}"` : `"${character}" (${codePointOf(character)})`;
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
