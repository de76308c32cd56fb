// Core and bare loop with few permits and with many: `scaling.ts <few> <many> <rounds> <answers each>`.
import { createBareLoop } from "./by-hand/bare-loop.ts";
import type { ScalingSpeed } from "./measure-scaling.ts";
import { toNeutral } from "./neutral-requests.ts";
import { createOurHandler } from "./our-handler.ts";
import { createOurSource } from "./permit-source.ts";
import { makeQuestions } from "./questions.ts";
import { makePermits } from "./world.ts";

const [few = 0, many = 0, rounds = 0, answersEach = 0] = process.argv.slice(2).map(Number);
// More questions than caches hold permits, so that many permits are as cold as they are in life.
const QUESTIONS = 65_536;

/** Both sides with so many permits, and what they are asked. */
function prepare(count: number) {
  const permits = makePermits(count);
  const questions = makeQuestions(QUESTIONS, { permits: count });
  return {
    questions,
    requests: toNeutral(questions),
    bareLoop: createBareLoop(permits),
    handler: createOurHandler(createOurSource(permits, "memory"), undefined),
  };
}

type Prepared = ReturnType<typeof prepare>;

let position = 0;

function runBareLoop({ bareLoop, questions }: Prepared): number {
  const startedAt = performance.now();
  for (let count = 0; count < answersEach; count += 1) {
    const question = questions[(position + count) % QUESTIONS];
    if (question !== undefined) bareLoop(question.key, question.body);
  }
  return (answersEach / (performance.now() - startedAt)) * 1_000;
}

async function runCore({ handler, requests }: Prepared): Promise<number> {
  const startedAt = performance.now();
  for (let count = 0; count < answersEach; count += 1) {
    const request = requests[(position + count) % QUESTIONS];
    if (request !== undefined) await handler.answer(request);
  }
  return (answersEach / (performance.now() - startedAt)) * 1_000;
}

const small = prepare(few);
const large = prepare(many);
const speed: ScalingSpeed = { mapFew: [], mapMany: [], coreFew: [], coreMany: [] };
for (const prepared of [small, large]) {
  runBareLoop(prepared);
  await runCore(prepared);
}
for (let round = 0; round < rounds; round += 1) {
  speed.mapFew.push(runBareLoop(small));
  speed.mapMany.push(runBareLoop(large));
  speed.coreFew.push(await runCore(small));
  speed.coreMany.push(await runCore(large));
  position += answersEach;
}
process.send?.(speed);
