// How long calls wait while a large ledger overwrites what it has erased: `npm run bench:erasing [permits]`, a million by
// default. The figures before are those of the same calls while nothing is overwritten.
import { statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { sqliteLedger } from "../../../src/sync/sqlite/index.ts";
import { deliveryOf, issue, minute, revoke, rightAt, updateOf } from "../../sync/ledger/fixtures.ts";
import { makeFile } from "./contenders/bench-folder.ts";
import { percentile } from "./percentile.ts";

const COUNT = Number(process.argv[2] ?? 1_000_000);
const PART = 10_000;
const ERASED = 500;

const { path, remove } = makeFile();
const ledger = sqliteLedger({ path });
let issued = 0;

function permits(from: number, count: number, revision = 1) {
  return Array.from({ length: count }, (_, place) => {
    const index = from + place;
    const plates = [parsePlate(`B${index.toString(36)}`)];
    const holder = "Jane Public ".repeat(revision);
    return issue({ id: `permit-${index}`, plates, revision, holder });
  });
}

async function deliverAll(): Promise<void> {
  for (;;) {
    const claimed = await ledger.claim({
      limits: new Map([["passport", 1_000]]),
      now: minute(0),
      leaseMs: 60_000,
    });
    if (claimed.length === 0) return;
    const delivery = deliveryOf([rightAt("Zone 1")]);
    await ledger.save(claimed.map((one) => updateOf(one, { delivery })));
  }
}

/** Milliseconds that each call took. */
interface Waits {
  readonly issues: number[];
  readonly lookups: number[];
}

/** Issues and looks up, one after the other, until the promise is fulfilled. */
async function askUntil(finished: Promise<unknown>): Promise<Waits> {
  const waits: Waits = { issues: [], lookups: [] };
  let isOver = false;
  const watched = finished.finally(() => {
    isOver = true;
  });
  const repeat = async (took: number[], call: () => Promise<unknown>) => {
    while (!isOver) {
      const startedAt = performance.now();
      await call();
      took.push(performance.now() - startedAt);
      await pause(1);
    }
  };
  await Promise.all([
    watched,
    repeat(waits.issues, () => ledger.record(permits(COUNT + issued++, 1))),
    repeat(waits.lookups, async () => {
      const plateNumbers = [`B${Math.floor(Math.random() * COUNT).toString(36)}`.toUpperCase()];
      const { signal } = new AbortController();
      return ledger.findPermits({
        companyId: "university",
        plateNumbers,
        locationIds: ["lot-1"],
        at: minute(0),
        signal,
      });
    }),
  ]);
  return waits;
}

function describe(what: string, took: number[]): string {
  const [p50, p99] = [percentile(took, 0.5), percentile(took, 0.99)];
  const longest = Math.max(...took);
  return `${what}: ${took.length} calls, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, longest ${longest.toFixed(1)} ms`;
}

try {
  await ledger.open();
  for (let from = 0; from < COUNT; from += PART)
    await ledger.record(permits(from, Math.min(PART, COUNT - from)));
  await deliverAll();
  // What is left by an empty file's beginning.
  await ledger.overwriteErased?.();
  const revised = Math.min(COUNT, 20 * PART);
  for (let from = 0; from < revised; from += PART) await ledger.record(permits(from, PART, 2));
  console.log(`${COUNT} permits, ${(statSync(path).size / 1024 ** 2).toFixed(0)} MiB`);
  const before = await askUntil(pause(5_000));
  await ledger.record(Array.from({ length: ERASED }, (_, index) => revoke(1, `permit-${index * 7}`)));
  const erased = await ledger.erase({ endedBefore: minute(9), now: minute(9_999_999), limit: ERASED });
  const startedAt = performance.now();
  const overwriting = ledger.overwriteErased?.() ?? Promise.resolve(false);
  const during = await askUntil(overwriting);
  const seconds = (performance.now() - startedAt) / 1_000;
  console.log(`${erased} erased; overwritten: ${await overwriting}, in ${seconds.toFixed(1)} s`);
  for (const [when, waits] of [
    ["before", before],
    ["meanwhile", during],
  ] as const) {
    console.log(describe(`issue, ${when}`, waits.issues));
    console.log(describe(`lookup, ${when}`, waits.lookups));
  }
} finally {
  await ledger.close();
  remove();
}
