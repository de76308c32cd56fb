import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const repository = resolve(import.meta.dirname, "../..");

beforeAll(() => {
  if (!existsSync("dist/index.js")) throw new Error("dist is missing; run: npm run build");
});

describe("npm run demo:crash", () => {
  it("loses nothing and duplicates nothing over three kills", async () => {
    const { stdout } = await run(process.execPath, ["docs/examples/quickstart/crash.ts"], {
      cwd: repository,
    });

    const runs = stdout.matchAll(/^ {2}(.+): the vendors have (\d+) rights, (\d+) before$/gm);
    const ends = [...runs].map(([, words, after, before]) => ({
      words,
      before: Number(before),
      after: Number(after),
    }));
    expect(ends.map(({ words }) => words)).toEqual([
      ...Array.from({ length: 3 }, () => "killed with SIGKILL, in the middle of it"),
      "everything is delivered",
    ]);
    // Each process made progress, and none started from the beginning.
    for (const { before, after } of ends) expect(after).toBeGreaterThan(before);
    for (const [index, { before }] of ends.entries())
      expect(before).toBe(index === 0 ? 0 : ends[index - 1]?.after);
    expect(stdout.match(/process \d+ recorded 342 permits/g)).toHaveLength(1);
    const left = [...stdout.matchAll(/what is left: (\d+) deliveries/g)].map(([, count]) => Number(count));
    expect(left).toHaveLength(3);
    for (const count of left) expect(count).toBeGreaterThan(0);

    // The figure at the start is that of the end: permits that start later are counted apart.
    const [, expectedRights] = /: (\d+) rights are to be live/.exec(stdout) ?? [];
    expect(ends.at(-1)?.after).toBe(Number(expectedRights));
    expect(stdout).toMatch(/^2 more rights are at the vendors already and begin within a day/m);

    // What officers see in the end is not empty.
    const seen = [...stdout.matchAll(/rights live now +(\d+) +(\d+) +(\d+)$/gm)];
    expect(seen).toHaveLength(2);
    for (const [, expected, shown, differences] of seen) {
      expect(Number(expected)).toBeGreaterThan(100);
      expect([shown, differences]).toEqual([expected, "0"]);
    }
    expect(stdout).toContain("0 differences after 3 kills: nothing is lost, and nothing is there twice");
  });
});
