import { fieldError, readNonNegativeInteger, readRecord } from "../fields.ts";
import { editDistance } from "./edit-distance.ts";
import type { MismatchExplainer, NameDifference } from "./explain-difference.ts";
import { applyFolds, type NameFold, sortWords } from "./folds.ts";
import { createHashBuckets, type HashBuckets, hashWords, visitDeletions } from "./hash-buckets.ts";
import { createNameScan, type NameScan } from "./name-scan.ts";
import { MAX_NAME_LENGTH } from "./visible-name.ts";

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
  /** Another name is exactly as close: nothing but knowledge of the place can tell which one is meant. */
  readonly tied: boolean;
}

/** Names prepared for many searches. */
export interface NameIndex {
  /**
   * The names closest to `wanted`, best first: by edits, then those that are wholly explained before those with a typing
   * error, then by how many characters differ as they stand; ties in the order given. At most three edits away (one for
   * three characters), and one further than the nearest: a far name says nothing beside a near one. Equal names are left
   * out.
   *
   * @param options.limit how many at most; default 3
   * @throws EnforcementError `invalid_input` when something is no text
   */
  closest(wanted: string, options?: { limit?: number }): NameCandidate[];
}

const MOST_EDITS = 3;

/** More changed characters than these are all the same to a ranking. */
const MOST_CHANGES = 6;

/** Longer names are rare, and dear to index: they are found by scanning. */
const LONGEST_INDEXED = 64;

/** A name with everything set right that its explainer can, but for the order of words. */
type Fold = (name: string) => string;

interface Query {
  readonly name: string;
  readonly folded: string;
}

/** Names, which `fold` makes comparable. What it makes of them is not kept: that would take as much room as they do. */
interface FoldedNames {
  readonly names: readonly string[];
  readonly fold: Fold;
}

interface Found {
  readonly id: number;
  readonly name: string;
  readonly edits: number;
  /** Nothing differs but what the explainer has a kind for. */
  readonly explained: boolean;
}

/** Prepares names for many searches. What finds near ones is built with the first search. */
export function createNameIndex(names: Iterable<string>, explainer: MismatchExplainer): NameIndex {
  const fold = createFold(explainer.folds);
  const entries = { names: readNames(names), fold };
  let built: NameTables | undefined;
  return {
    closest(wanted, options = {}) {
      const limit = readLimit(options);
      const query = readQuery(wanted, fold);
      if (query === undefined || entries.names.length === 0) return [];
      built ??= buildTables(entries.names.map(fold));
      const { variants, neighbours, scan } = built;
      const found = new Map<number, Found>();
      const add = (some: Iterable<Found>) => {
        for (const one of some) found.set(one.id, one);
      };
      visitDeletions(query.folded, (hash) =>
        add(neighboursAmong(neighbours.idsOf(hash), query, { entries, reach: 1 })),
      );
      add(variantsAmong(variants.idsOf(hashVariants(query.folded)), query, { entries, explainer }));
      const nearest = fewestEdits(found.values());
      const isIndexed = query.folded.length < LONGEST_INDEXED;
      if (!isIndexed || (nearest > 0 && found.size < limit)) {
        const reach = Math.min(MOST_EDITS, nearest + 1);
        const known = new Set(found.keys());
        const more = scan.near(query.folded, reach).filter((id) => !known.has(id));
        add(neighboursAmong(more, query, { entries, reach }));
      }
      return rank([...found.values()], wanted, { explainer, limit });
    },
  };
}

/** The same for one search among few names: nothing is built, each is compared. */
export function rankAmong(
  names: Iterable<string>,
  wanted: string,
  { explainer, ...options }: { explainer: MismatchExplainer; limit?: number },
): NameCandidate[] {
  const fold = createFold(explainer.folds);
  const limit = readLimit(options);
  const entries = { names: readNames(names), fold };
  const query = readQuery(wanted, fold);
  if (query === undefined) return [];
  const found = new Map<number, Found>();
  const ids = [...entries.names.keys()];
  for (const one of neighboursAmong(ids, query, { entries, reach: MOST_EDITS })) found.set(one.id, one);
  for (const one of variantsAmong(ids, query, { entries, explainer })) found.set(one.id, one);
  return rank([...found.values()], wanted, { explainer, limit });
}

interface NameTables {
  /** By the words of a name in any order. */
  readonly variants: HashBuckets;
  /** By the folded name and all that it becomes without one of its characters: whatever is one edit away shares one. */
  readonly neighbours: HashBuckets;
  readonly scan: NameScan;
}

function buildTables(folded: readonly string[]): NameTables {
  const isIndexed = (name: string) => name.length <= LONGEST_INDEXED;
  const size = folded.reduce((sum, name) => sum + (isIndexed(name) ? 1 + name.length : 0), 0);
  return {
    variants: createHashBuckets(folded.length, (visit) => {
      for (const [id, name] of folded.entries()) visit(hashVariants(name), id);
    }),
    neighbours: createHashBuckets(size, (visit) => {
      for (const [id, name] of folded.entries()) {
        if (isIndexed(name)) visitDeletions(name, (hash) => visit(hash, id));
      }
    }),
    scan: createNameScan(folded),
  };
}

function* neighboursAmong(
  ids: Iterable<number>,
  query: Query,
  { entries: { names, fold }, reach }: { entries: FoldedNames; reach: number },
): Generator<Found> {
  for (const id of ids) {
    const name = names[id];
    if (name === undefined || name === query.name) continue;
    const folded = fold(name);
    const longest = Math.max(folded.length, query.folded.length);
    const edits = editDistance(query.folded, folded, Math.min(reach, Math.floor(longest / 3)));
    if (edits !== undefined) yield { id, name, edits, explained: edits === 0 };
  }
}

/** Names with the same words in another order, or with digits for letters. */
function* variantsAmong(
  ids: Iterable<number>,
  query: Query,
  { entries: { names, fold }, explainer }: { entries: FoldedNames; explainer: MismatchExplainer },
): Generator<Found> {
  const key = variantKey(query.folded);
  for (const id of ids) {
    const name = names[id];
    if (name === undefined) continue;
    const folded = fold(name);
    if (folded === query.folded || variantKey(folded) !== key) continue;
    const difference = explainer.explain(query.name, name);
    if (difference === undefined || difference.kind === "other") continue;
    yield { id, name, edits: 1, explained: true };
  }
}

function rank(
  found: readonly Found[],
  wanted: string,
  { explainer, limit }: { explainer: MismatchExplainer; limit: number },
): NameCandidate[] {
  const nearest = fewestEdits(found);
  const ranked = found
    .filter(({ edits }) => edits <= nearest + 1)
    .map((one) => ({ ...one, changes: editDistance(wanted, one.name, MOST_CHANGES) ?? MOST_CHANGES + 1 }))
    .map((one) => ({ ...one, order: [one.edits, one.explained ? 0 : 1, one.changes] as const }))
    .sort((one, other) => compareOrders(one.order, other.order) || one.id - other.id);
  return ranked.slice(0, limit).flatMap(({ name, edits, order }, place) => {
    const difference = explainer.explain(wanted, name);
    const beside = [ranked[place - 1], ranked[place + 1]];
    const tied = beside.some((other) => other !== undefined && compareOrders(other.order, order) === 0);
    return difference === undefined ? [] : [Object.freeze({ name, difference, edits, tied })];
  });
}

function fewestEdits(found: Iterable<Found>): number {
  let fewest = MOST_EDITS;
  for (const { edits } of found) fewest = Math.min(fewest, edits);
  return fewest;
}

function compareOrders(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at === -1 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}

/** What names have in common that differ in the order of words and in digits that look like letters. */
function variantKey(folded: string): string {
  return sortWords(withoutDigits(folded));
}

/** Equal for names that have their {@link variantKey} in common, without sorting anything. */
function hashVariants(folded: string): number {
  return hashWords(withoutDigits(folded));
}

function withoutDigits(folded: string): string {
  return /[01l]/.test(folded) ? folded.replace(/0/g, "o").replace(/[1l]/g, "i") : folded;
}

function createFold(folds: readonly NameFold[]): Fold {
  const inOrder = folds.filter(({ kind }) => kind !== "swapped_words");
  return (name) => (isPlain(name) ? name.toLowerCase() : applyFolds(inOrder, name));
}

/** Whether no fold but that of case changes a name: ASCII without a grave accent, words one space apart. */
function isPlain(name: string): boolean {
  return /^[!-_a-~]+(?: [!-_a-~]+)*$/.test(name);
}

function readNames(names: Iterable<string>): string[] {
  if (typeof names !== "object" || names === null || !(Symbol.iterator in names)) {
    throw fieldError("candidates", "must be an array or another iterable of texts.");
  }
  const distinct = new Set(names);
  for (const name of distinct) assertText(name, "candidates");
  return [...distinct].filter(isComparable);
}

function readQuery(wanted: string, fold: Fold): Query | undefined {
  assertText(wanted, "wanted");
  return isComparable(wanted) ? { name: wanted, folded: fold(wanted) } : undefined;
}

function readLimit(options: unknown): number {
  const { limit } = readRecord(options, "rankCandidates options", ["limit"]);
  return limit === undefined ? 3 : readNonNegativeInteger(limit, "limit");
}

function isComparable(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH;
}

function assertText(value: unknown, field: string): void {
  if (typeof value !== "string") throw fieldError(field, "must be text.");
}
