import { seededRandom } from "../../support/seeded-random.ts";
import type { CityPlan, PhasePlan } from "./sizes.ts";
import { LOTS } from "./world.ts";

export type ChangeKind = "new" | "renewal" | "revocation" | "plate" | "mapping";

/** Something that will happen. Which permit it changes follows from `pick`. */
export interface ScheduledChange {
  /** After the beginning of its phase, in milliseconds. */
  readonly atMs: number;
  readonly kind: ChangeKind;
  /** The number of a permit; of a company, where a mapping changes. */
  readonly pick: number;
  /** The lot whose target changes. */
  readonly lot: number;
}

// A fifth of the changes meet a few permits again and again, so that changes of one permit follow each other closely.
const BUSY_SHARE = 0.2;
const BUSY_PERMITS = 40;

/** The changes of one phase, in order: a Poisson process, the same for the same seed. */
export function scheduleChanges(
  { sizes }: Pick<CityPlan, "sizes">,
  { phase, seconds, changes, mappingChanges }: PhasePlan,
): ScheduledChange[] {
  const random = seededRandom(sizes.seed + phase.charCodeAt(0) * 7_919 + phase.length);
  const lengthMs = seconds * 1_000;
  const scheduled = arrivals(lengthMs, changes, { random, isPeak: phase === "peak" }).map((atMs) => {
    const range = random() < BUSY_SHARE ? Math.min(BUSY_PERMITS, sizes.permits) : sizes.permits;
    return { atMs, kind: kindOf(random()), pick: Math.floor(random() * range), lot: 0 };
  });
  for (let count = 0; count < mappingChanges; count += 1) {
    const pick = Math.floor(random() * sizes.companies);
    scheduled.push({ atMs: random() * lengthMs, kind: "mapping", pick, lot: Math.floor(random() * LOTS) });
  }
  return scheduled.toSorted((one, other) => one.atMs - other.atMs);
}

/** Instants of a Poisson process with `count` arrivals on average. In the peak, most come in the middle. */
function arrivals(
  lengthMs: number,
  count: number,
  { random, isPeak }: { random: () => number; isPeak: boolean },
): number[] {
  const found: number[] = [];
  const shape = (atMs: number): number => 0.4 + 1.2 * Math.sin((Math.PI * atMs) / lengthMs) ** 2;
  const busiest = isPeak ? 1.6 : 1;
  const gapMs = lengthMs / (count * busiest);
  for (let atMs = gapMs * exponential(random); atMs < lengthMs; atMs += gapMs * exponential(random)) {
    if (!isPeak || random() * busiest < shape(atMs)) found.push(atMs);
  }
  return found;
}

/** The waiting time of a Poisson process with one arrival for each unit of time. */
export function exponential(random: () => number): number {
  return -Math.log(1 - random());
}

function kindOf(drawn: number): ChangeKind {
  if (drawn < 0.35) return "renewal";
  if (drawn < 0.6) return "new";
  if (drawn < 0.8) return "plate";
  return "revocation";
}
