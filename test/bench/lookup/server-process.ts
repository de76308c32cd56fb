// One contender in a process of its own: `server-process.ts <name> <memory|promise>`. Sends its port to its parent.
import { listenToAudits } from "./audit-listener.ts";
import { createLookupByHand } from "./by-hand/lookup.ts";
import { CONTENDERS, isContenderName } from "./contenders/registry.ts";
import { createOurHandler } from "./our-handler.ts";
import { createOurSource, createSourceByHand, type SourceKind } from "./permit-source.ts";
import { warmUpByHand, warmUpOurs } from "./warm-up.ts";
import { makePermits, PERMITS } from "./world.ts";

const [name = "", kind] = process.argv.slice(2);
if (!isContenderName(name)) throw new Error(`There is no contender "${name}".`);
const source: SourceKind = kind === "promise" ? "promise" : "memory";
const { onAnswer } = listenToAudits();
// Only the one that is served is made: permits that are never read would slow down the garbage collector.
const port = await CONTENDERS[name].listen({
  byHand: () => warmUpByHand(createLookupByHand(createSourceByHand(makePermits(PERMITS), source), onAnswer)),
  ours: () => warmUpOurs(createOurHandler(createOurSource(makePermits(PERMITS), source), onAnswer)),
});
process.send?.(port);
process.once("disconnect", () => process.exit());
