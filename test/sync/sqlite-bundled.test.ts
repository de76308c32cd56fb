import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { makeFolder } from "./sqlite-folder.ts";

const run = promisify(execFile);
const entry = join(import.meta.dirname, "../../src/sync/sqlite.ts");

/** What `open` says in a program that has the ledger's code in its own file. */
async function openBundled(format: "esm" | "cjs", folder: string): Promise<Record<string, unknown>> {
  const program = join(folder, format === "esm" ? "program.mjs" : "program.cjs");
  await build({
    stdin: {
      contents: `
        import { sqliteLedger } from ${JSON.stringify(entry)};
        sqliteLedger({ path: ${JSON.stringify(join(folder, "ledger.db"))} }).open().then(
          () => console.log(JSON.stringify({ opened: true })),
          ({ name, code, message, retryable }) => console.log(JSON.stringify({ name, code, message, retryable })),
        );`,
      resolveDir: folder,
      loader: "ts",
    },
    outfile: program,
    bundle: true,
    platform: "node",
    format,
    logLevel: "silent",
  });
  const { stdout } = await run(process.execPath, ["--no-warnings", program]);
  return JSON.parse(stdout);
}

const KEEP_EXTERNAL = {
  name: "EnforcementError",
  code: "invalid_config",
  retryable: false,
  message: expect.stringMatching(/Keep @offstreet\/enforcement external.*esbuild.*webpack.*Next\.js/),
};

it.each(["esm", "cjs"] as const)(
  "a bundle (%s) without the files of the threads is told to keep the package external, and makes no file",
  async (format) => {
    const folder = makeFolder();
    expect(await openBundled(format, folder)).toEqual(KEEP_EXTERNAL);
    expect(readdirSync(folder).filter((name) => name.includes("ledger"))).toEqual([]);
  },
);

it("a thread's file without those that it imports is told the same", async () => {
  const folder = makeFolder();
  await build({
    entryPoints: [join(import.meta.dirname, "../../src/sync/sqlite-writer-thread.ts")],
    outfile: join(folder, "sqlite-writer-thread.js"),
    format: "esm",
  });
  expect(await openBundled("esm", folder)).toEqual(KEEP_EXTERNAL);
});
