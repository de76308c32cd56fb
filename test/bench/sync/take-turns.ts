import type { Rounds } from "../lookup/comparison.ts";
import { median } from "../lookup/statistics.ts";
import { type Child, startChild } from "./child.ts";
import type { Run, RunRequest } from "./contenders/contender.ts";

/** One row of a table. The same contender may be there twice: the second time as the control. */
export interface Entry {
  readonly name: string;
  readonly contender: string;
  /** Permits of one turn. */
  readonly permits: number;
  /** Permits of the turn that is not measured. Default: as many as of one turn. */
  readonly warmUp?: number;
}

export interface Turns {
  /** Permits per second. */
  readonly rounds: Rounds;
  /** Processor time for each permit, in microseconds; medians. */
  readonly cpu: ReadonlyMap<string, number>;
  /** The same, round by round. */
  readonly cpuRounds: Rounds;
}

/** Starts each entry in a process of its own. */
export function startEntries(
  entries: readonly Entry[],
  place: { origin?: string; postgresHost?: string } = {},
): Map<string, Child> {
  return new Map(
    entries.map(({ name, contender }) => [
      name,
      startChild(
        "contender-process.ts",
        [contender, place.origin ?? "", place.postgresHost ?? ""],
        ["--expose-gc"],
      ),
    ]),
  );
}

export function askForRun(child: Child, request: Partial<RunRequest> & { permits: number }): Promise<Run> {
  return child.ask<Run>({ isCompared: false, ...request } satisfies RunRequest, 120);
}

/** A few permits must leave the same state behind with every contender. */
export async function assertSameResult(
  children: ReadonlyMap<string, Child>,
  names: readonly string[],
  permits: number,
): Promise<void> {
  const left = new Map<string, string | undefined>();
  for (const name of names) {
    const child = children.get(name);
    if (child !== undefined) left.set(name, (await askForRun(child, { permits, isCompared: true })).left);
  }
  if (
    new Set(left.values()).size !== 1 ||
    left.size !== names.length ||
    left.values().next().value === undefined
  )
    throw new Error(`Not the same work: ${JSON.stringify([...left], null, 1)}`);
}

/** Each entry in turns, once for each round. `check` looks at what a turn has led to. */
export async function takeTurns(
  children: ReadonlyMap<string, Child>,
  entries: readonly Entry[],
  {
    rounds,
    before,
    check,
  }: {
    rounds: number;
    before?: () => Promise<void>;
    check?: (entry: Entry) => Promise<void>;
  },
): Promise<Turns> {
  const turn = async (entry: Entry, permits: number): Promise<Run> => {
    await before?.();
    const child = children.get(entry.name);
    if (child === undefined) throw new Error(`${entry.name} was not started.`);
    const run = await askForRun(child, { permits });
    await check?.({ ...entry, permits });
    return run;
  };
  for (const entry of entries) await turn(entry, entry.warmUp ?? entry.permits);
  const speeds = new Map<string, number[]>(entries.map(({ name }) => [name, []]));
  const cpu = new Map<string, number[]>(entries.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    // There and back again, so that no contender is always measured after the same one.
    for (const entry of round % 2 === 0 ? entries : entries.toReversed()) {
      const { seconds, cpuSeconds } = await turn(entry, entry.permits);
      speeds.get(entry.name)?.push(entry.permits / seconds);
      cpu.get(entry.name)?.push((cpuSeconds * 1e6) / entry.permits);
    }
  }
  const medians = new Map([...cpu].map(([name, values]) => [name, median(values)]));
  return { rounds: speeds, cpu: medians, cpuRounds: cpu };
}

export async function stopAll(running: Iterable<{ stop(): Promise<void> }>): Promise<void> {
  await Promise.all([...running].map((one) => one.stop()));
}
