import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { makeFolder } from "./folder.ts";

const run = promisify(execFile);
const dist = join(import.meta.dirname, "../../../dist");

// More bundlers: test/consumer/bundlers.full.test.ts.
it.each(["esm", "cjs"] as const)(
  "a bundle (%s) starts its own threads, in a separate folder",
  async (format) => {
    if (!existsSync(join(dist, "sqlite.js"))) throw new Error("dist is missing; run: npm run build");
    const folder = makeFolder();
    const program = join(folder, format === "esm" ? "program.mjs" : "program.cjs");
    const path = JSON.stringify(join(folder, "ledger.db"));
    const { warnings } = await build({
      stdin: {
        contents: `
        import { parsePlate } from ${JSON.stringify(join(dist, "index.js"))};
        import { sqliteLedger } from ${JSON.stringify(join(dist, "sqlite.js"))};
        const permit = { id: "1", companyId: "university", plates: [parsePlate("gxk 204")], locationIds: ["lot"],
          validFrom: new Date(), validTo: null, revision: 1 };
        async function main() {
          const ledger = sqliteLedger({ path: ${path} });
          await ledger.open();
          const [status] = await ledger.record([{ kind: "issue", permit, providerIds: ["passport"], at: new Date() }]);
          console.log(status, (await ledger.getPermit("1")).permit.plates[0].number);
          await ledger.close();
        }
        main();`,
        resolveDir: folder,
      },
      outfile: program,
      bundle: true,
      platform: "node",
      format,
      logLevel: "silent",
    });
    expect(warnings.filter(({ id }) => id === "empty-import-meta")).toEqual([]);
    const { stdout } = await run(process.execPath, [program], { cwd: folder });
    expect(stdout.trim()).toBe("recorded GXK204");
  },
);
