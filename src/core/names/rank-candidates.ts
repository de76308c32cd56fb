import { createMismatchExplainer } from "./explain-difference.ts";
import { PLAIN_FOLDS } from "./folds.ts";
import { type NameCandidate, rankAmong } from "./name-index.ts";

export type { NameDifference } from "./explain-difference.ts";
export type { MismatchKind } from "./folds.ts";
export type { NameCandidate } from "./name-index.ts";

// What a lookup can afford: everything but look-alike letters, which need a table. `mismatch-look-alikes.ts` has it.
const explainer = createMismatchExplainer(PLAIN_FOLDS);

/**
 * The names that somebody who wrote `wanted` may have meant, ranked as `NameIndex.closest` does, look-alike letters of
 * other scripts apart: here they are edits.
 *
 * @param options.limit how many at most; default 3
 * @throws EnforcementError `invalid_input` when something is no text
 */
export function rankCandidates(
  wanted: string,
  candidates: Iterable<string>,
  options: { limit?: number } = {},
): NameCandidate[] {
  return rankAmong(candidates, wanted, { ...options, explainer });
}
