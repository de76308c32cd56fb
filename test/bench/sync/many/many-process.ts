// A sync with many providers: `many/many-process.ts <origin> <ledger> <providers> <PostgreSQL's host>`. It is asked to
// deliver a backfill, to issue single permits, or to refresh a company, and answers how long it took, in milliseconds.
import { setTimeout as pause } from "node:timers/promises";
import { type Ledger, memoryLedger } from "@offstreet/enforcement";
import { postgresLedger } from "@offstreet/enforcement/postgres";
import { sqliteLedger } from "@offstreet/enforcement/sqlite";
import { Pool } from "undici";
import { makeFile } from "../contenders/bench-folder.ts";
import { toBody, toSession } from "../contenders/by-hand.ts";
import { askForToken } from "../contenders/loop.ts";
import { createBenchSchema } from "../contenders/postgres-pool.ts";
import { EVENTS_PATH } from "../wire.ts";
import { makePermit } from "../world.ts";
import { createManySync, createPassport, permitOf, REFRESHED, REFRESHED_PERMITS } from "./customers.ts";

export type ManyQuestion =
  | { readonly do: "backfill"; readonly permits: number }
  | { readonly do: "issue"; readonly samples: number }
  | { readonly do: "refresh" }
  | { readonly do: "end" };

const [origin = "", kind = "memory", count = "1", host = ""] = process.argv.slice(2);
const providers = Array.from({ length: Number(count) }, (_, customer) => createPassport(customer, origin));
const { ledger, end } = openLedger();
let onAcknowledged = () => {};
const sync = createManySync(ledger, {
  providers,
  onEvent: ({ type }) => {
    if (type === "acknowledged") onAcknowledged();
  },
});
const pool = new Pool(origin, { connections: 1 });
const token = await askForToken(pool);
let issued = 0;

function openLedger(): { ledger: Ledger; end(): Promise<void> } {
  if (kind === "memory") return { ledger: memoryLedger(), end: async () => {} };
  if (kind === "sqlite") {
    const { path, remove } = makeFile();
    return { ledger: sqliteLedger({ path }), end: async () => remove() };
  }
  const place = createBenchSchema(host);
  return { ledger: postgresLedger({ pool: place.pool, schema: place.schema }), end: () => place.end() };
}

const companyOf = (index: number) => providers[index % providers.length]?.id ?? "";

/** From the first claim until everything is delivered and written. */
async function backfill(permits: number): Promise<number> {
  // The single permits before may have left it running: what is issued must wait for the measurement.
  await sync.stop();
  await sync.issueMany(Array.from({ length: REFRESHED_PERMITS }, (_, index) => permitOf(REFRESHED, index)));
  const all = Array.from({ length: permits }, (_, index) => permitOf(companyOf(index), issued + index));
  issued += permits;
  for (let done = 0; done < permits; done += 5_000) await sync.issueMany(all.slice(done, done + 5_000));
  const startedAt = performance.now();
  await sync.start();
  await sync.idle();
  const took = performance.now() - startedAt;
  await sync.stop();
  return took;
}

async function issueOne(): Promise<number> {
  // A step that shares no factor with the number of providers visits them all.
  const permit = permitOf(companyOf(issued * 7_919), issued);
  issued += 1;
  const acknowledged = new Promise<void>((resolve) => {
    onAcknowledged = resolve;
  });
  const startedAt = performance.now();
  await sync.issue(permit);
  await acknowledged;
  return performance.now() - startedAt;
}

async function sendByHand(): Promise<number> {
  const startedAt = performance.now();
  const { body } = await pool.request({
    method: "POST",
    path: EVENTS_PATH,
    body: toBody([toSession(makePermit(issued), new Date().toISOString())]),
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
  });
  await body.text();
  return performance.now() - startedAt;
}

async function issue(samples: number): Promise<{ ours: number[]; byHand: number[] }> {
  await sync.start();
  await sync.idle();
  const [ours, byHand]: [number[], number[]] = [[], []];
  for (let index = 0; index < samples; index += 1) {
    ours.push(await issueOne());
    await sync.idle();
    await pause(5 + (index % 7));
    byHand.push(await sendByHand());
    await pause(5 + (index % 5));
  }
  return { ours, byHand };
}

async function refresh(): Promise<number> {
  const startedAt = performance.now();
  await sync.refresh({ companyId: REFRESHED });
  const took = performance.now() - startedAt;
  await sync.idle();
  return took;
}

process.on("message", async (question: ManyQuestion) => {
  if (question.do === "backfill") process.send?.(await backfill(question.permits));
  else if (question.do === "issue") process.send?.(await issue(question.samples));
  else if (question.do === "refresh") process.send?.(await refresh());
  else {
    await sync.stop();
    await ledger.close();
    await end();
    process.send?.(null);
  }
});
process.once("disconnect", () => process.exit());
await ledger.open();
process.send?.("ready");
