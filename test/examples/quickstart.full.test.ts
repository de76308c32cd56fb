import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);

beforeAll(() => {
  if (!existsSync("dist/index.js")) throw new Error("dist is missing; run: npm run build");
});

describe("the quick start", () => {
  it("shows every officer the permits of the CSV", async () => {
    const { stdout } = await run(process.execPath, ["docs/examples/quickstart/main.ts"]);
    expect(stdout).toContain("0 differences");
    // The rows of the last table: expected equals seen, and is not zero.
    const counts = [...stdout.matchAll(/^ {2}(.+?) {2,}(\d+) +(\d+) +(\d+)$/gm)].slice(-7);
    expect(counts.map(([, what]) => what)).toEqual([
      "CSV: bad rows",
      "passport: rights live now",
      "hotspot: rights live now",
      "t2-flex: permits shown (Fastify)",
      "t2-flex: strangers not shown (Fastify)",
      "t2-flex: permits shown (Express)",
      "t2-flex: strangers not shown (Express)",
    ]);
    for (const [, , expected, seen, differences] of counts) {
      expect(Number(expected)).toBeGreaterThan(0);
      expect([seen, differences]).toEqual([expected, "0"]);
    }
  });

  it("counts a missing right, and one too many, as differences", async () => {
    const { compareRights, expectation } = await import("../../docs/examples/quickstart/compare.ts");
    const sandbox = { passport: { findSessions: () => [] }, hotspot: { findPermits: () => [strangeRight] } };
    const strangeRight = {
      spotId: "14283",
      plate: "NOBODY1",
      region: "NB",
      country: "CA",
      startTime: new Date(0),
      endTime: new Date(1),
    };
    const [passport, hotspot] = compareRights({ sandbox } as unknown as Parameters<typeof compareRights>[0]);
    expect(passport?.differences.length).toBe(
      new Set(expectation.rights.passport.map((right) => JSON.stringify(right))).size,
    );
    expect(hotspot?.differences).toContainEqual(expect.stringMatching(/^not expected: NOBODY1/));
  });
});
