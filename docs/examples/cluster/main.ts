// A cluster of Node processes with one ledger: the primary process writes it, and the workers answer lookups from its
// file. Every permit that one worker sells is found by all others at once, while workers are killed and replaced.
import cluster, { type Address, type Worker } from "node:cluster";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueCredentials } from "@offstreet/enforcement";
import { createSandbox } from "@offstreet/enforcement/sandbox";
import { zones } from "./campus.ts";
import type { WorkerSettings } from "./messages.ts";
import { startWriter } from "./writer.ts";

const WORKERS = 3;
const PERMITS = 60;

const folder = mkdtempSync(join(tmpdir(), "enforcement-cluster-"));
const ledgerPath = join(folder, "ledger.db");
const sandbox = createSandbox({ passport: { zones } });
const vendor = await sandbox.listen();
const { password, stored } = issueCredentials({ companyId: "fundy" });
const settings: WorkerSettings = { ledgerPath, credential: stored };
cluster.setupPrimary({ exec: join(import.meta.dirname, "worker.ts") });

/** Starts a worker. Fulfilled with the port that all workers share. */
async function startWorker(): Promise<{ worker: Worker; port: number }> {
  const worker = cluster.fork({ WORKER_SETTINGS: JSON.stringify(settings) });
  const [{ port }] = (await once(worker, "listening")) as [Address];
  return { worker, port };
}

async function post(port: number, path: string, body: object) {
  const headers = { "content-type": "application/json", "x-api-key": password, connection: "close" };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  return { status: response.status, process: response.headers.get("x-process"), text: await response.text() };
}

// The first worker is there before the ledger: it refuses, and goes on as soon as the writer has created the file.
const first = await startWorker();
const { port } = first;
console.log(`before the writer has started: ${(await post(port, "/lookup", { plate: "AAA000" })).status}`);

const { operatorId, clientId, clientSecret } = sandbox.passport;
const writer = await startWriter(ledgerPath, {
  operatorId,
  clientId,
  clientSecret,
  baseUrl: vendor.passportUrl,
});
writer.serve(first.worker);
while (Object.keys(cluster.workers ?? {}).length < WORKERS) writer.serve((await startWorker()).worker);

const sellers = new Set<string | null>();
const answering = new Set<string | null>();
let found = 0;
for (let number = 0; number < PERMITS; number += 1) {
  const plate = `AAA${String(number).padStart(3, "0")}`;
  const sold = await post(port, "/permits", {
    id: `permit-${number}`,
    companyId: "fundy",
    plates: [{ raw: plate, number: plate }],
    locationIds: ["lot-101"],
    validFrom: new Date(Date.now() - 60_000),
    validTo: new Date(Date.now() + 24 * 60 * 60_000),
    revision: 1,
  });
  if (sold.status !== 201) throw new Error(`A worker answered ${sold.status}: ${sold.text}`);
  sellers.add(sold.process);
  for (let time = 0; time < WORKERS; time += 1) {
    const answer = await post(port, "/lookup", { plate });
    if (answer.status === 200 && answer.text.includes(plate)) found += 1;
    answering.add(answer.process);
  }
  if (number === PERMITS / 2) {
    // One worker is killed, and another one takes its place.
    const [killed] = Object.values(cluster.workers ?? {});
    killed?.process.kill("SIGKILL");
    if (killed !== undefined) await once(killed, "exit");
    writer.serve((await startWorker()).worker);
  }
}
await writer.sync.idle();
console.log(`${PERMITS} permits sold by ${sellers.size} processes`);
console.log(`${found} of ${PERMITS * WORKERS} lookups found the permit, in ${answering.size} processes`);
console.log(`${sandbox.passport.sessions.size} rights at the vendor`);

for (const worker of Object.values(cluster.workers ?? {})) worker?.disconnect();
await writer.close();
await vendor.close();
rmSync(folder, { recursive: true });
