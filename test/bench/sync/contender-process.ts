// One contender in a process of its own: `contender-process.ts <name> <origin of the vendor> <host of PostgreSQL>`. Asked
// for a number of permits, it does its work with as many and answers how long that took.
import type { Run, RunRequest } from "./contenders/contender.ts";
import { CONTENDERS } from "./contenders/registry.ts";

const [name = "", origin = "", postgresHost = ""] = process.argv.slice(2);
const contender = CONTENDERS[name];
if (contender === undefined) throw new Error(`There is no contender "${name}".`);

process.on("message", async ({ permits, isCompared }: RunRequest) => {
  const prepared = await contender.prepare(permits, { origin, postgresHost });
  // What the preparation left behind is not the run's to clean up.
  globalThis.gc?.();
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await prepared.run();
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const left = isCompared ? await prepared.describeResult?.() : undefined;
  await prepared.end();
  const run: Run = { seconds, cpuSeconds: (user + system) / 1e6, ...(left === undefined ? {} : { left }) };
  process.send?.(run);
});
process.once("disconnect", () => process.exit());
