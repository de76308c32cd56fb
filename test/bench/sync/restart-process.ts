// A host that starts again over a ledger that is there: `restart-process.ts <path> <origin>`. It starts its sync at once.
// Asked for lookups, it answers how long each took, in milliseconds, and how much memory the process had at most.
import { readFileSync } from "node:fs";
import { sqliteLedger } from "@offstreet/enforcement/sqlite";
import { createOurSync } from "./contenders/ours.ts";
import { COMPANY_ID, makePermit, plateNumber } from "./world.ts";

const [path = "", origin = ""] = process.argv.slice(2);
const ledger = sqliteLedger({ path });
const sync = createOurSync(ledger, origin);
await sync.start();
await sync.idle();

async function lookUp(permits: number, count: number): Promise<number[]> {
  const took: number[] = [];
  const { signal } = new AbortController();
  const at = new Date();
  for (let asked = 0; asked < count; asked += 1) {
    const index = (asked * 15_485_863) % permits;
    const plateNumbers = [plateNumber(index)];
    const startedAt = performance.now();
    const found = await sync.findPermits({
      companyId: COMPANY_ID,
      plateNumbers,
      locationIds: [],
      at,
      signal,
    });
    took.push(performance.now() - startedAt);
    if ([...(found as Iterable<unknown>)].length !== 1) throw new Error(`Permit ${index} is not found.`);
  }
  return took;
}

/** The highest that the operating system saw, in megabytes. */
function peakMegabytes(): number {
  const status = readFileSync("/proc/self/status", "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

process.on("message", async ({ permits, lookups }: { permits: number; lookups: number }) => {
  const took = await lookUp(permits, lookups);
  const megabytes = peakMegabytes();
  await sync.stop();
  // For the next restart: it waits to be delivered.
  await sync.issue(makePermit(permits));
  process.send?.({ took, megabytes });
});
process.once("disconnect", () => process.exit());
process.send?.("ready");
