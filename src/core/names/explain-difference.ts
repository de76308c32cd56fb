import { fieldError } from "../fields.ts";
import { applyFolds, type MismatchKind, type NameFold, widenZeroWidth, ZERO_WIDTH } from "./folds.ts";
import { codePointOf, describeCharacter, isComparable, showName } from "./visible-name.ts";

/** How two names that should be equal differ. */
export interface NameDifference {
  /** The entry of `kinds` when there is one; otherwise `several`. */
  readonly kind: MismatchKind | "several";
  /** All differences that must be removed to make the names equal. At least one; `other` is never combined with another. */
  readonly kinds: readonly MismatchKind[];
  /** Where the first difference is, in code points from 0. */
  readonly position: number;
  /** The wanted name. Invisible characters are shown as `[U+00A0]`; a long name is clipped around `position`. */
  readonly expected: string;
  /** The name that was found, shown in the same way. */
  readonly actual: string;
  /** The characters at `position`; absent where that name has ended. */
  readonly codePoints: { readonly expected?: `U+${string}`; readonly actual?: `U+${string}` };
  /** `differs only in case at position 5: "l" instead of "L"`, where the actual name has the "l". */
  readonly message: string;
}

/**
 * How two names differ; `undefined` only when they are equal code unit for code unit, whatever the folds.
 *
 * @throws EnforcementError `invalid_input` when one of them is no text
 */
export function explainDifference(
  expected: string,
  actual: string,
  folds: readonly NameFold[],
): NameDifference | undefined {
  assertText(expected, "expected");
  assertText(actual, "actual");
  if (expected === actual) return undefined;
  const at = firstDifference(expected, actual);
  const [wanted, found] = [characterAt(expected, at), characterAt(actual, at)];
  const needed = isComparable(expected) && isComparable(actual) ? findFolds(expected, actual, folds) : [];
  const kinds: MismatchKind[] = needed.length === 0 ? ["other"] : needed.map(({ kind }) => kind);
  const position = countCodePoints(expected, at);
  return Object.freeze({
    kind: kinds.length === 1 && kinds[0] !== undefined ? kinds[0] : "several",
    kinds: Object.freeze(kinds),
    position,
    expected: showName(expected, at),
    actual: showName(actual, at),
    codePoints: Object.freeze({
      ...(wanted === undefined ? {} : { expected: codePointOf(wanted) }),
      ...(found === undefined ? {} : { actual: codePointOf(found) }),
    }),
    message:
      `differs ${describeFolds(needed)}at position ${position}: ` +
      `${describeCharacter(found)} instead of ${describeCharacter(wanted)}`,
  });
}

type Kind = Pick<NameFold, "kind" | "label">;

const DIGITS: Kind = { kind: "digit_for_letter", label: "digits that look like letters" };

/** The fewest kinds that explain the whole difference; empty when all of them together do not. */
function findFolds(expected: string, actual: string, all: readonly NameFold[]): readonly Kind[] {
  for (const folds of attemptsFor(expected, actual, all)) {
    const effective = foldsThatMatter(expected, actual, folds);
    for (const [areAlike, extra] of [
      [areEqual, []],
      [agreeButForDigits, [DIGITS]],
    ] as const) {
      const suffice = (some: readonly NameFold[]) =>
        areAlike(applyFolds(some, expected), applyFolds(some, actual));
      if (suffice(effective)) return [...fewest(effective, suffice), ...extra];
    }
  }
  return [];
}

/**
 * The lists of folds to try, the shortest first. The first list is without look-alikes, because letters of one script may
 * differ in case where their look-alikes do not, and without the order of words, because digits for letters change it. A
 * zero-width space may replace a space, or be one character too many; both are tried.
 */
function attemptsFor(
  expected: string,
  actual: string,
  all: readonly NameFold[],
): readonly (readonly NameFold[])[] {
  const optional = all.filter(
    ({ kind, fold }) =>
      (kind === "look_alike" || kind === "swapped_words") &&
      (fold(expected) !== expected || fold(actual) !== actual),
  );
  const plain = all.filter(({ kind }) => kind !== "look_alike" && kind !== "swapped_words");
  const extended = [[], ...optional.map((fold) => [fold]), ...(optional.length > 1 ? [optional] : [])].map(
    (extra) => all.filter((fold) => plain.includes(fold) || extra.includes(fold)),
  );
  if (!ZERO_WIDTH.test(expected) && !ZERO_WIDTH.test(actual)) return extended;
  const widened = extended.map((folds) =>
    folds.map((fold) => (fold.kind === "invisible_character" ? { ...fold, fold: widenZeroWidth } : fold)),
  );
  return [...extended, ...widened];
}

/** The folds that change one of the names after the folds before them were applied. The others cannot be needed. */
function foldsThatMatter(one: string, other: string, folds: readonly NameFold[]): readonly NameFold[] {
  let [left, right] = [one, other];
  return folds.filter(({ fold }) => {
    const before = [left, right];
    [left, right] = [fold(left), fold(right)];
    return left !== before[0] || right !== before[1];
  });
}

function fewest(
  folds: readonly NameFold[],
  suffice: (folds: readonly NameFold[]) => boolean,
): readonly NameFold[] {
  return folds.toReversed().reduce((needed, candidate) => {
    const without = needed.filter((fold) => fold !== candidate);
    return suffice(without) ? without : needed;
  }, folds);
}

function areEqual(one: string, other: string): boolean {
  return one === other;
}

const LETTERS_LIKE: Readonly<Record<string, string>> = { "0": "Oo", "1": "lIi" };

function agreeButForDigits(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) {
    const [left = "", right = ""] = [one[index], other[index]];
    if (left === right) continue;
    if (!LETTERS_LIKE[left]?.includes(right) && !LETTERS_LIKE[right]?.includes(left)) return false;
  }
  return true;
}

function describeFolds(kinds: readonly Kind[]): string {
  const labels = kinds.map(({ label }) => label);
  const last = labels.pop();
  if (last === undefined) return "";
  return `only in ${labels.length === 0 ? last : `${labels.join(", ")} and ${last}`} `;
}

/** Index of the first code unit in which two texts differ; that of its first half when it is the second half of a pair. */
function firstDifference(one: string, other: string): number {
  let index = 0;
  while (index < one.length && one[index] === other[index]) index += 1;
  const halvesOne = index > 0 && (one.codePointAt(index - 1) ?? 0) > 0xffff;
  const halvesOther = index > 0 && (other.codePointAt(index - 1) ?? 0) > 0xffff;
  return halvesOne || halvesOther ? index - 1 : index;
}

function characterAt(text: string, index: number): string | undefined {
  const codePoint = text.codePointAt(index);
  return codePoint === undefined ? undefined : String.fromCodePoint(codePoint);
}

function countCodePoints(text: string, end: number): number {
  let count = 0;
  for (let index = 0; index < end; count += 1) index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  return count;
}

/** @throws EnforcementError `invalid_input` naming `field` when the value is no text */
export function assertText(value: unknown, field: string): void {
  if (typeof value !== "string") throw fieldError(field, "must be text.");
}
