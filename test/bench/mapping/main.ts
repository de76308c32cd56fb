// How mapping validation scales, side by side with a Levenshtein library and fuse.js.
// `npm run bench:mapping -- [--quick] [--assert] [--write]`
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { writeSection } from "../benchmarks-page.ts";
import { readFlags } from "../lookup/flags.ts";
import { runChild } from "./child.ts";
import { measureAllPairs } from "./measure-all-pairs.ts";
import type { Growth } from "./measure-growth.ts";
import { measureSearches } from "./measure-searches.ts";
import { toTables } from "./report.ts";
import { count, type FirstValidation, type MappingResults, promisesOf } from "./results.ts";
import { workloads } from "./workloads.ts";

// V8 takes what the machine has before it cleans up, on a large one about 100 MB for young objects alone. This is what
// a small machine would give it.
const HEAP = ["--max-old-space-size=160", "--max-semi-space-size=8"];
const flags = readFlags();
const plan = flags.quick
  ? { small: 1_000, usual: 10_000, large: 20_000, rounds: 2, searches: 46 }
  : { small: 1_000, usual: 10_000, large: 100_000, rounds: 5, searches: 690 };
const { small, usual, large, rounds } = plan;

const vendors = new Map(
  Object.keys(workloads).map((vendor) => {
    const validateOnce = (size: number, nodeOptions: readonly string[]) =>
      runChild<FirstValidation>("measure-memory.ts", { args: [vendor, `${size}`], nodeOptions });
    const first = validateOnce(usual, HEAP);
    const { megabytes } = validateOnce(large, HEAP);
    const unlimited = validateOnce(large, []).megabytes;
    const growth = runChild<Growth>("measure-growth.ts", {
      args: [vendor, `${small}`, `${large}`, `${rounds}`],
    });
    return [vendor, { first, megabytes, unlimited, growth }];
  }),
);
const results: MappingResults = {
  sizes: { small, usual, large },
  vendors,
  allPairs: measureAllPairs(small, rounds),
  searches: measureSearches(large, plan.searches),
};

const command = `npm run bench:mapping${flags.quick ? " -- --quick" : ""}`;
const text = `\`${command}\` on ${new Date().toISOString().slice(0, 10)}. ${describeMachine()}.

Every fiftieth location has a mistake, all kinds in turn: 23 slips of writing and typing (case, every kind of space,
Unicode form, accents, ligatures, letters of other alphabets, dashes, quotation marks, digits for letters, words in
another order, one letter wrong), and the mistakes that only one vendor's mapping can have. Each run is checked: exactly the
planted issues are found, code by code. Times are processor time, so waiting for other processes does not count. They are
medians of ${rounds} interleaved rounds. Memory is the peak of the whole process as the operating system reports it, including Node
and the validated mapping, under \`node ${HEAP.join(" ")}\`. Without these limits Node
uses more of the machine's memory before it collects garbage; the last column shows how much. The ${count(usual)} locations are
validated once, by a process that has validated nothing before.

"All pairs" compares each of ${count(small)} names with each by fastest-levenshtein's \`distance\`, and is extrapolated by
the number of pairs; it only finds nearest names. "Nearest name" searches ${count(large)} names for the origin of a name with a
planted slip; the slower contenders run fewer of the same searches. \`indexNames\` is this package's: it finds names that differ
only in case, spaces and the like in a map, and compares the others.

${toTables(results)}`;

console.log(text);
if (flags.write) writeSection("Mapping", text);
const missed = promisesOf(results).filter(({ isKept }) => !isKept);
for (const { what, measured, limit } of missed)
  console.log(`MISSED: ${what}: ${measured}, promised ${limit}`);
if (flags.assert && missed.length > 0) process.exitCode = 1;

function describeMachine(): string {
  const packages = ["fastest-levenshtein", "fuse.js"].map((name) => `${name} ${versionOf(name)}`);
  const memory = `${Math.round(totalmem() / 1024 ** 3)} GB`;
  return [
    `${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"}), ${memory}`,
    [`Node ${process.versions.node}`, ...packages].join(", "),
  ].join("; ");
}

function versionOf(name: string): string {
  const path = new URL(`../../../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
