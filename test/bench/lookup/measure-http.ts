import type { Comparison, Rounds } from "./comparison.ts";
import { compare } from "./comparison.ts";
import { PATH } from "./contenders/contender.ts";
import { controlOf, HTTP_ENTRIES, HTTP_TARGETS } from "./http-entries.ts";
import { applyLoad, type LoadResult } from "./load/apply-load.ts";
import { type RunningServer, startServer } from "./load/running-server.ts";
import { makeQuestions, toHttp } from "./questions.ts";
import { assertSameAnswers } from "./same-answers.ts";
import { PERMITS } from "./world.ts";

/** How long and how often. */
export interface HttpPlan {
  readonly rounds: number;
  readonly secondsEach: number;
  /** How many lookups each server answers before it is measured. */
  readonly warmUpRequests: number;
}

/** How many connections ask at once, each one request at a time. */
export const CONNECTIONS = 64;

/** How long a server is asked before each of its turns, unmeasured. */
const WAKE_UP_SECONDS = 0.3;

export interface HttpResult {
  readonly rounds: Rounds;
  readonly comparisons: readonly Comparison[];
  /** Share of lookups that found a permit. */
  readonly hitShare: number;
  /** The most that the load generator was busy in any round, 0 to 1. */
  readonly generatorBusy: number;
}

/** Starts every server, checks that they answer the same, and asks them in turns. */
export async function measureHttp(plan: HttpPlan): Promise<HttpResult> {
  const questions = makeQuestions(8_192, { permits: PERMITS });
  const requests = questions.map((question) => toHttp(question, PATH));
  const servers = new Map<string, RunningServer>();
  try {
    for (const { name, contender, source } of HTTP_ENTRIES)
      servers.set(name, await startServer(contender, source));
    const named = [...servers].map(([name, { port }]) => ({ name, port }));
    await assertSameAnswers(named, questions.slice(0, 40));
    return await askInTurns(named, requests, plan);
  } finally {
    await Promise.all([...servers.values()].map((server) => server.stop()));
  }
}

async function askInTurns(
  servers: ReadonlyArray<{ name: string; port: number }>,
  requests: readonly Buffer[],
  { rounds, secondsEach, warmUpRequests }: HttpPlan,
): Promise<HttpResult> {
  const load = { connections: CONNECTIONS, seconds: secondsEach };
  for (const { port } of servers) {
    let answered = 0;
    while (answered < warmUpRequests)
      answered += (await applyLoad(port, requests, { ...load, seconds: 0.3 })).answered;
  }
  const results = new Map<string, LoadResult[]>(servers.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    // There and back again, so that no contender is always measured after the same one.
    for (const { name, port } of round % 2 === 0 ? servers : servers.toReversed()) {
      // Whose turn it is has been idle while all others had theirs, and its memory has gone cold.
      await applyLoad(port, requests, { ...load, seconds: WAKE_UP_SECONDS });
      results.get(name)?.push(await applyLoad(port, requests, load));
    }
  }
  const all = [...results.values()].flat();
  const speeds = new Map(
    [...results].map(([name, list]) => [name, list.map(({ requestsPerSecond }) => requestsPerSecond)]),
  );
  return {
    rounds: speeds,
    comparisons: HTTP_TARGETS.map(([ours, theirs, target]) =>
      compare(speeds, { ours, theirs, control: controlOf(theirs) }, target),
    ),
    hitShare: all.reduce((sum, { hitShare }) => sum + hitShare, 0) / all.length,
    generatorBusy: Math.max(...all.map(({ generatorBusy }) => generatorBusy)),
  };
}
