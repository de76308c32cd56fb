/** For each character, those that it can be confused with: `{ "а": [{ "c": "a", "n": "LATIN SMALL LETTER A" }] }`. */
type Confusables = Readonly<Record<string, readonly { readonly c: string }[]>>;

/**
 * What looks like one printable ASCII character, by that character. Left out is what other folds of a name take away
 * (spaces, dashes, quotation marks, marks without a letter), what Unicode calls compatible with something that is not
 * left out, and scripts that run from right to left.
 */
export function readLookAlikes(confusables: Confusables): Map<string, string[]> {
  const byLikeness = new Map<string, string[]>();
  for (const [character, others] of Object.entries(confusables).sort(byCodePoint)) {
    const likeness = others.map(({ c }) => c).find((other) => /^[!-~]$/.test(other));
    if (likeness === undefined || !isWanted(character)) continue;
    const best = bestLikeness(character, likeness);
    byLikeness.set(best, [...(byLikeness.get(best) ?? []), character]);
  }
  return new Map([...byLikeness].sort(byCodePoint));
}

// The folds of dashes and of quotation marks already cover these.
const DASH_OR_QUOTE = /[\p{Pd}\u2043\u2212´‘’‚‛′ʹʼ‹›“”„‟″«»]/u;

function isWanted(character: string): boolean {
  return (
    /^[^\0-\x7F\p{M}\p{Z}\p{C}\p{Script=Arabic}\p{Script=Hebrew}]$/u.test(character) &&
    !DASH_OR_QUOTE.test(character) &&
    character.normalize("NFKC") === character
  );
}

/** Unicode has one likeness for I, l, 1 and |, and one for O and 0; a capital is mapped to the capital that it looks like. */
function bestLikeness(character: string, likeness: string): string {
  if (likeness === "l" && /\p{Lu}/u.test(character)) return "I";
  if (likeness === "l" && /\p{S}/u.test(character)) return "|";
  if (/[oO]/.test(likeness) && /\p{N}/u.test(character)) return "0";
  return likeness;
}

function byCodePoint([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return (one.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
}
