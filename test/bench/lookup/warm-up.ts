import type { PermitLookupHandler } from "@offstreet/enforcement";
import type { LookupByHand } from "./by-hand/lookup.ts";
import { parseJson } from "./by-hand/question.ts";
import { toNeutral } from "./neutral-requests.ts";
import { makeQuestions } from "./questions.ts";
import { PERMITS } from "./world.ts";

// A server that has run for an hour is compiled through and through; one that has just started is not.
const ANSWERS = 20_000;

const questions = makeQuestions(4_096, { permits: PERMITS });

/** Lets the lookup by hand answer until it is compiled. */
export async function warmUpByHand(lookup: LookupByHand): Promise<LookupByHand> {
  for (let count = 0; count < ANSWERS; count += 1) {
    const { key = "", body = "" } = questions[count % questions.length] ?? {};
    await lookup(key, () => parseJson(body), { onGone() {} });
  }
  return lookup;
}

/** Lets our handler answer as often. */
export async function warmUpOurs(handler: PermitLookupHandler): Promise<PermitLookupHandler> {
  const requests = toNeutral(questions);
  for (let count = 0; count < ANSWERS; count += 1) {
    const request = requests[count % requests.length];
    if (request !== undefined) await handler.answer(request);
  }
  return handler;
}
