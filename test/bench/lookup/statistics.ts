/** The value in the middle; of an even number, the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1];
  const high = sorted[Math.floor(middle)];
  if (low === undefined || high === undefined) throw new Error("There is no median of nothing.");
  return (low + high) / 2;
}

/** One thing's speed against another's, both measured in the same rounds. */
export function medianRatio(ours: readonly number[], theirs: readonly number[]): number {
  return median(roundRatios(ours, theirs));
}

/** How far two things that are the same come out from each other in one round, typically. */
export function typicalSpread(one: readonly number[], again: readonly number[]): number {
  return median(roundRatios(again, one).map((ratio) => Math.abs(1 - ratio)));
}

/** How much a value grows for each step, by least squares. */
export function slopeOf(points: ReadonlyArray<readonly [x: number, y: number]>): number {
  const meanX = meanOf(points.map(([x]) => x));
  const meanY = meanOf(points.map(([, y]) => y));
  const rise = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const run = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return run === 0 ? 0 : rise / run;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function roundRatios(ours: readonly number[], theirs: readonly number[]): number[] {
  return ours.map((value, round) => value / (theirs[round] ?? Number.NaN));
}
