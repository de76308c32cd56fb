import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);
const repository = resolve(import.meta.dirname, "../..");

it("docs/examples/cluster: every worker finds each permit that another one has sold", async () => {
  if (!existsSync(join(repository, "dist/index.js"))) throw new Error("dist is missing; run: npm run build");
  const { stdout } = await run(process.execPath, ["docs/examples/cluster/main.ts"], { cwd: repository });
  expect(stdout).toContain("before the writer has started: 503");
  expect(stdout).toMatch(/^60 permits sold by [34] processes$/m);
  expect(stdout).toMatch(/^180 of 180 lookups found the permit, in [34] processes$/m);
  expect(stdout).toContain("60 rights at the vendor");
});
