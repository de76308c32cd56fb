import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);
const repository = resolve(import.meta.dirname, "../..");

it("docs/examples/audit-log writes records as lines of JSON, across a rotation, and explains them", async () => {
  if (!existsSync(join(repository, "dist/index.js"))) throw new Error("dist is missing; run: npm run build");
  const folder = mkdtempSync(join(tmpdir(), "enforcement-audit-log-"));
  try {
    const { stdout } = await run(
      process.execPath,
      ["docs/examples/audit-log/main.ts", join(folder, "logs")],
      {
        cwd: repository,
      },
    );
    const recordsOf = (name: string) =>
      readFileSync(join(folder, "logs", name), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
    const before = recordsOf("lookups.jsonl.1");
    expect(before).toMatchObject([
      { v: 1, at: "2026-11-21T15:00:00.000Z", status: "none", reason: "expired", considered: ["P-1"] },
      { v: 1, status: "undetermined", reason: "unknown_place", closest: [{ name: "lot-101" }] },
    ]);
    const ofPino = Object.keys(before[0]).filter((key) =>
      ["level", "time", "pid", "hostname", "msg"].includes(key),
    );
    expect(ofPino).toEqual(["level"]);
    expect(recordsOf("lookups.jsonl")).toMatchObject([{ status: "refused", reason: "unauthorized" }]);
    expect(stdout).toContain("permit P-1 ended at 2026-05-01T00:00:00.000Z");
    expect(stdout).toContain('the closest: "lot-101" differs only in case');
    expect(stdout.match(/Asked again, the answer is the same\./g)).toHaveLength(2);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
