import type { NameCandidate } from "../names/rank-candidates.ts";
import { showName } from "../names/visible-name.ts";
import type { MappingFinding } from "./read-mapping.ts";

/** What a finding says of the vendor's names that are closest to one that the vendor does not have. */
export function describeCandidates(candidates: readonly NameCandidate[]): {
  /** `Closest: "Lot 101".`, ready to stand before the rest of a hint; empty when nothing is close. */
  readonly hint: string;
  readonly details: Pick<MappingFinding, "difference" | "candidates">;
} {
  const [nearest] = candidates;
  if (nearest === undefined) return { hint: "", details: {} };
  const tied = candidates.filter(({ tied: isTied, edits }) => isTied && edits === nearest.edits);
  const shown = nearest.tied ? tied : candidates;
  const names = shown.map(({ name }) => `"${showName(name)}"`).join(", ");
  return {
    hint: nearest.tied
      ? `Equally close: ${names}; only a person who knows the place can tell. `
      : `Closest: ${names}. `,
    details: {
      candidates: Object.freeze([...candidates]),
      ...(nearest.tied ? {} : { difference: nearest.difference }),
    },
  };
}
