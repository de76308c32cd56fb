import { runChild } from "./bench-child.ts";
import { medianRatio } from "./statistics.ts";

/** Answers per second in each round. */
export interface ScalingSpeed {
  readonly mapFew: number[];
  readonly mapMany: number[];
  readonly coreFew: number[];
  readonly coreMany: number[];
}

/** How much speed is left when there are many more permits. */
export interface Scaling {
  readonly few: number;
  readonly many: number;
  /** Of the bare loop around a Map, 0 to 1. */
  readonly mapKeeps: number;
  /** Of the core, 0 to 1. */
  readonly coreKeeps: number;
}

/** How far the core may fall behind the Map: ten points of a hundred. */
export const MAX_SHARE_BEHIND_MAP = 0.1;

/** Measures core and Map with a thousand permits and with `many`, in one process. */
export async function measureScaling(
  many: number,
  plan: { rounds: number; answersEach: number },
): Promise<Scaling> {
  const few = 1_000;
  const speed = await runChild<ScalingSpeed>("scaling.ts", {
    args: [few, many, plan.rounds, plan.answersEach].map(String),
    nodeOptions: ["--max-old-space-size=8192"],
  });
  return {
    few,
    many,
    mapKeeps: medianRatio(speed.mapMany, speed.mapFew),
    coreKeeps: medianRatio(speed.coreMany, speed.coreFew),
  };
}

/** Whether the core keeps as much of its speed as the Map, less the ten points. */
export function scalesLikeMap({ mapKeeps, coreKeeps }: Scaling): boolean {
  return coreKeeps >= mapKeeps - MAX_SHARE_BEHIND_MAP;
}
