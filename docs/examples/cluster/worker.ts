// A worker process: answers officers' lookups from the ledger's file, and sends new permits to the writer. All workers
// listen on one port. A worker may start before the writer: until then it answers 503.
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import {
  apiKeyAuth,
  createPermitLookupHandler,
  createT2FlexProvider,
  type PermitInput,
} from "@offstreet/enforcement";
import { toNodeHandler } from "@offstreet/enforcement/node";
import { sqliteReader } from "@offstreet/enforcement/sqlite";
import { directory } from "./campus.ts";
import type { IssueRequest, IssueResult, WorkerSettings } from "./messages.ts";

const settings: WorkerSettings = JSON.parse(process.env["WORKER_SETTINGS"] ?? "");
const { ledgerPath, credential } = settings;

const reader = sqliteReader({ path: ledgerPath });
const lookup = toNodeHandler(
  createPermitLookupHandler({
    provider: createT2FlexProvider(),
    directory,
    findPermits: reader.findPermits,
    authorize: apiKeyAuth({ find: (hash) => (credential.hashes.includes(hash) ? credential : undefined) }),
  }),
);

let sent = 0;
const waiting = new Map<number, (result: IssueResult) => void>();

/** Fulfilled when the permit is on the disk: from then on every worker finds it. */
async function issue(permit: PermitInput): Promise<void> {
  sent += 1;
  const number = sent;
  const result = await new Promise<IssueResult>((resolve) => {
    waiting.set(number, resolve);
    process.send?.({ kind: "issue", number, permit } satisfies IssueRequest);
  });
  if (result.error !== undefined) throw new Error(result.error);
}

process.on("message", (result: IssueResult) => {
  if (result.kind !== "issued") return;
  waiting.get(result.number)?.(result);
  waiting.delete(result.number);
});

const server = createServer(async (request, response) => {
  response.setHeader("x-process", String(process.pid));
  if (request.url === "/lookup") {
    await lookup(request, response);
    return;
  }
  // The host's own application, which sells permits. Yours checks who asks.
  try {
    await issue((await json(request)) as PermitInput);
    response.statusCode = 201;
  } catch (thrown) {
    response.statusCode = 500;
    response.write(String(thrown));
  }
  response.end();
});
server.listen(0, "127.0.0.1");
process.once("disconnect", () => process.exit());
