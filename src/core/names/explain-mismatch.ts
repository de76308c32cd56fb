import { createNameIndex, type NameIndex } from "./closest-names.ts";
import { explainDifference, type NameDifference } from "./explain-difference.ts";
import { type NameFold, withLookAlikes } from "./folds.ts";
import { LOOK_ALIKES } from "./look-alike-table.ts";

// The functions of closest-names.ts with the table of look-alike letters. A lookup does not load this file.

/** Characters by the one that they look like. */
const likenesses: ReadonlyMap<string, string> = new Map(
  LOOK_ALIKES.flatMap(([likeness, characters]) =>
    [...characters].map((character): [string, string] => [character, likeness]),
  ),
);

const lookAlikeFold: NameFold = {
  kind: "look_alike",
  label: "look-alike letters",
  fold: (name) => (/^[\0-\x7F]*$/.test(name) ? name : name.replace(/[^\0-\x7F]/gu, foldCharacter)),
};

const folds = withLookAlikes(lookAlikeFold);

/**
 * Says how two names differ, or `undefined` when they are equal code unit for code unit. Names that only look
 * equal are different. The difference of names with more than 1,000 characters is `other`.
 *
 * @throws EnforcementError `invalid_input` when one of them is no text
 */
export function explainMismatch(expected: string, actual: string): NameDifference | undefined {
  return explainDifference(expected, actual, folds);
}

/** Prepares names for many searches. Each is folded once, with the first search. */
export function indexNames(names: Iterable<string>): NameIndex {
  return createNameIndex(names, folds);
}

/** The ASCII characters that a character looks like; the character itself when there are none. Accents are kept. */
function foldCharacter(character: string): string {
  const whole = findLikeness(character);
  if (whole !== undefined) return whole;
  const [base = "", ...accents] = character.normalize("NFD");
  const letter = accents.length === 0 ? undefined : findLikeness(base);
  return letter === undefined ? character : `${letter}${accents.join("")}`.normalize("NFC");
}

function findLikeness(character: string): string | undefined {
  // For Unicode, full-width and mathematical letters are compatible with the plain ones.
  const plain = character.normalize("NFKC");
  if (/^[!-~]+$/.test(plain)) return plain;
  return likenesses.get(character) ?? likenesses.get(plain);
}
