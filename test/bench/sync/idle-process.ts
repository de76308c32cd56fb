// One permit at a time on an idle system, and one request by hand in turns with it: `idle-process.ts <origin>`. Asked for
// a number of samples, it answers how long each took, in milliseconds.
import { setTimeout as pause } from "node:timers/promises";
import { sqliteLedger } from "@offstreet/enforcement/sqlite";
import { Pool } from "undici";
import { makeFile } from "./contenders/bench-folder.ts";
import { toBody, toSession } from "./contenders/by-hand.ts";
import { askForToken } from "./contenders/loop.ts";
import { createOurSync } from "./contenders/ours.ts";
import { EVENTS_PATH } from "./wire.ts";
import { makePermit } from "./world.ts";

const [origin = ""] = process.argv.slice(2);
const { path, remove } = makeFile();
const ledger = sqliteLedger({ path });
let onAcknowledged = () => {};
const sync = createOurSync(ledger, origin, ({ type }) => {
  if (type === "acknowledged") onAcknowledged();
});
await sync.start();
const pool = new Pool(origin, { connections: 1 });
const token = await askForToken(pool);
let issued = 0;

/** From the call of `issue` until the vendor's reply is recorded. */
async function issueOne(): Promise<number> {
  const permit = makePermit(issued++);
  const acknowledged = new Promise<void>((resolve) => {
    onAcknowledged = resolve;
  });
  const startedAt = performance.now();
  await sync.issue(permit);
  await acknowledged;
  return performance.now() - startedAt;
}

async function sendByHand(): Promise<number> {
  const permit = makePermit(issued++);
  const startedAt = performance.now();
  const session = toSession(permit, new Date().toISOString());
  const { body } = await pool.request({
    method: "POST",
    path: EVENTS_PATH,
    body: toBody([session]),
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
  });
  await body.text();
  return performance.now() - startedAt;
}

process.on("message", async (samples: number) => {
  const ours: number[] = [];
  const byHand: number[] = [];
  for (let index = 0; index < samples; index += 1) {
    ours.push(await issueOne());
    await sync.idle();
    await pause(5 + (index % 7));
    byHand.push(await sendByHand());
    await pause(5 + (index % 5));
  }
  process.send?.({ ours, byHand });
});
process.once("SIGTERM", () => {
  remove();
  process.exit();
});
process.send?.("ready");
