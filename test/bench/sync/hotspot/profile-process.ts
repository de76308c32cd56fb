// Where one contender's time goes: `profile-process.ts <name> <origin of the vendor>`. Asked for a number of registrations,
// it pushes as many to warm up, then as many again under V8's sampling profiler, and answers the share of each owner.
import { Session } from "node:inspector/promises";
import { HOTSPOT_CONTENDERS } from "./contenders.ts";
import { type Node, sharesOf } from "./profile-shares.ts";

const [name = "", origin = ""] = process.argv.slice(2);
const contender = HOTSPOT_CONTENDERS[name];
if (contender === undefined) throw new Error(`There is no contender "${name}".`);

async function push(count: number): Promise<void> {
  const prepared = await contender?.prepare(count, { origin, postgresHost: "" });
  await prepared?.run();
  await prepared?.end();
}

process.on("message", async (count: number) => {
  await push(count);
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 200 });
  await session.post("Profiler.start");
  await push(count);
  const { profile } = await session.post("Profiler.stop");
  process.send?.(sharesOf(profile.nodes as Node[], profile.samples ?? [], profile.timeDeltas ?? []));
});
process.once("disconnect", () => process.exit());
