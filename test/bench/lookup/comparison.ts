import { medianRatio, typicalSpread } from "./statistics.ts";

/** One ratio, with what stands beside it. */
export interface Comparison {
  readonly ours: string;
  readonly theirs: string;
  readonly ratio: number;
  /** The same thing measured against itself in the same rounds. */
  readonly control: number;
  /** How far the control's two sides came out from each other, typically. */
  readonly spread: number;
  /** Least ratio to reach, less the spread. Absent: told, not promised. */
  readonly target?: number;
}

/** What was measured, round by round. Higher is better. */
export type Rounds = ReadonlyMap<string, readonly number[]>;

/** Compares two entries, with a third that is the second one again. */
export function compare(
  rounds: Rounds,
  names: { ours: string; theirs: string; control: readonly [string, string] },
  target?: number,
): Comparison {
  const [one, again] = names.control;
  return {
    ours: names.ours,
    theirs: names.theirs,
    ratio: medianRatio(of(rounds, names.ours), of(rounds, names.theirs)),
    control: medianRatio(of(rounds, again), of(rounds, one)),
    spread: typicalSpread(of(rounds, one), of(rounds, again)),
    ...(target === undefined ? {} : { target }),
  };
}

/** What the control's spread may excuse at most: on a machine that is too busy, nothing can be shown. */
const MAX_EXCUSED_SPREAD = 0.1;

/** What a ratio may lack because two things that are the same differ as well. */
export function excusedBy({ spread }: Comparison): number {
  return Math.min(spread, MAX_EXCUSED_SPREAD);
}

/** Whether a ratio is as good as promised, less what the control excuses. */
export function isReached(comparison: Comparison): boolean {
  const { ratio, target } = comparison;
  return target === undefined || ratio >= target - excusedBy(comparison);
}

function of(rounds: Rounds, name: string): readonly number[] {
  const values = rounds.get(name);
  if (values === undefined) throw new Error(`${name} was not measured.`);
  return values;
}
