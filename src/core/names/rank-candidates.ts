import { fieldError, readNonNegativeInteger, readRecord } from "../fields.ts";
import { editDistance } from "./edit-distance.ts";
import { assertText, explainDifference, type NameDifference } from "./explain-difference.ts";
import { type NameFold, variantKeyOf } from "./folds.ts";
import { isComparable } from "./visible-name.ts";

export type { NameDifference } from "./explain-difference.ts";
export type { MismatchKind } from "./folds.ts";

/** A name that was found, close to the one that was wanted. */
export interface NameCandidate {
  readonly name: string;
  /** Expected: the wanted name. Actual: this one. */
  readonly difference: NameDifference;
  /**
   * How many characters must be inserted, removed, replaced or swapped with their neighbour once case, spaces, accents
   * and the like are set right. 0: nothing else differs. Words in another order and digits for letters count as 1.
   */
  readonly edits: number;
  /** Whether another name is exactly as close: only a person who knows the place can tell which one is meant. */
  readonly tied: boolean;
}

/** A name further away than this is not close. */
export const MAX_EDITS = 3;

/** The ranking does not distinguish names with more changed characters than this. */
const MAX_CHANGES = 6;

/** A name with what it is compared by. */
export interface FoldedName {
  readonly name: string;
  /** The name after all folds except that of words. */
  readonly folded: string;
  /** In the list given, from 0. */
  readonly place: number;
}

/** A name that is close enough to be ranked. */
export interface FoundName extends FoldedName {
  readonly edits: number;
  /** Whether the explainer has a kind for each difference. */
  readonly explained: boolean;
}

/** Edits between two folded names; `undefined` beyond `atMost`, and beyond one for three characters of the longer name. */
export function countEdits(wanted: FoldedName, other: FoldedName, atMost: number): number | undefined {
  if (other.name === wanted.name) return undefined;
  const longest = Math.max(other.folded.length, wanted.folded.length);
  return editDistance(wanted.folded, other.folded, Math.min(atMost, Math.floor(longest / 3)));
}

/** Whether a name has the same words in another order, or digits for letters, and nothing that cannot be explained. */
export function isVariant(wanted: FoldedName, other: FoldedName, folds: readonly NameFold[]): boolean {
  if (other.folded === wanted.folded || variantKeyOf(other.folded) !== variantKeyOf(wanted.folded))
    return false;
  const difference = explainDifference(wanted.name, other.name, folds);
  return difference !== undefined && difference.kind !== "other";
}

/** Ranks the found names, without those more than one edit further away than the nearest. */
export function rankFound(
  found: readonly FoundName[],
  wanted: string,
  { folds, limit }: { folds: readonly NameFold[]; limit: number },
): NameCandidate[] {
  const nearest = fewestEdits(found);
  const ranked = found
    .filter(({ edits }) => edits <= nearest + 1)
    .map((one) => ({ ...one, changes: editDistance(wanted, one.name, MAX_CHANGES) ?? MAX_CHANGES + 1 }))
    .map((one) => ({ ...one, order: [one.edits, one.explained ? 0 : 1, one.changes] as const }))
    .sort((one, other) => compareOrders(one.order, other.order) || one.place - other.place);
  return ranked.slice(0, limit).flatMap(({ name, edits, order }, rank) => {
    const difference = explainDifference(wanted, name, folds);
    const beside = [ranked[rank - 1], ranked[rank + 1]];
    const tied = beside.some((other) => other !== undefined && compareOrders(other.order, order) === 0);
    return difference === undefined ? [] : [Object.freeze({ name, difference, edits, tied })];
  });
}

/** Edits of the nearest name; {@link MAX_EDITS} where none was found. */
export function fewestEdits(found: Iterable<FoundName>): number {
  let fewest = MAX_EDITS;
  for (const { edits } of found) fewest = Math.min(fewest, edits);
  return fewest;
}

function compareOrders(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at === -1 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}

/** Each name once, without those that are too long to compare. */
export function readNames(names: Iterable<string>): string[] {
  if (typeof names !== "object" || names === null || !(Symbol.iterator in names)) {
    throw fieldError("candidates", "must be an array or another iterable of texts.");
  }
  const distinct = new Set(names);
  for (const name of distinct) assertText(name, "candidates");
  return [...distinct].filter(isComparable);
}

/** The wanted name, folded; `undefined` when it is too long to compare. */
export function readWanted(wanted: string, fold: (name: string) => string): FoldedName | undefined {
  assertText(wanted, "wanted");
  return isComparable(wanted) ? { name: wanted, folded: fold(wanted), place: -1 } : undefined;
}

export function readLimit(options: unknown): number {
  const { limit } = readRecord(options, "rankCandidates options", ["limit"]);
  return limit === undefined ? 3 : readNonNegativeInteger(limit, "limit");
}
