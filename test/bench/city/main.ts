// A day of a whole city, over SQLite and over PostgreSQL, judged by an oracle.
// `npm run bench:city -- [--quick [--kill]] [--scale 0.1] [--ledger sqlite] [--seed 7] [--assert] [--write]`
import { parseArgs } from "node:util";
import { writeSection } from "../benchmarks-page.ts";
import type { LedgerName } from "./ledgers.ts";
import { writePlots } from "./report/city-plots.ts";
import { toText } from "./report/report-text.ts";
import { boundsOf, detailsOf, slowestOf } from "./results.ts";
import { type CityResult, runCity } from "./run-city.ts";
import { planCity, QUICK_SCALE } from "./sizes.ts";

const { values: flags } = parseArgs({
  options: {
    // Within a minute for both ledgers, side by side, so no process is killed unless --kill says so: its work waits for up
    // to a minute.
    quick: { type: "boolean", default: false },
    kill: { type: "boolean", default: false },
    scale: { type: "string" },
    ledger: { type: "string" },
    seed: { type: "string" },
    assert: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const seed = Number(flags.seed ?? Date.now() % 1_000_000);
const scale = Number(flags.scale ?? (flags.quick ? QUICK_SCALE : 1));
const ledgers = (["sqlite", "postgres"] as const satisfies LedgerName[]).filter(
  (name) => flags.ledger === undefined || flags.ledger === name,
);
const plan = planCity(scale, { seed, kills: flags.kill || !flags.quick });
console.log(`seed ${seed}, scale ${scale}${plan.kills ? "" : "; no process is killed"}`);

const results: CityResult[] = [];
// The quick one waits for its vendors most of the time: both ledgers at once are done within a minute.
if (flags.quick)
  results.push(...(await Promise.all(ledgers.map((ledger) => runCity(ledger, plan, console.log)))));
else for (const ledger of ledgers) results.push(await runCity(ledger, plan, console.log));
const pictures = new Map(flags.write ? results.map((result) => [result, writePlots(result)] as const) : []);
const text = toText(results, { command: commandOf(flags, scale), pictures });
console.log(text);
if (flags.write) writeSection("City", text);

for (const result of results) {
  const misses = boundsOf(result).filter(({ isKept }) => !isKept);
  for (const { what, measured, limit, isOfMachine } of misses) {
    console.log(
      `${isOfMachine ? "MISSED" : "WRONG"}: ${result.ledger}: ${what}: ${measured}, promised ${limit}`,
    );
  }
  for (const detail of [...detailsOf(result), ...slowestOf(result)])
    console.log(`  ${result.ledger}: ${detail}`);
  // What is wrong is wrong on every machine; what is slow counts where it was asked for.
  if (misses.some(({ isOfMachine }) => flags.assert || !isOfMachine)) process.exitCode = 1;
}

function commandOf({ kill, quick }: { kill: boolean; quick: boolean }, asked: number): string {
  if (asked === 1) return "npm run bench:city";
  const size = asked === QUICK_SCALE && quick ? "--quick" : `--scale ${asked}`;
  return `npm run bench:city -- ${size}${quick && kill ? " --kill" : ""}`;
}
