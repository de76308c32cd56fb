// Asks lookups at a fixed pace, whether earlier ones were answered or not: `asker-process.ts <port> <permits>`. Asked for
// a pace and a time, it answers how long each lookup took, in milliseconds, from the instant it was sent.
import { setTimeout as pause } from "node:timers/promises";
import { Pool } from "undici";
import { KEY, locations, plateNumber } from "./world.ts";

const [port = "", permits = "1"] = process.argv.slice(2);
// So many that no lookup waits for a connection before it is sent.
const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 128, pipelining: 1 });
let asked = 0;

async function ask(): Promise<number> {
  asked += 1;
  // Every second plate has a permit.
  const hasPermit = asked % 2 === 0;
  const index = (asked * 7_919) % Number(permits);
  const plate = plateNumber(hasPermit ? index : index + 1_000_000_000);
  const locationId = locations[index % locations.length]?.id;
  const state = index % 3 === 0 ? "NS" : undefined;
  const startedAt = performance.now();
  const { statusCode, body } = await pool.request({
    method: "POST",
    path: "/lookup",
    body: JSON.stringify({ plate, locationId, state }),
    headers: { "content-type": "application/json", "x-api-key": KEY },
  });
  const text = await body.text();
  const took = performance.now() - startedAt;
  const isFound = text.length > '{"sessions":[]}'.length;
  if (statusCode !== 200 || isFound !== hasPermit) throw new Error(`${statusCode} ${text} for ${plate}`);
  return took;
}

process.on("message", async ({ perSecond, seconds }: { perSecond: number; seconds: number }) => {
  const asking: Promise<number>[] = [];
  const startedAt = performance.now();
  while (asking.length < perSecond * seconds) {
    const due = ((performance.now() - startedAt) / 1_000) * perSecond;
    while (asking.length < due) asking.push(ask());
    await pause(1);
  }
  process.send?.(await Promise.all(asking));
});
process.once("disconnect", () => process.exit());
process.send?.("ready");
