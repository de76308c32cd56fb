import { editDistance } from "./edit-distance.ts";
import { fieldError, readCount, readRecord } from "./fields.ts";
import { codePointOf, describeCharacter, MAX_NAME_LENGTH, showName } from "./visible-name.ts";

/** One way in which two names can differ, as a closed list. */
export type MismatchKind =
  /** A space that is not U+0020 (no-break, thin, ideographic, tab …) or an invisible character (zero-width …). */
  | "special_space"
  /** The same letters in another Unicode form: é as one character, or as e with a combining accent. */
  | "unicode_form"
  | "leading_space"
  | "trailing_space"
  /** More than one space where the other name has one. */
  | "doubled_space"
  /** A hyphen, dash or minus sign of another kind. */
  | "dash"
  /** An apostrophe or quotation mark of another kind. */
  | "quote"
  /** Capital and small letters. */
  | "case"
  /** Anything else, alone or with any of the above: letters missing, added or replaced. */
  | "other";

/** How two names that should be equal differ. */
export interface NameDifference {
  /** The only entry of `kinds`, or `several`. */
  readonly kind: MismatchKind | "several";
  /** Everything that must be set right before the names are equal. At least one; `other` stands alone. */
  readonly kinds: readonly MismatchKind[];
  /** Where the first difference is, in code points from 0. */
  readonly position: number;
  /** The name that was wanted. Invisible characters are shown as `[U+00A0]`; a long name is clipped around `position`. */
  readonly expected: string;
  /** The name that was found, shown likewise. */
  readonly actual: string;
  /** What stands at `position`; absent where that name has ended. */
  readonly codePoints: { readonly expected?: `U+${string}`; readonly actual?: `U+${string}` };
  /** `differs only in case at position 5: "l" instead of "L"`, where the actual name has the "l". */
  readonly message: string;
}

/** A name that was found, close to the one that was wanted. */
export interface NameCandidate {
  readonly name: string;
  /** Expected: the wanted name. Actual: this one. */
  readonly difference: NameDifference;
}

/** Names prepared for many searches. */
export interface NameIndex {
  /** The names closest to `wanted`, as {@link rankCandidates} gives them. */
  closest(wanted: string, options?: { limit?: number }): NameCandidate[];
}

type Fold = readonly [kind: MismatchKind, label: string, fold: (name: string) => string];

// In this order: an ordinary space must be one before it can be leading, trailing or doubled. Where two kinds explain
// the same difference, the earlier one is named.
const FOLDS: readonly Fold[] = [
  ["special_space", "special or invisible spaces", foldSpecialSpaces],
  ["unicode_form", "Unicode form", (name) => name.normalize("NFC")],
  ["leading_space", "leading spaces", (name) => name.replace(/^ +/, "")],
  ["trailing_space", "trailing spaces", (name) => name.replace(/(?<! ) +$/, "")],
  ["doubled_space", "doubled spaces", (name) => name.replace(/ {2,}/g, " ")],
  ["dash", "dashes", (name) => name.replace(/[\p{Pd}\u2043\u2212]/gu, "-")],
  ["quote", "quotation marks", foldQuotes],
  ["case", "case", (name) => name.toLowerCase()],
];

/**
 * Says how two names differ, or `undefined` when they are equal code unit for code unit. Nothing counts as equal
 * because it looks equal. Names of more than 1,000 characters are told apart, but their difference is `other`.
 *
 * @throws EnforcementError `invalid_input` when one of them is no text
 */
export function explainMismatch(expected: string, actual: string): NameDifference | undefined {
  assertText(expected, "expected");
  assertText(actual, "actual");
  if (expected === actual) return undefined;
  const at = firstDifference(expected, actual);
  const [wanted, found] = [characterAt(expected, at), characterAt(actual, at)];
  const folds = foldsBetween(expected, actual);
  const kinds: MismatchKind[] = folds.length === 0 ? ["other"] : folds.map(([kind]) => kind);
  const position = countCodePoints(expected, at);
  return Object.freeze({
    kind: kinds.length === 1 && kinds[0] !== undefined ? kinds[0] : "several",
    kinds: Object.freeze(kinds),
    ...{ position, expected: showName(expected, at), actual: showName(actual, at) },
    codePoints: Object.freeze({
      ...(wanted === undefined ? {} : { expected: codePointOf(wanted) }),
      ...(found === undefined ? {} : { actual: codePointOf(found) }),
    }),
    message:
      `differs ${describeFolds(folds)}at position ${position}: ` +
      `${describeCharacter(found)} instead of ${describeCharacter(wanted)}`,
  });
}

/**
 * The names that somebody who wrote `wanted` may have meant, best first, each with its difference: names that are
 * equal apart from case, spaces, Unicode form, dashes and quotes, then those a few edits away (one for three
 * characters, at most three). Ties stay in the order given; far names, equal names and repeats are left out.
 *
 * @param options.limit how many at most; default 3
 * @throws EnforcementError `invalid_input` when something is no text
 */
export function rankCandidates(
  wanted: string,
  candidates: Iterable<string>,
  options: { limit?: number } = {},
): NameCandidate[] {
  return indexNames(candidates).closest(wanted, options);
}

/** Prepares names for many searches like {@link rankCandidates}: each is folded once. */
export function indexNames(names: Iterable<string>): NameIndex {
  const entries = [...readNames(names)].filter(isComparable).map((name) => ({ name, folded: foldAll(name) }));
  return {
    closest(wanted, options = {}) {
      const limit = readLimit(options);
      assertText(wanted, "wanted");
      if (!isComparable(wanted)) return [];
      const folded = foldAll(wanted);
      return entries
        .filter(({ name }) => name !== wanted)
        .map((entry) => ({ name: entry.name, edits: editsBetween(folded, entry.folded) }))
        .filter((entry): entry is { name: string; edits: number } => entry.edits !== undefined)
        .sort((one, other) => one.edits - other.edits)
        .slice(0, limit)
        .flatMap(({ name }) => {
          const difference = explainMismatch(wanted, name);
          return difference === undefined ? [] : [{ name, difference }];
        });
    },
  };
}

function foldSpecialSpaces(name: string): string {
  return name.replace(/[\p{Cf}\p{VS}]/gu, "").replace(/[\p{Z}\t-\r\u0085\u2800\u3164]/gu, " ");
}

function foldQuotes(name: string): string {
  return name.replace(/[`´‘’‚‛′ʹʼ‹›＇]/gu, "'").replace(/[“”„‟″«»＂]/gu, '"');
}

function foldAll(name: string): string {
  return FOLDS.reduce((folded, [, , fold]) => fold(folded), name);
}

/** The fewest folds after which the names are equal; none when not even all of them are enough. */
function foldsBetween(expected: string, actual: string): readonly Fold[] {
  if (!isComparable(expected) || !isComparable(actual)) return [];
  const areEqualAfter = (folds: readonly Fold[]) => {
    const apply = (name: string) => folds.reduce((folded, [, , fold]) => fold(folded), name);
    return apply(expected) === apply(actual);
  };
  if (!areEqualAfter(FOLDS)) return [];
  return FOLDS.toReversed().reduce((needed, candidate) => {
    const without = needed.filter((fold) => fold !== candidate);
    return areEqualAfter(without) ? without : needed;
  }, FOLDS);
}

function describeFolds(folds: readonly Fold[]): string {
  const labels = folds.map(([, label]) => label);
  const last = labels.pop();
  if (last === undefined) return "";
  return `only in ${labels.length === 0 ? last : `${labels.join(", ")} and ${last}`} `;
}

function editsBetween(one: string, other: string): number | undefined {
  const atMost = Math.min(3, Math.floor(Math.max(one.length, other.length) / 3));
  return editDistance(one, other, atMost);
}

function isComparable(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH;
}

/** Index of the first code unit at which two different texts part, moved back where it would halve a character. */
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

function readNames(names: Iterable<string>): ReadonlySet<string> {
  if (typeof names !== "object" || names === null || !(Symbol.iterator in names)) {
    throw fieldError("candidates", "must be an array or another iterable of texts.");
  }
  const distinct = new Set(names);
  for (const name of distinct) assertText(name, "candidates");
  return distinct;
}

function readLimit(options: unknown): number {
  const { limit } = readRecord(options, "rankCandidates options", ["limit"]);
  return limit === undefined ? 3 : readCount(limit, "limit");
}

function assertText(value: unknown, field: string): void {
  if (typeof value !== "string") throw fieldError(field, "must be text.");
}
