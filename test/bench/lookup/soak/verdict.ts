import { slopeOf } from "../statistics.ts";
import type { Sample, TimedSample } from "./sample.ts";

/** Heap that stays behind for each answer, in bytes, at most. The smallest object that could be forgotten has sixteen. */
export const MAX_BYTES_PER_ANSWER = 1;

/** What the whole process may have grown by at most, as a share of what it had. */
export const MAX_RSS_GROWTH = 0.1;

export interface Verdict {
  /** By least squares over all samples after the warm-up. */
  readonly bytesPerAnswer: number;
  /** By least squares over the same samples, as a share of the first of them. */
  readonly rssGrowth: number;
  /** What is there after the load that was not there before it. */
  readonly leakedHandles: readonly string[];
  readonly failures: string[];
}

/** Judges a soak: the first quarter of it is warm-up. */
export function judge(samples: readonly TimedSample[], before: Sample, after: Sample): Verdict {
  const warm = samples.slice(Math.floor(samples.length / 4));
  const [first] = warm;
  const last = warm.at(-1);
  if (first === undefined || last === undefined || last === first)
    throw new Error("The soak was too short to judge.");
  const bytesPerAnswer = slopeOf(warm.map(({ answers, heapUsed }) => [answers, heapUsed]));
  const seconds = last.atSeconds - first.atSeconds;
  const rssGrowth = (slopeOf(warm.map(({ atSeconds, rss }) => [atSeconds, rss])) * seconds) / first.rss;
  const leakedHandles = missingFrom(before.handles, after.handles);
  const failures = [
    ...(bytesPerAnswer > MAX_BYTES_PER_ANSWER
      ? [`the heap grows by ${bytesPerAnswer.toFixed(2)} bytes per answer`]
      : []),
    ...(rssGrowth > MAX_RSS_GROWTH ? [`the process grew by ${(rssGrowth * 100).toFixed(1)} %`] : []),
    ...(leakedHandles.length > 0 ? [`handles are left: ${leakedHandles.join(", ")}`] : []),
  ];
  return { bytesPerAnswer, rssGrowth, leakedHandles, failures };
}

/** Names in `later` that `earlier` has not as often. */
function missingFrom(earlier: readonly string[], later: readonly string[]): string[] {
  const rest = [...earlier];
  return later.filter((name) => {
    const at = rest.indexOf(name);
    if (at !== -1) rest.splice(at, 1);
    return at === -1;
  });
}
