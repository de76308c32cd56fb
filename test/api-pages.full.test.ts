import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);

it("are generated for every entry without a warning: every type of a public signature is exported", async () => {
  const out = mkdtempSync(join(tmpdir(), "enforcement-api-"));
  try {
    const { stdout, stderr } = await run(process.execPath, [
      "node_modules/typedoc/bin/typedoc",
      ...["--out", out, "--logLevel", "Warn"],
    ]);
    expect(stdout + stderr).toBe("");
    const pages = readdirSync(join(out, "functions"));
    for (const name of ["sqliteLedger", "postgresLedger", "createPassportProvider", "sandboxHandlers"]) {
      expect(pages.filter((page) => page.endsWith(`.${name}.html`)).length, name).toBeGreaterThan(0);
    }
  } finally {
    rmSync(out, { recursive: true });
  }
}, 600_000);
