import type { History, Step } from "./step.ts";

/** Takes steps away as long as the history still fails: first halves, at last single ones. */
export async function shortenHistory(
  history: History,
  fails: (shorter: History) => Promise<boolean>,
): Promise<History> {
  let steps: readonly Step[] = history.steps;
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < steps.length; ) {
      const rest = [...steps.slice(0, start), ...steps.slice(start + size)];
      if (await fails({ ...history, steps: rest })) steps = rest;
      else start += size;
    }
  }
  return { ...history, steps };
}
