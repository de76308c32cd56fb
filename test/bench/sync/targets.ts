import { type Comparison, compare } from "../lookup/comparison.ts";
import type { Turns } from "./take-turns.ts";

/** What is compared with what, and how it must come out; without a target it is only told. */
export type Target = readonly [ours: string, theirs: string, target?: number];

/** The name of the entry that is the same contender once more. */
export const again = (name: string): string => `${name}, again`;

/** A group of measurements that stand in one table. */
export interface Measured extends Turns {
  readonly title: string;
  readonly comparisons: readonly Comparison[];
}

export function toMeasured(title: string, turns: Turns, targets: readonly Target[]): Measured {
  return {
    title,
    ...turns,
    comparisons: targets.map(([ours, theirs, target]) =>
      compare(turns.rounds, { ours, theirs, control: [theirs, again(theirs)] }, target),
    ),
  };
}
