// The server of the soak, with --expose-gc. Sends its port, then a sample for every "sample" that it is sent.
import { createServer } from "node:http";
import { memoryPermits } from "@offstreet/enforcement";
import { toNodeHandler } from "@offstreet/enforcement/node";
import { seededRandom } from "../../../support/seeded-random.ts";
import { listenToAudits } from "../audit-listener.ts";
import { listenOn } from "../contenders/contender.ts";
import { createOurHandler } from "../our-handler.ts";
import type { Sample } from "./sample.ts";
import { createPermitChanges, createTroubledSource, makeChangedPermits } from "./troubled-source.ts";

const PERMITS = 20_000;
const CHANGE_EVERY_MS = 100;

const random = seededRandom(7);
const permits = memoryPermits(makeChangedPermits(PERMITS, random));
const { onAnswer } = listenToAudits();
let answers = 0;
const handler = createOurHandler(createTroubledSource(permits, random), (audit) => {
  answers += 1;
  onAnswer(audit);
});
const port = await listenOn(createServer({ keepAlive: true }, toNodeHandler(handler)));

setInterval(createPermitChanges(permits, PERMITS, random), CHANGE_EVERY_MS);

process.on("message", () => process.send?.(takeSample()));
process.once("disconnect", () => process.exit());
process.send?.(port);

function takeSample(): Sample {
  for (let pass = 0; pass < 2; pass += 1) globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return { heapUsed, rss, answers, handles: process.getActiveResourcesInfo() };
}
