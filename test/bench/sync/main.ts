// How fast durable sync is, side by side with what a host team would write by hand.
// `npm run bench:sync -- [--quick] [--assert] [--write] [--only hotspot]`
import { writeSection } from "../benchmarks-page.ts";
import { readFlags } from "../lookup/flags.ts";
import { measurePushing } from "./hotspot/measure-pushing.ts";
import { pushingMisses, toPushingText } from "./hotspot/report-pushing.ts";
import { measureBackfill } from "./measure-backfill.ts";
import { measureIdle } from "./measure-idle.ts";
import { measureLookups } from "./measure-lookups.ts";
import { measureMillion } from "./measure-million.ts";
import { measurePostgres } from "./measure-postgres.ts";
import { measureRecording } from "./measure-recording.ts";
import { toText } from "./report-text.ts";
import { missesOf, type SyncResults } from "./results.ts";

const flags = readFlags(["hotspot"]);
const plan = flags.quick
  ? {
      backfill: { rounds: 2, registrations: 10_000, sampled: 50 },
      recording: { rounds: 2, issued: 5_000, synced: 300, many: 5_000 },
      postgres: { rounds: 2, registrations: 1_000 },
      idleSamples: 40,
      lookups: { rounds: 1, paces: pacesFor(2, 1), aloneSeconds: 1, warmUpSeconds: 1, permits: 100_000 },
      million: { registrations: 10_000, restarts: 1, lookups: 10_000 },
      pushing: { rounds: 3, registrations: 500, warmUp: 1_500, profiled: 1_500 },
    }
  : {
      backfill: { rounds: 7, registrations: 40_000, sampled: 300 },
      recording: { rounds: 7, issued: 40_000, synced: 3_000, many: 40_000 },
      postgres: { rounds: 7, registrations: 10_000 },
      idleSamples: 400,
      lookups: { rounds: 5, paces: pacesFor(8, 4), aloneSeconds: 1, warmUpSeconds: 3, permits: 1_000_000 },
      million: { registrations: 1_000_000, restarts: 3, lookups: 100_000 },
      pushing: { rounds: 7, registrations: 4_000, warmUp: 10_000, profiled: 10_000 },
    };

const options = flags.quick ? " -- --quick" : "";

const misses: string[] = [];
if (flags.only === undefined) {
  const results: SyncResults = {
    measured: [
      await measureBackfill(plan.backfill),
      ...(await measureRecording(plan.recording)),
      await measurePostgres(plan.postgres),
    ],
    idle: await measureIdle(plan.idleSamples),
    lookups: await measureLookups(plan.lookups),
    million: await measureMillion(plan.million),
  };
  report("Sync", toText(results, `npm run bench:sync${options}`));
  misses.push(...missesOf(results));
}
const pushing = await measurePushing(plan.pushing);
report(
  "HotSpot",
  toPushingText(pushing, `npm run bench:sync -- --only hotspot${flags.quick ? " --quick" : ""}`),
);
misses.push(...pushingMisses(pushing));

for (const miss of misses) console.log(`MISSED: ${miss}`);
if (flags.assert && misses.length > 0) process.exitCode = 1;

/** One lookup a second, whose p99 takes longest, and paces of more. */
function pacesFor(secondsOfOne: number, secondsOfMany: number) {
  return [
    { perSecond: 1, seconds: secondsOfOne },
    { perSecond: 20, seconds: secondsOfMany },
    { perSecond: 200, seconds: secondsOfMany },
  ];
}

function report(title: string, text: string): void {
  console.log(text);
  if (flags.write) writeSection(title, text);
}
