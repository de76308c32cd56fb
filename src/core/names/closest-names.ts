import { createFold, type NameFold, PLAIN_FOLDS, variantKeyOf } from "./folds.ts";
import {
  countEdits,
  type FoldedName,
  type FoundName,
  fewestEdits,
  isVariant,
  MAX_EDITS,
  type NameCandidate,
  rankFound,
  readLimit,
  readNames,
  readWanted,
} from "./rank-candidates.ts";

/** A list of names, prepared for many searches. */
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
  /**
   * True once all searches together have reached one of {@link SearchLimits}. The search that finds them reached, and
   * each later one, gives no name with a typing error, only names in which nothing differs but what can be explained.
   */
  readonly isExhausted: boolean;
}

/** What all searches of an index together may cost. A search that has begun is finished. */
export interface SearchLimits {
  /** Pairs of names of which the edits are counted: a quarter of a microsecond each. */
  readonly distances: number;
  /** Pairs of about the same length, most of which are passed over by their characters: one or two nanoseconds each. */
  readonly pairs: number;
}

/** A few seconds at the most. Enough for 10,000 names, and for 100,000 of which one in fifty has a slip. */
export const SEARCH_LIMITS: SearchLimits = { distances: 5_000_000, pairs: 500_000_000 };

/** Names of one length, once folded. */
interface SameLength {
  readonly entries: readonly FoldedName[];
  /** Of each entry, which characters its folded name holds. */
  readonly signatures: Int32Array;
}

/** Names with what they are found by. */
interface NameTable {
  readonly byLength: ReadonlyMap<number, SameLength>;
  /** Entries by their folded name, whatever the order of its words, and digits as the letters they look like. */
  readonly variants: ReadonlyMap<string, readonly FoldedName[]>;
}

/** Prepares names for many searches. They are folded with the first search. */
export function createNameIndex(
  names: Iterable<string>,
  folds: readonly NameFold[],
  limits: SearchLimits = SEARCH_LIMITS,
): NameIndex {
  const fold = createFold(folds);
  const distinct = readNames(names);
  const spent = { distances: 0, pairs: 0 };
  let isExhausted = false;
  let table: NameTable | undefined;

  function addNear(found: Map<number, FoundName>, wanted: FoldedName, { byLength }: NameTable): void {
    const signature = signatureOf(wanted.folded);
    const { length } = wanted.folded;
    const scan = (reach: number) => {
      for (let otherLength = length - reach; otherLength <= length + reach; otherLength += 1) {
        const group = byLength.get(otherLength);
        if (group === undefined) continue;
        spent.pairs += group.entries.length;
        for (const index of indexesWithin(group.signatures, signature, reach)) {
          const entry = group.entries[index];
          if (entry === undefined || found.has(entry.place)) continue;
          spent.distances += 1;
          const edits = countEdits(wanted, entry, reach);
          if (edits !== undefined) found.set(entry.place, { ...entry, edits, explained: edits === 0 });
        }
      }
    };
    // One edit is what most slips are, and few names pass for one: this tells how far to look.
    scan(1);
    const reach = Math.min(MAX_EDITS, fewestEdits(found.values()) + 1);
    if (reach > 1) scan(reach);
  }

  return {
    closest(wanted, options = {}) {
      const limit = readLimit(options);
      const query = readWanted(wanted, fold);
      if (query === undefined) return [];
      table ??= createTable(distinct, fold);
      const found = new Map<number, FoundName>();
      for (const entry of table.variants.get(variantKeyOf(query.folded)) ?? []) {
        if (entry.name === query.name) continue;
        if (entry.folded === query.folded) found.set(entry.place, { ...entry, edits: 0, explained: true });
        else if (isVariant(query, entry, folds)) {
          found.set(entry.place, { ...entry, edits: 1, explained: true });
        }
      }
      isExhausted ||= spent.distances >= limits.distances || spent.pairs >= limits.pairs;
      if (!isExhausted) addNear(found, query, table);
      return rankFound([...found.values()], wanted, { folds, limit });
    },
    get isExhausted() {
      return isExhausted;
    },
  };
}

/**
 * The names that `wanted` may have been meant for, ranked as `NameIndex.closest` ranks them, except that look-alike
 * letters of other scripts count as edits: their table is more than a lookup should load. For many searches in one list, use
 * an index.
 *
 * @param options.limit how many at most; default 3
 * @throws EnforcementError `invalid_input` when something is no text
 */
export function rankCandidates(
  wanted: string,
  candidates: Iterable<string>,
  options?: { limit?: number },
): NameCandidate[] {
  return createNameIndex(candidates, PLAIN_FOLDS).closest(wanted, options);
}

/** What an issue's hint adds where the search for near names has come to its end; empty before. */
export function describeExhaustion({ isExhausted }: Pick<NameIndex, "isExhausted">): string {
  if (!isExhausted) return "";
  return "Names with a typing error were not looked for here, as too many names have no exact match: correct some and validate again. ";
}

function createTable(names: readonly string[], fold: (name: string) => string): NameTable {
  const entries = names.map((name, place) => ({ name, folded: fold(name), place }));
  const variants = new Map<string, FoldedName[]>();
  for (const entry of entries) {
    const key = variantKeyOf(entry.folded);
    const group = variants.get(key);
    if (group === undefined) variants.set(key, [entry]);
    else group.push(entry);
  }
  const byLength = new Map<number, SameLength>();
  for (const [length, group] of Map.groupBy(entries, ({ folded }) => folded.length)) {
    const signatures = Int32Array.from(group, ({ folded }) => signatureOf(folded));
    byLength.set(length, { entries: group, signatures });
  }
  return { byLength, variants };
}

/** Where signatures differ in no more than so many edits can change: two characters each. */
function* indexesWithin(signatures: Int32Array, wanted: number, edits: number): Generator<number> {
  for (let index = 0; index < signatures.length; index += 1) {
    if (countBits(wanted ^ (signatures[index] ?? 0)) <= 2 * edits) yield index;
  }
}

/** A bit for each character that a text holds. Some characters share one. */
function signatureOf(text: string): number {
  let signature = 0;
  for (let index = 0; index < text.length; index += 1) signature |= 1 << (text.charCodeAt(index) & 31);
  return signature;
}

function countBits(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
