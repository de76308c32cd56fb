// How fast durable sync is, side by side with what a host team would write by hand.
// `npm run bench:sync -- [--quick] [--assert] [--write] [--only hotspot|many|notes]`
import { writeSection } from "../benchmarks-page.ts";
import { readFlags } from "../lookup/flags.ts";
import { measurePushing } from "./hotspot/measure-pushing.ts";
import { pushingMisses, toPushingText } from "./hotspot/report-pushing.ts";
import { measureMany } from "./many/measure-many.ts";
import { manyMisses, toManyText } from "./many/report-many.ts";
import { measureBackfill } from "./measure-backfill.ts";
import { measureIdle } from "./measure-idle.ts";
import { measureLookups } from "./measure-lookups.ts";
import { measureMillion } from "./measure-million.ts";
import { measurePostgres } from "./measure-postgres.ts";
import { measureRecording } from "./measure-recording.ts";
import { measureNotes, notesMisses, toNotesText } from "./notes/measure-notes.ts";
import { toText } from "./report-text.ts";
import { missesOf, type SyncResults } from "./results.ts";

const flags = readFlags(["hotspot", "many", "notes"]);
const plan = flags.quick
  ? {
      backfill: { rounds: 2, registrations: 10_000, sampled: 50 },
      recording: { rounds: 2, issued: 5_000, synced: 300, many: 5_000 },
      postgres: { rounds: 2, registrations: 1_000 },
      idleSamples: 40,
      lookups: { rounds: 1, paces: pacesFor(2, 1), aloneSeconds: 1, warmUpSeconds: 1, permits: 100_000 },
      million: { registrations: 10_000, restarts: 1, lookups: 10_000 },
      pushing: { rounds: 3, registrations: 500, warmUp: 1_500, profiled: 1_500 },
      many: { providers: 100, backfill: 2_000, rounds: 2, samples: 20, refreshes: 5 },
      notes: { rounds: 2, registrations: 10_000 },
    }
  : {
      backfill: { rounds: 7, registrations: 40_000, sampled: 300 },
      recording: { rounds: 7, issued: 40_000, synced: 3_000, many: 40_000 },
      postgres: { rounds: 7, registrations: 10_000 },
      idleSamples: 400,
      lookups: { rounds: 5, paces: pacesFor(8, 4), aloneSeconds: 1, warmUpSeconds: 3, permits: 1_000_000 },
      million: { registrations: 1_000_000, restarts: 3, lookups: 100_000 },
      pushing: { rounds: 7, registrations: 4_000, warmUp: 10_000, profiled: 10_000 },
      many: { providers: 1_000, backfill: 20_000, rounds: 8, samples: 50, refreshes: 5 },
      notes: { rounds: 7, registrations: 40_000 },
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
const commandOf = (part: string) => `npm run bench:sync -- --only ${part}${flags.quick ? " --quick" : ""}`;
if (isAsked("hotspot")) {
  const pushing = await measurePushing(plan.pushing);
  report("HotSpot", toPushingText(pushing, commandOf("hotspot")));
  misses.push(...pushingMisses(pushing));
}
if (isAsked("many")) {
  const many = await measureMany(plan.many);
  report("Many customers", toManyText(many, commandOf("many")));
  misses.push(...manyMisses(many));
}
if (isAsked("notes")) {
  const notes = await measureNotes(plan.notes);
  report("Explanations", toNotesText(notes, commandOf("notes")));
  misses.push(...notesMisses(notes));
}

for (const miss of misses) console.log(`MISSED: ${miss}`);
if (flags.assert && misses.length > 0) process.exitCode = 1;

function isAsked(part: string): boolean {
  return flags.only === undefined || flags.only === part;
}

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
