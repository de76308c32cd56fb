import { runChild } from "./bench-child.ts";
import { type Comparison, compare, type Rounds } from "./comparison.ts";

/** Answers per second in each round. */
export interface CoreSpeed {
  readonly bareLoop: number[];
  readonly bareLoopAgain: number[];
  readonly core: number[];
}

const NAMES = {
  ours: "the core, handler.answer()",
  theirs: "the bare loop: hash, validate, Map, JSON",
  again: "the bare loop, again",
};

/** Measures the core without HTTP. */
export async function measureCore(plan: { rounds: number; answersEach: number }): Promise<{
  readonly rounds: Rounds;
  readonly comparison: Comparison;
}> {
  const args = [String(plan.rounds), String(plan.answersEach)];
  const { bareLoop, bareLoopAgain, core } = await runChild<CoreSpeed>("core-speed.ts", { args });
  const rounds = new Map([
    [NAMES.theirs, bareLoop],
    [NAMES.again, bareLoopAgain],
    [NAMES.ours, core],
  ]);
  return { rounds, comparison: compare(rounds, { ...NAMES, control: [NAMES.theirs, NAMES.again] }, 0.8) };
}
