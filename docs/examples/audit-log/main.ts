// Keeps the record of every lookup in a file, rotates it, and answers from it: why did she get a ticket?
import { createReadStream, renameSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  apiKeyAuth,
  createPermitLookupHandler,
  createT2FlexProvider,
  explainLookup,
  issueCredentials,
  type LookupAudit,
  memoryDirectory,
  memoryPermits,
  type PermitLookupOptions,
  parsePlate,
} from "@offstreet/enforcement";
import { openAuditLog } from "./audit-log.ts";

const folder = process.argv[2] ?? "audit-log";
const path = join(folder, "lookups.jsonl");
const log = openAuditLog(path);

const { password, stored } = issueCredentials({ companyId: "fundy" });
const on = { "t2-flex": { enabled: true } };
const options: PermitLookupOptions = {
  provider: createT2FlexProvider(),
  authorize: apiKeyAuth({ find: (hash) => (stored.hashes.includes(hash) ? stored : undefined) }),
  directory: memoryDirectory({
    companies: [{ id: "fundy", name: "University of Fundy", providers: on }],
    locations: [{ id: "lot-101", companyId: "fundy", name: "Lot 101", providers: on }],
  }),
  findPermits: memoryPermits([
    {
      id: "P-1",
      companyId: "fundy",
      plates: [parsePlate("GXK 204")],
      locationIds: ["lot-101"],
      validFrom: "2026-01-01T00:00:00Z",
      validTo: "2026-05-01T00:00:00Z",
      revision: 1,
    },
  ]).findPermits,
  onAnswer: log.append,
  clock: () => new Date("2026-11-21T15:00:00Z"),
};
const handler = createPermitLookupHandler(options);

async function ask(body: object, key = password): Promise<void> {
  const headers = { "content-type": "application/json", "x-api-key": key };
  const request = new Request("http://localhost/", { method: "POST", headers, body: JSON.stringify(body) });
  console.log(JSON.stringify(body), "→", (await handler(request)).status);
}

await ask({ plate: "gxk-204" });
await ask({ plate: "GXK204", locationId: "Lot-101" });

// What logrotate does in the night. A server does the second half when it is told to: process.on("SIGHUP", log.reopen)
renameSync(path, `${path}.1`);
log.reopen();
await ask({ plate: "GXK204" }, "a wrong key");
log.close();

for await (const line of createInterface(createReadStream(`${path}.1`))) {
  const record: LookupAudit = JSON.parse(line);
  console.log(`\n${record.at} ${record.status} (${record.reason})`);
  for (const sentence of (await explainLookup(record, options)).sentences) console.log(" ", sentence);
}
