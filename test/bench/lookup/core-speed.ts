// The core without HTTP against the bare loop, in one process: `core-speed.ts <rounds> <answers each>`.
import { createBareLoop } from "./by-hand/bare-loop.ts";
import type { CoreSpeed } from "./measure-core.ts";
import { toNeutral } from "./neutral-requests.ts";
import { createOurHandler } from "./our-handler.ts";
import { createOurSource } from "./permit-source.ts";
import { makeQuestions } from "./questions.ts";
import { makePermits, PERMITS } from "./world.ts";

const [rounds = 0, answersEach = 0] = process.argv.slice(2).map(Number);
const permits = makePermits(PERMITS);
const questions = makeQuestions(8_192, { permits: PERMITS });
const requests = toNeutral(questions);
const bareLoop = createBareLoop(permits);
const handler = createOurHandler(createOurSource(permits, "memory"), undefined);

for (const [index, { key, body }] of questions.slice(0, 200).entries()) {
  const request = requests[index];
  const reply = request && (await handler.answer(request));
  if (reply?.body !== bareLoop(key, body)) throw new Error(`Bare loop and core answer differently: ${body}`);
}

const speed: CoreSpeed = { bareLoop: [], bareLoopAgain: [], core: [] };
runBareLoop();
await runCore();
for (let round = 0; round < rounds; round += 1) {
  speed.bareLoop.push(runBareLoop());
  speed.core.push(await runCore());
  speed.bareLoopAgain.push(runBareLoop());
}
process.send?.(speed);

/** Answers per second. */
function runBareLoop(): number {
  const startedAt = performance.now();
  for (let count = 0; count < answersEach; count += 1) {
    const question = questions[count % questions.length];
    if (question !== undefined) bareLoop(question.key, question.body);
  }
  return (answersEach / (performance.now() - startedAt)) * 1_000;
}

/** Answers per second, each waited for. */
async function runCore(): Promise<number> {
  const startedAt = performance.now();
  for (let count = 0; count < answersEach; count += 1) {
    const request = requests[count % requests.length];
    if (request !== undefined) await handler.answer(request);
  }
  return (answersEach / (performance.now() - startedAt)) * 1_000;
}
