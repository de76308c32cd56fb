// Lookups and a backfill in one process: `lookup-server-process.ts <origin> <permits>`. It serves lookups over HTTP from
// the ledger that its sync delivers from. It sends its port, and starts and stops the sync when asked.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  apiKeyAuth,
  createPermitLookupHandler,
  createT2FlexProvider,
  memoryDirectory,
} from "@offstreet/enforcement";
import { toNodeHandler } from "@offstreet/enforcement/node";
import { sqliteLedger } from "@offstreet/enforcement/sqlite";
import { makeFile } from "./contenders/bench-folder.ts";
import { createOurSync, recordAll } from "./contenders/ours.ts";
import { companies, credential, locations } from "./world.ts";

const [origin = "", permits = "0"] = process.argv.slice(2);
const { path } = makeFile();
const ledger = sqliteLedger({ path });
const sync = createOurSync(ledger, origin);
await recordAll(sync, Number(permits));

const handler = createPermitLookupHandler({
  provider: createT2FlexProvider(),
  authorize: apiKeyAuth({ find: (sha256) => (credential.hashes.includes(sha256) ? credential : undefined) }),
  directory: memoryDirectory({ companies, locations }),
  findPermits: sync.findPermits,
});
const server = createServer(toNodeHandler(handler));
server.keepAliveTimeout = 120_000;

process.on("message", async (asked: "start" | "stop") => {
  await sync[asked]();
  process.send?.(null);
});
process.once("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
