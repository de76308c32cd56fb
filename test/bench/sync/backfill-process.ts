// One contender in a process of its own: `backfill-process.ts <name> <origin>`. Asked for a number of registrations, it
// brings as many to the vendor and answers how long that took.
import { CONTENDERS } from "./contenders/registry.ts";

const [name = "", origin = ""] = process.argv.slice(2);
const contender = CONTENDERS[name];
if (contender === undefined) throw new Error(`There is no contender "${name}".`);

process.on("message", async (registrations: number) => {
  const backfill = await contender.prepare(origin, registrations);
  // What the preparation left behind is not the run's to clean up.
  globalThis.gc?.();
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await backfill.run();
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  await backfill.end();
  process.send?.({ seconds, cpuSeconds: (user + system) / 1e6 });
});
process.once("disconnect", () => process.exit());
