import { distance } from "fastest-levenshtein";
import { cpuTime } from "./cpu-time.ts";
import { placeNames } from "./names.ts";

/** Microseconds of processor time for each location when each is compared with each of so many names. */
export function measureAllPairs(size: number, rounds: number): number[] {
  const names = placeNames(size);
  let farthest = 0;
  const compareAll = () => {
    for (const wanted of names) {
      for (const name of names) farthest = Math.max(farthest, distance(wanted, name));
    }
  };
  compareAll();
  const costs = Array.from({ length: rounds }, () => (cpuTime(compareAll) * 1000) / size);
  if (farthest === 0) throw new Error("All names are equal.");
  return costs;
}
